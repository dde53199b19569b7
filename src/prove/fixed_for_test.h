// For tests: a fleet that is told how large it is, and what it was shown.
#pragma once

#include <functional>

#include "prove/simulate.h"
#include "prove/workload.h"

namespace headroom::prove {

class Fixed final : public rivals::Autoscaler {
 public:
  explicit Fixed(int replicas) : Fixed([=](double) { return replicas; }) {}
  /// Of the seconds since the start.
  explicit Fixed(std::function<int(double)> replicas) : replicas_(std::move(replicas)) {}

  int decide(const Now& now, Duration, const scale::ServiceSeen& seen) override {
    arrivals += seen.arrivals;
    good += seen.good;
    late += seen.late;
    shed += seen.shed;
    failed += seen.failed;
    last = seen;
    return replicas_(seconds(now.elapsed.time_since_epoch()));
  }

  std::uint64_t arrivals = 0;
  std::uint64_t good = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;
  scale::ServiceSeen last;

  [[nodiscard]] std::uint64_t ended() const { return good + late + shed + failed; }

 private:
  std::function<int(double)> replicas_;
};

inline Scenario steady(std::string_view workload, double per_s, std::size_t length_s) {
  Scenario scenario;
  scenario.workload = *named_workload(workload);
  scenario.demand.per_second.assign(length_s, per_s);
  return scenario;
}

}  // namespace headroom::prove
