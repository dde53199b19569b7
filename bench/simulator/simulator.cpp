// Times the two plants beside a bare loop in one process; prints one JSON line per round.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <queue>
#include <vector>

#include "prove/physics.h"
#include "prove/policies.h"
#include "prove/simulate.h"
#include "prove/workload.h"

namespace {

using namespace headroom;
using namespace headroom::prove;

class FixedFleet final : public rivals::Autoscaler {
 public:
  explicit FixedFleet(int replicas) : replicas_(replicas) {}
  int decide(const Now&, Duration, const scale::ServiceSeen&) override { return replicas_; }
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  int replicas_;
};

double seconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The unavoidable: per request two draws, one push and one pop on a binary heap.
double bare_loop(const Distribution& service_time, double rate, std::size_t requests) {
  const Distribution gap = Distribution::exponential(1 / rate);
  Random random(1);
  std::priority_queue<double, std::vector<double>, std::greater<>> ends;
  double now = 0;
  double last = 0;
  for (std::size_t i = 0; i < requests; ++i) {
    now += gap.sample(random);
    while (!ends.empty() && ends.top() <= now) {
      last = ends.top();
      ends.pop();
    }
    ends.push(now + service_time.sample(random));
  }
  return last;
}

Scenario day_part(std::size_t length_s, double rate) {
  Scenario scenario;
  scenario.workload = *named_workload("fast-web");
  scenario.demand.per_second.assign(length_s, rate);
  return scenario;
}

/// A day in the fluid plant. A rival goes by arrivals, concurrency and replicas; headroom is shown
/// how each second's requests fared as well, and its own step counts in.
double fluid_day_s(const Scenario& day, const Setting& setting) {
  const auto policy = make_policy(setting, day);
  return seconds_of([&] { (void)simulate(day, Plant::fluid, 1, **policy); });
}

void round(double rate, std::size_t exact_s) {
  const Scenario part = day_part(exact_s, rate);
  const Scenario day = day_part(86'400, rate);
  const int replicas = replicas_at_first(part);  // at 70% of their places
  FixedFleet fleet(replicas);
  double kept = 0;  // what the compiler must not leave out
  const auto requests = static_cast<std::size_t>(rate * static_cast<double>(exact_s));
  const double loop_s =
      seconds_of([&] { kept += bare_loop(part.workload.service_time, rate, requests); });
  double counted = 0;
  const double exact_run_s =
      seconds_of([&] { counted = simulate(part, Plant::exact, 1, fleet).requests; });
  const double fluid_s = seconds_of([&] { kept += simulate(day, Plant::fluid, 1, fleet).late; });
  if (kept < 0) std::abort();
  const double kpa_s = fluid_day_s(day, {.policy = "kpa", .target = 0.7, .stabilise_s = 60});
  const double headroom_s = fluid_day_s(day, {.policy = "headroom", .target = 0.001});
  const double loop_ns = 1e9 * loop_s / static_cast<double>(requests);
  const double exact_ns = 1e9 * exact_run_s / counted;
  fmt::print(
      "{{\"rate\": {}, \"replicas\": {}, \"loop_ns\": {:.1f}, \"exact_ns\": {:.1f}, "
      "\"exact_over_loop\": "
      "{:.2f}, \"fluid_day_ms\": {:.2f}, \"fluid_step_ns\": {:.1f}, "
      "\"exact_day_over_fluid_day\": {:.0f}, \"kpa_day_ms\": {:.2f}, "
      "\"headroom_day_ms\": {:.1f}}}\n",
      rate, replicas, loop_ns, exact_ns, exact_ns / loop_ns, 1e3 * fluid_s, 1e9 * fluid_s / 86'400,
      exact_ns * 1e-9 * rate * 86'400 / fluid_s, 1e3 * kpa_s, 1e3 * headroom_s);
}

}  // namespace

int main(int count, char** values) {
  const double rate = count > 1 ? std::atof(values[1]) : 1000;
  const int rounds = count > 2 ? std::atoi(values[2]) : 5;
  for (int i = 0; i < rounds; ++i) round(rate, static_cast<std::size_t>(2e6 / rate));
  return 0;
}
