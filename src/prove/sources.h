// Those that tell an autoscaler of requests: as the plant shows them, or late, lost, coarse.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "core/histogram.h"
#include "core/random.h"
#include "evidence/sample.h"
#include "evidence/traffic.h"
#include "prove/scenario.h"
#include "scale/observation.h"

namespace headroom::prove {

/// Each source counts an equal part of the requests and tells of it at its own pace; what an
/// autoscaler sees is put together as live, by evidence::assemble(). Replicas are always seen as
/// they are: whoever starts them knows them.
class Sources {
 public:
  Sources(const World& world, std::uint64_t seed);

  const scale::ServiceSeen& of(scale::ServiceSeen&& now) = delete;  // it may be given back
  /// What is seen at the end of the next second, of which the plant shows `now`.
  const scale::ServiceSeen& of(const scale::ServiceSeen& now);

 private:
  /// A second of one source.
  struct Told {
    evidence::Sample sample;
    Histogram latency;
  };
  struct Source {
    std::deque<Told> kept;     // counted and not told yet
    std::int64_t waiting = 0;  // as it told last
  };

  const scale::ServiceSeen* as_old_as_told(const scale::ServiceSeen& now);
  void count(const scale::ServiceSeen& second, std::size_t source);
  [[nodiscard]] bool tells();

  double loss_;
  double late_;
  std::size_t every_;  // seconds
  Random random_;
  std::vector<scale::ServiceSeen> past_;  // a ring, of the delay
  std::vector<Source> sources_;
  evidence::Usual usual_;
  std::size_t second_ = 0;
  scale::ServiceSeen shown_;
};

}  // namespace headroom::prove
