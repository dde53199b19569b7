// Latencies of a fluid run: waits are collected, times alone are added by formula at the end.
#pragma once

#include <vector>

#include "core/histogram.h"
#include "prove/queueing.h"
#include "prove/score.h"

namespace headroom::prove {

class Latencies {
 public:
  /// `count` requests that waited `wait_s` and stayed `stretch` times as long as alone.
  void add(double wait_s, double stretch, double count) {
    if (wait_s <= 0)
      at_once_ += count;
    else
      waits_[Histogram::index_of(static_cast<std::uint64_t>(wait_s * 1e6))] += count;
    stretched_ += stretch * count;
    total_ += count;
  }

  /// Fills in the quantiles of wait + time alone.
  void fill(const AloneTime& alone, Score& score) const;

 private:
  double at_once_ = 0;
  double stretched_ = 0;
  double total_ = 0;
  std::vector<double> waits_ = std::vector<double>(Histogram::bucket_count);
};

}  // namespace headroom::prove
