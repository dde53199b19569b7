// One run with what watches it, or many at once.
#include "cli/simulate_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/page.h"
#include "cli/progress.h"
#include "cli/simulate_record.h"
#include "cli/timeline_file.h"
#include "prove/headroom_autoscaler.h"
#include "prove/policies.h"
#include "scale/rivals/fixed_fleet.h"

namespace headroom::cli {
namespace {

using Made = std::unique_ptr<rivals::Autoscaler>;

/// headroom goes by the service's own file, a fixed fleet by its size, every other policy by its
/// setting.
Result<Made> policy_of(const std::string& name, const SimulateOrder& order,
                       prove::DecisionRecord* record = nullptr) {
  if (name == "headroom")
    return prove::headroom_autoscaler(order.policy(), record, order.scenario.limits);
  if (name == "fixed") return std::make_unique<rivals::FixedFleet>(order.fleet());
  const bool oracle = name == "oracle";
  return prove::make_policy(
      {.policy = name,
       .target = oracle ? order.policy().objective.planned_misses() : order.setting.target,
       .stabilise_s = order.setting.stabilise_s,
       .fresh_signal = order.setting.fresh_signal},
      order.scenario);
}

/// Another autoscaler, with what it has come to shown on a terminal.
class Shown final : public rivals::Around {
 public:
  Shown(rivals::Autoscaler& inner, std::size_t length_s) : Around(inner), length_s_(length_s) {}
  ~Shown() override {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

  int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override {
    requests_ += seen.arrivals;
    if (++second_ % 3600 == 0 && terminal_) show();
    return inner().decide(now, dt, seen);
  }
  [[nodiscard]] bool reads_outcomes() const override { return inner().reads_outcomes(); }

 private:
  void show() {
    fmt::print(stderr, "\r\033[K{:3.0f}%  {} of {} h  {:.3g} requests",
               100.0 * static_cast<double>(second_) / static_cast<double>(length_s_),
               second_ / 3600, length_s_ / 3600, static_cast<double>(requests_));
    shown_ = true;
  }

  bool terminal_ = isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
  std::size_t length_s_;
  std::size_t second_ = 0;
  std::uint64_t requests_ = 0;
};

Result<prove::Score> run_one(const SimulateOptions& options, const SimulateOrder& order) {
  TRY(check_page(options.report));
  TRY(check_page(options.timeline, timeline_header));
  const std::unique_ptr<RunRecord> record = TRY(RunRecord::open(options, order));
  const bool own = options.policy == "headroom";
  const Made policy = TRY(policy_of(options.policy, order, own ? record.get() : nullptr));
  rivals::Autoscaler* chosen = policy.get();
  Made recorded;
  if (record != nullptr && !own) {
    recorded = recorded_rival(*policy, options.policy, order.policy(), *record);
    chosen = recorded.get();
  }
  Noted noted(*chosen);
  if (!options.timeline.empty()) chosen = &noted;
  const prove::Score score = [&] {
    Shown shown(*chosen, order.scenario.demand.per_second.size());
    return prove::simulate(order.scenario, order.plant, order.seed, shown);
  }();
  if (!options.timeline.empty()) TRY(write_page(options.timeline, noted.text()));
  if (record != nullptr) TRY(record->finish(score));
  return score;
}

Result<std::vector<prove::Score>> run_seeds(const SimulateOptions& options,
                                            const SimulateOrder& order) {
  std::vector<prove::Score> scores(static_cast<std::size_t>(order.seeds));
  Progress progress(scores.size());
  const auto run = [&](std::size_t i) -> Result<> {
    const Made policy = TRY(policy_of(options.policy, order));
    scores[i] = prove::simulate(order.scenario, order.plant, order.seed + i, *policy);
    progress.done(fmt::format("seed {}", order.seed + i));
    return {};
  };
  TRY(at_once(0, scores.size(), run));
  return scores;
}

}  // namespace

Result<SimulateResult> simulate_all(const SimulateOptions& options, const SimulateOrder& order) {
  SimulateResult result;
  if (order.seeds == 1)
    result.by_seed.push_back(TRY(run_one(options, order)));
  else
    result.by_seed = TRY(run_seeds(options, order));
  for (const prove::Score& one : result.by_seed) result.all.add(one);
  if (result.all.requests > 0) return result;
  return fail(ErrorCode::invalid, fmt::format("{}: not a single request arrives in the scored part",
                                              options.trace.file));
}

}  // namespace headroom::cli
