// Times the controller's tick over many simulated services; prints one JSON document.
#include <fmt/format.h>
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "control/journal/codec.h"
#include "prove/fluid.h"
#include "prove/workload.h"
#include "scale/decide.h"

namespace {

using namespace headroom;

constexpr std::size_t wave_s = 1200;

double cpu_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// CPU time of pieces of work of one kind, in milliseconds.
class Timed {
 public:
  void run(const auto& work) {
    const double begin = cpu_s();
    work();
    ms_.push_back(1e3 * (cpu_s() - begin));
  }
  void add(double ms) { ms_.push_back(ms); }
  [[nodiscard]] double last() const { return ms_.back(); }
  void forget() { ms_.clear(); }
  [[nodiscard]] std::string json() const {
    std::vector<double> sorted = ms_;
    std::ranges::sort(sorted);
    double sum = 0;
    for (const double ms : sorted) sum += ms;
    const auto rank =
        static_cast<std::size_t>(std::ceil(0.99 * static_cast<double>(sorted.size())) - 1);
    return fmt::format("{{\"mean\": {:.3f}, \"p99\": {:.3f}, \"max\": {:.3f}}}",
                       sum / static_cast<double>(sorted.size()), sorted[rank], sorted.back());
  }

 private:
  std::vector<double> ms_;
};

/// Bytes on the heap that a copy takes.
double heap_bytes(const auto& value) {
  const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  const auto copy = std::make_unique<std::decay_t<decltype(value)>>(value);
  return static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd - before);
}

double rss_bytes() {
  constexpr double page = 4096;
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return page * static_cast<double>(resident);
}

/// From 5 to 5,000 requests/s, in waves that are not in step, with a burst in each hour.
prove::Scenario scenario_of(std::size_t number, std::size_t services, std::size_t ticks) {
  prove::Scenario scenario;
  scenario.workload = *prove::named_workload("fast-web");
  scenario.world.startup.mean_s = 10;
  const double share = static_cast<double>(number) / static_cast<double>(services);
  const double level = 5 * std::pow(1000, share);
  for (std::size_t second = 0; second < ticks; ++second) {
    const double turn = static_cast<double>(second) / static_cast<double>(wave_s) + 7 * share;
    const bool burst = (second + 37 * number) % 3600 < 60;
    scenario.demand.per_second.push_back(level * (1 + 0.5 * std::sin(6.2832 * turn)) *
                                         (burst ? 2 : 1));
  }
  return scenario;
}

struct World {
  scale::Policy policy;
  std::vector<prove::Scenario> scenarios;  // plants refer to them
  std::vector<std::unique_ptr<prove::FluidPlant>> plants;

  World(std::size_t services, std::size_t ticks) {
    for (std::size_t i = 0; i < services; ++i) scenarios.push_back(scenario_of(i, services, ticks));
    for (std::size_t i = 0; i < services; ++i) {
      const prove::Scenario& scenario = scenarios[i];
      scale::ServicePolicy one;
      one.service = fmt::format("service-{}", i);
      one.objective.latency = from_seconds(scenario.workload.objective_s);
      one.replicas.max = 1000;
      one.replicas.concurrency = scenario.workload.concurrency;
      policy.services.push_back(std::move(one));
      plants.push_back(std::make_unique<prove::FluidPlant>(scenario, i));
    }
  }

  scale::Observations live(std::size_t second) {
    scale::Observations seen;
    const Duration elapsed = std::chrono::seconds(second + 1);
    seen.now = {WallTime(std::chrono::seconds(1'800'000'000)) + elapsed, Instant(elapsed)};
    seen.dt = std::chrono::seconds(1);
    for (std::size_t i = 0; i < plants.size(); ++i) {
      plants[i]->live(second);
      seen.services.push_back(plants[i]->seen());
      seen.services.back().service = policy.services[i].service;
    }
    return seen;
  }
};

}  // namespace

int main(int count, char** values) {
  const auto argument = [&](int i, std::size_t otherwise) {
    return count > i ? static_cast<std::size_t>(std::atoi(values[i])) : otherwise;
  };
  const std::size_t services = argument(1, 1000);
  const std::size_t warm_up = argument(2, 1800);
  const std::size_t ticks = argument(3, 600);
  const double rss_before = rss_bytes();
  World world(services, warm_up + ticks);
  scale::Model model;
  scale::State state;
  Timed learn, decide, allocate, whole, encode, copy;
  double replicas = 0;
  double journal_bytes = 0;
  for (std::size_t second = 0; second < warm_up + ticks; ++second) {
    const scale::Observations seen = world.live(second);
    if (second == warm_up)
      for (Timed* each : {&learn, &decide, &allocate, &whole, &encode, &copy}) each->forget();
    // As step() does it, stage by stage, with what it throws away.
    scale::Proposals proposals;
    scale::Decisions decisions;
    learn.run([&] { model = scale::learn(world.policy, std::move(model), state, seen); });
    decide.run([&] { proposals = scale::decide(world.policy, model, state, seen); });
    allocate.run([&] {
      decisions = scale::allocate(world.policy, std::move(proposals));
      state = std::move(decisions.next);
    });
    whole.add(learn.last() + decide.last() + allocate.last());
    for (std::size_t i = 0; i < services; ++i)
      world.plants[i]->want(decisions.services[i].replicas);
    if (second < warm_up) continue;
    std::size_t bytes = 0;
    encode.run(
        [&] { bytes = control::encode(seen).size() + control::encode(decisions.services).size(); });
    if (second % 60 == 0) copy.run([&] { (void)std::pair(model, state); });
    for (const auto& one : seen.services) replicas += static_cast<double>(one.replicas.size());
    journal_bytes += static_cast<double>(bytes);
  }
  world.plants.clear();  // what is left is what deciding keeps
  world.scenarios.clear();
  malloc_trim(0);
  const double resident = rss_bytes() - rss_before;
  const auto n = static_cast<double>(services);
  const auto measured = static_cast<double>(ticks);
  fmt::print(
      "{{\"services\": {}, \"replicas\": {:.0f}, \"tick_ms\": {}, \"learn_ms\": {}, "
      "\"decide_ms\": {}, \"allocate_ms\": {}, \"journal_encoding_ms\": {}, "
      "\"checkpoint_copy_ms\": {}, \"model_bytes\": {:.0f}, \"state_bytes\": {:.0f}, "
      "\"journal_bytes\": {:.0f}, \"resident_bytes\": {:.0f}}}\n",
      services, replicas / measured, whole.json(), learn.json(), decide.json(), allocate.json(),
      encode.json(), copy.json(), heap_bytes(model) / n, heap_bytes(state) / n,
      journal_bytes / measured / n, resident / n);
  return 0;
}
