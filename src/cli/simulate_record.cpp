// From decisions to the journal's rows and the page's series.
#include "cli/simulate_record.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "cli/page.h"
#include "control/journal/checkpoint_round.h"
#include "control/journal/journal.h"
#include "core/text.h"
#include "report/html.h"
#include "report/layout.h"
#include "report/verdict.h"

namespace headroom::cli {
namespace {

constexpr std::int64_t run_id = 1;  // a simulated journal has one run
constexpr std::int64_t checkpoint_ticks =
    control::Journal::checkpoint_every / std::chrono::seconds(1);

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

/// For whoever looks at the file later.
std::string simulation_text(const SimulateOptions& options, const SimulateOrder& order) {
  return fmt::format("{} on {} × {:.4g}, workload {}, start-up {:g} s, {} plant, seed {}",
                     options.policy, options.trace.file, order.factor, order.scenario.workload.name,
                     order.scenario.world.startup.mean_s, options.plant, order.seed);
}

/// Takes away what an earlier simulation left there, and nothing else.
Result<> make_way(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  auto reader = control::JournalReader::open(path);
  if (!reader || TRY(reader->simulation()).empty())
    return wrong(fmt::format(
        "--journal {}: is there and no journal of a simulation; name another file", path));
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix, error);
  return {};
}

Result<control::Store> open_journal_file(const SimulateOptions& options, const SimulateOrder& order,
                                         const std::string& simulation) {
  if (options.policy != "headroom")
    return wrong(
        fmt::format("--journal keeps headroom's decisions with their reasons; {} gives "
                    "none: --report shows what it did",
                    options.policy));
  TRY(make_way(options.journal));
  return control::Store::open(options.journal,
                              {.max_bytes = order.journal.max_bytes,
                               .retention = order.journal.retention,
                               .simulation = simulation},
                              run_id);
}

Result<> check_page(const SimulateOrder& order) {
  const prove::Demand& demand = order.scenario.demand;
  const std::size_t scored_s = demand.per_second.size() - demand.scored_from;
  if (scored_s <= static_cast<std::size_t>(report::run_ticks_max)) return {};
  return wrong(
      fmt::format("--report shows at most {} s, {} are scored: take a part with --from "
                  "and --to, or score less with --history",
                  report::run_ticks_max, scored_s));
}

/// Another autoscaler: it gives no reasons but its numbers.
class Recorded final : public rivals::Around {
 public:
  Recorded(rivals::Autoscaler& inner, std::string name, scale::ServicePolicy policy,
           prove::DecisionRecord& record)
      : Around(inner), name_(std::move(name)), record_(record) {
    policy_.services.push_back(std::move(policy));
    seen_.services.resize(1);
  }

  int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override {
    const int wanted = inner().decide(now, dt, seen);
    seen_.now = now;
    seen_.dt = dt;
    seen_.services[0] = seen;
    seen_.services[0].service = policy_.services[0].service;
    scale::ServiceDecision decision;
    decision.service = policy_.services[0].service;
    decision.replicas = wanted;
    decision.summary = fmt::format("{} asks for {}", name_, wanted);
    decision.reasons.push_back({.rule = scale::Rule::rival,
                                .replicas = wanted,
                                .text = "another autoscaler, which gives no reasons",
                                .decisive = true,
                                .of = name_});
    record_.before(policy_, {}, {});
    record_.decided(seen_, {decision});
    return wanted;
  }

 private:
  std::string name_;
  prove::DecisionRecord& record_;
  scale::Policy policy_;
  scale::Observations seen_;
};

}  // namespace

Result<std::unique_ptr<RunRecord>> RunRecord::open(const SimulateOptions& options,
                                                   const SimulateOrder& order) {
  if (options.journal.empty() && options.report.empty()) return nullptr;
  if (!options.report.empty()) TRY(check_page(order));
  const std::string simulation = simulation_text(options, order);
  std::unique_ptr<RunRecord> record(
      new RunRecord(simulation, options, order.scenario.demand.scored_from));
  if (!options.journal.empty())
    record->journal_.emplace(TRY(open_journal_file(options, order, simulation)));
  return record;
}

void RunRecord::before(const scale::Policy& policy, const scale::Model& model,
                       const scale::State& state) {
  const bool first = ticks_ == 0;
  if (first || (journal_ && ticks_ % checkpoint_ticks == 0))
    checkpoint_ = control::whole_checkpoint(first ? "start" : "periodic", policy, model, state);
}

void RunRecord::decided(const scale::Observations& seen,
                        const std::vector<scale::ServiceDecision>& decisions) {
  const bool scored = static_cast<std::size_t>(ticks_) >= scored_from_;
  const control::StoredTick tick{.id = ++ticks_,
                                 .run = run_id,
                                 .previous = ticks_ - 1,
                                 .seen = seen,
                                 .decisions = decisions,
                                 .digest = control::digest_of(decisions),
                                 .checkpoint = std::exchange(checkpoint_, std::nullopt)};
  if (outcome_ && journal_) outcome_ = write(tick);
  if (outcome_ && !page_.empty()) outcome_ = builder_.add(tick, scored);
}

Result<> RunRecord::write(const control::StoredTick& tick) {
  control::TickRow row =
      series_.rows_of(tick.seen, tick.decisions,
                      tick.checkpoint.has_value() || journal_->whole_due(tick.seen.now.elapsed));
  if (tick.checkpoint) row.checkpoint = control::row_of(*tick.checkpoint);
  TRY(journal_->write(row, std::nullopt));
  series_.written(tick.seen, tick.decisions);
  return {};
}

/// The oldest decisions go where the file's journal.max_size or retention is reached.
Result<> RunRecord::close_journal() {
  journal_.reset();
  auto reader = TRY(control::JournalReader::open(journal_path_));
  const auto kept = TRY(reader.extent()).ticks;
  if (kept < ticks_)
    fmt::print(stderr, "headroom: {} keeps the last {} of {} (journal.max_size and retention)\n",
               journal_path_, format_duration(std::chrono::seconds(kept)),
               format_duration(std::chrono::seconds(ticks_)));
  return {};
}

Result<> RunRecord::finish(const prove::Score& score) {
  TRY(std::move(outcome_));
  if (journal_) TRY(close_journal());
  if (page_.empty()) return {};
  report::Run run = std::move(builder_).finish({});
  run.simulation = fmt::format(
      "{}. {} missed for want of replicas, {} in the worst five minutes; longest spell with more "
      "than 1%: {}. {} more are late by their service time alone and among those missed below.",
      simulation_, report::share_text(score.wanting_share()), report::share_text(score.worst_share),
      format_duration(from_seconds(score.longest_spell_s)),
      report::grouped(static_cast<std::uint64_t>(std::llround(score.late_alone))));
  return write_page(page_, report::html_page(run, report::judge(run, {})));
}

std::unique_ptr<rivals::Autoscaler> recorded_rival(rivals::Autoscaler& inner, std::string name,
                                                   scale::ServicePolicy policy,
                                                   prove::DecisionRecord& record) {
  return std::make_unique<Recorded>(inner, std::move(name), std::move(policy), record);
}

}  // namespace headroom::cli
