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

#include "control/journal/checkpoint_round.h"
#include "control/journal/rows.h"
#include "prove/fluid.h"
#include "prove/workload.h"
#include "scale/decide.h"
#include "scale/placement.h"

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
  [[nodiscard]] std::size_t count() const { return ms_.size(); }
  [[nodiscard]] std::string json() const {
    if (ms_.empty()) return "{\"mean\": 0, \"p99\": 0, \"max\": 0}";
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

/// As a process is measured: never twice the same, unless nothing is asked of it.
void measure_replicas(scale::ServiceSeen& seen, Random& random) {
  for (auto& replica : seen.replicas) {
    const bool busy = seen.arrivals > 0;
    replica.version = "5e1d0c2a9b7f4e63";
    replica.rss_bytes = 180'000'000;
    if (!busy) continue;
    replica.cpu_cores *= 0.9 + 0.2 * random.uniform();
    replica.rss_bytes += 4096 * static_cast<std::int64_t>(random.below(500));
    replica.in_flight = static_cast<std::int64_t>(random.below(8));
  }
}

struct World {
  scale::Policy policy;
  std::vector<prove::Scenario> scenarios;  // plants refer to them
  std::vector<std::unique_ptr<prove::FluidPlant>> plants;
  std::size_t idle = 0;  // so many have no traffic and one replica
  Random random{1};

  World(std::size_t services, std::size_t ticks, std::size_t idle_share) {
    idle = services * idle_share / 100;
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

  /// A second of a service that nobody asks for anything.
  static void rest(scale::ServiceSeen& seen, Duration elapsed) {
    std::string name = std::move(seen.service);
    seen = {};
    seen.service = std::move(name);
    seen.replicas.push_back({.id = seen.service + "-1",
                             .phase = scale::Phase::ready,
                             .age = elapsed,
                             .startup = std::chrono::seconds(3)});
  }

  scale::Observations live(std::size_t second) {
    scale::Observations seen;
    const Duration elapsed = std::chrono::seconds(second + 1);
    seen.now = {WallTime(std::chrono::seconds(1'800'000'000)) + elapsed, Instant(elapsed)};
    seen.dt = std::chrono::seconds(1);
    // One that is observed and not decided on, as services with endpoints are.
    seen.services.emplace_back().service = "elsewhere";
    for (std::size_t i = 0; i < plants.size(); ++i) {
      plants[i]->live(second);
      seen.services.push_back(plants[i]->seen());
      auto& one = seen.services.back();
      one.service = policy.services[i].service;
      if (i < idle) rest(one, elapsed);
      measure_replicas(one, random);
    }
    return seen;
  }
};

/// What the journal is handed and makes of it; beside it, what rows of all services and a
/// checkpoint of all at once would take.
struct Record {
  Timed encode, copy, encode_all, copy_all;
  double bytes = 0;
  double bytes_all = 0;
  double looked = 0;  // ticks of bytes_all
  double point_bytes = 0;
  double points = 0;
  control::Series series;
  control::CheckpointRound round;
  std::optional<control::Checkpoint> point;

  void before(std::size_t second, const scale::Policy& policy, const scale::Model& model,
              const scale::State& state) {
    const auto due = second % 600 == 0 ? std::optional<std::string_view>("periodic") : std::nullopt;
    copy.run([&] { point = round.next(due, false, policy, model, state); });
    if (second % 60 == 0) copy_all.run([&] { (void)std::pair(model, state); });
  }

  void decided(std::size_t second, const scale::Observations& seen,
               const control::ServiceDecisions& decisions) {
    control::TickRow row;
    encode.run([&] {
      row = series.rows_of(seen, decisions, second % 600 == 0);
      if (point) row.checkpoint = control::row_of(*point);
    });
    series.written(seen, decisions);
    bytes += static_cast<double>(row.tick_bytes());
    if (point) {
      point_bytes += static_cast<double>(row.bytes() - row.tick_bytes());
      points += static_cast<double>(point->model.services.size());
    }
    if (second % 60 != 0) return;
    ++looked;
    encode_all.run([&] {
      bytes_all +=
          static_cast<double>(control::encode(seen).size() + control::encode(decisions).size());
    });
  }

  void forget() {
    for (Timed* each : {&encode, &copy, &encode_all, &copy_all}) each->forget();
    bytes = bytes_all = looked = point_bytes = points = 0;
  }
};

/// learn → decide → allocate, as step() does it, stage by stage, with what it throws away.
struct Stages {
  Timed learn, decide, allocate, whole;

  control::ServiceDecisions step(const scale::Policy& policy, scale::Model& model,
                                 scale::State& state, const scale::Observations& seen) {
    scale::Proposals proposals;
    scale::Decisions decisions;
    learn.run([&] { model = scale::learn(policy, std::move(model), state, seen); });
    decide.run([&] { proposals = scale::decide(policy, model, state, seen); });
    allocate.run([&] {
      decisions = scale::allocate(policy, std::move(proposals));
      state = std::move(decisions.next);
    });
    whole.add(learn.last() + decide.last() + allocate.last());
    return std::move(decisions.services);
  }

  void forget() {
    for (Timed* each : {&learn, &decide, &allocate, &whole}) each->forget();
  }
};

void print(const Stages& stages, const Record& record, const scale::Model& model,
           const scale::State& state, double resident, double replicas) {
  const auto n = static_cast<double>(model.services.size());
  const auto ticks = static_cast<double>(stages.whole.count());
  fmt::print(
      "{{\"services\": {}, \"replicas\": {:.0f}, \"tick_ms\": {}, \"learn_ms\": {}, "
      "\"decide_ms\": {}, \"allocate_ms\": {}, \"checkpoint_copy_ms\": {}, "
      "\"checkpoint_copy_at_once_ms\": {}, \"journal_encoding_ms\": {}, "
      "\"journal_encoding_in_full_ms\": {}, \"model_bytes\": {:.0f}, \"state_bytes\": {:.0f}, "
      "\"journal_bytes\": {:.1f}, \"journal_bytes_in_full\": {:.1f}, "
      "\"checkpoint_bytes\": {:.0f}, \"resident_bytes\": {:.0f}}}\n",
      n, replicas / ticks, stages.whole.json(), stages.learn.json(), stages.decide.json(),
      stages.allocate.json(), record.copy.json(), record.copy_all.json(), record.encode.json(),
      record.encode_all.json(), heap_bytes(model) / n, heap_bytes(state) / n,
      record.bytes / ticks / n, record.bytes_all / std::max(1.0, record.looked) / n,
      record.point_bytes / std::max(1.0, record.points), resident / n);
}

}  // namespace

int main(int count, char** values) {
  const auto argument = [&](int i, std::size_t otherwise) {
    return count > i ? static_cast<std::size_t>(std::atoi(values[i])) : otherwise;
  };
  const std::size_t services = argument(1, 1000);
  const std::size_t warm_up = argument(2, 1800);
  const std::size_t ticks = argument(3, 600);
  const double rss_before = rss_bytes();
  World world(services, warm_up + ticks, argument(4, 0));
  scale::Model model;
  scale::State state;
  Stages stages;
  Record record;
  double replicas = 0;
  for (std::size_t second = 0; second < warm_up + ticks; ++second) {
    if (second == warm_up) {
      stages.forget();
      record.forget();
      replicas = 0;
    }
    const scale::Observations seen = world.live(second);
    record.before(second, world.policy, model, state);
    const auto decisions = stages.step(world.policy, model, state, seen);
    for (std::size_t i = 0; i < services; ++i) world.plants[i]->want(decisions[i].replicas);
    record.decided(second, seen, decisions);
    for (const auto& one : seen.services) replicas += static_cast<double>(one.replicas.size());
  }
  world.plants.clear();  // what is left is what deciding and its record keep
  world.scenarios.clear();
  malloc_trim(0);
  print(stages, record, model, state, rss_bytes() - rss_before, replicas);
  return 0;
}
