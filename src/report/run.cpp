// From ticks to series.
#include "report/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/layout.h"
#include "scale/seen.h"

namespace headroom::report {
namespace {

template <class Items>
auto find_service(Items& items, const std::string& name) {
  return std::ranges::find(items, name, [](const auto& item) { return item.service; });
}

Moment moment_of(const scale::ServiceSeen& seen, double t_s, double dt_s) {
  Moment moment{.t_s = t_s,
                .dt_s = dt_s,
                .arrivals = seen.arrivals,
                .good = seen.good,
                .late = seen.late,
                .shed = seen.shed,
                .failed = seen.failed,
                .p50_s = seen.latency_p50_s,
                .p99_s = seen.latency_p99_s};
  for (const auto& replica : seen.replicas) {
    moment.starting += replica.phase == scale::Phase::starting;
    moment.ready += replica.phase == scale::Phase::ready;
    moment.draining += replica.phase == scale::Phase::draining;
  }
  return moment;
}

/// Of those that say what may run, not what is needed.
bool is_limit(scale::Rule rule) {
  const scale::Stage stage = scale::entry(rule).stage;
  return stage == scale::Stage::bound || stage == scale::Stage::allocate;
}

/// In a time without change only the number is recorded: the reasons are those of the decision
/// taken again, where that comes to the same number.
const scale::ServiceDecision* with_reasons(const scale::ServiceDecision& recorded,
                                           const std::optional<control::Replay::Outcome>& outcome) {
  if (!recorded.reasons.empty() || !outcome) return &recorded;
  const auto again = find_service(*outcome->decisions, recorded.service);
  const bool same = again != outcome->decisions->end() && again->replicas == recorded.replicas;
  return same ? &*again : &recorded;
}

}  // namespace

int held_back(const scale::ServiceDecision& decision) {
  int most = 0;
  for (const auto& reason : decision.reasons) {
    if (!reason.decisive || !is_limit(reason.rule)) continue;
    for (const auto& other : decision.counterfactuals)
      if (other.name() == reason.name()) most = std::max(most, other.replicas - decision.replicas);
  }
  return most;
}

std::string without_text(const scale::Counterfactual& other) {
  return fmt::format("without the rule '{}': {}", other.name(),
                     counted(static_cast<std::uint64_t>(other.replicas), "replica"));
}

ServiceRun& RunBuilder::service(const std::string& name) {
  const auto found = std::ranges::find_if(
      run_.services, [&name](const ServiceRun& run) { return run.name() == name; });
  if (found != run_.services.end()) return *found;
  run_.services.emplace_back().policy.service = name;
  return run_.services.back();
}

void RunBuilder::add_service(const scale::ServiceSeen& seen, const control::StoredTick& tick,
                             const std::optional<control::Replay::Outcome>& outcome) {
  ServiceRun& run = service(seen.service);
  Moment moment = moment_of(seen, run_.span_s(), seconds(tick.seen.dt));
  run.gone += seen.gone;
  for (const auto& [reason, count] : seen.reasons) run.reasons[reason] += count;
  if (outcome) {
    const auto policy = find_service(outcome->policy->services, seen.service);
    if (policy != outcome->policy->services.end()) run.policy = *policy;
    const auto model = outcome->model->services.find(seen.service);
    if (model != outcome->model->services.end()) {
      run.capacity = model->second.capacity;
      run.scaling_law = model->second.scaling_law;
      run.service_time_s = model->second.service_time_s;
      run.startup_s = model->second.startup_s;
    }
  }
  if (!scale::replicas_known(&seen) && !run.moments.empty()) {
    const Moment& before = run.moments.back();
    moment.starting = before.starting;
    moment.ready = before.ready;
    moment.draining = before.draining;
  }
  moment.per_replica = run.capacity.per_second();
  moment.wanted = run.moments.empty() ? -1 : run.moments.back().wanted;
  const auto decision = find_service(tick.decisions, seen.service);
  if (decision != tick.decisions.end()) {
    add_decision(run, *with_reasons(*decision, outcome));
    moment.wanted = decision->replicas;
  }
  run.moments.push_back(moment);
}

/// Called before the decision's moment is there.
void RunBuilder::add_decision(ServiceRun& run, const scale::ServiceDecision& decision) {
  if (run.moments.empty() || run.moments.back().wanted < 0) return;
  const int before = run.moments.back().wanted;
  const Change change{.moment = run.moments.size(), .from = before, .decision = decision};
  if (decision.replicas != before) {
    run.changes.push_back(change);
    return;
  }
  const int held = held_back(decision);
  if (held == 0) return;
  const bool goes_on = !run.changes.empty() && run.changes.back().step() == 0 &&
                       run.changes.back().decision.replicas == decision.replicas;
  if (!goes_on)
    run.changes.push_back(change);
  else if (held > held_back(run.changes.back().decision))
    run.changes.back() = change;
}

void RunBuilder::go_on_to(WallTime wall, Duration dt) {
  if (ticks_ == 1) run_.from = wall - dt;
  const WallTime to = wall + run_.set_back;
  if (ticks_ > 1 && to < run_.to) run_.set_back += run_.to + dt - to;
  run_.to = wall + run_.set_back;
}

Result<> RunBuilder::add(const control::StoredTick& tick, bool within) {
  const auto outcome = TRY(replay_.feed(tick, within));
  if (!within) return {};
  if (++ticks_ > run_ticks_max)
    return fail(ErrorCode::invalid,
                fmt::format("more than {} ticks make no readable report; take a part with --from "
                            "and --to",
                            run_ticks_max));
  go_on_to(tick.seen.now.wall, tick.seen.dt);
  run_.machine_cpu.push_back(tick.seen.machine_cpu);
  for (const auto& seen : tick.seen.services) add_service(seen, tick, outcome);
  return {};
}

void take_objectives(const scale::Policy& policy, Run& run) {
  for (ServiceRun& service : run.services) {
    const auto found = find_service(policy.services, service.name());
    if (!service.has_objective() && found != policy.services.end())
      service.policy.objective = found->objective;
  }
}

Run RunBuilder::finish(std::vector<control::Gap> gaps) && {
  run_.gaps = std::move(gaps);
  run_.replayed = replay_.counts();
  return std::move(run_);
}

Result<Run> read_run(control::JournalReader& reader, const control::Span& span) {
  RunBuilder builder;
  TRY(reader.each(span, true, [&](control::StoredTick&& tick) {
    return builder.add(tick, tick.seen.now.wall >= span.from);
  }));
  Run run = std::move(builder).finish(TRY(reader.gaps(span)));
  run.simulation = TRY(reader.simulation());
  return run;
}

}  // namespace headroom::report
