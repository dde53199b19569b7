// Rows of what changed, and what stands where nothing did.
#include "control/journal/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "scale/seen.h"

namespace headroom::control {
namespace {

/// What SQLite adds to the text of a row, in bytes, roughly.
constexpr std::size_t row_overhead = 24;

/// Of the observation, as decide() counts them.
void count_replicas(const std::vector<scale::ServiceSeen>& seen, std::size_t place,
                    scale::ServiceDecision& decision) {
  for (; place < seen.size(); ++place) {
    if (seen[place].service != decision.service) continue;
    if (!scale::replicas_known(&seen[place])) return;
    decision.ready = scale::count(seen[place], scale::Phase::ready);
    decision.starting = scale::count(seen[place], scale::Phase::starting);
    return;
  }
}

}  // namespace

CheckpointRow row_of(const Checkpoint& point) {
  CheckpointRow row{.reason = point.reason,
                    .policy = point.policy ? encode(*point.policy) : std::string(),
                    .parts = {},
                    .complete = point.complete};
  static const scale::ServiceState none;
  for (const auto& [service, model] : point.model.services) {
    const auto state = point.state.services.find(service);
    row.parts.push_back({service, encode(model),
                         encode(state == point.state.services.end() ? none : state->second)});
  }
  return row;
}

std::int64_t TickRow::tick_bytes() const {
  std::size_t text = 0;
  const std::size_t rows = 2 + seen.size() + 2 * decided.size();
  for (const auto& one : seen) text += one.changed.size();
  for (const auto& one : decided) text += one.decision.size() + 2 * one.service.size();
  return static_cast<std::int64_t>(text + row_overhead * rows);
}

std::int64_t TickRow::bytes() const {
  if (!checkpoint) return tick_bytes();
  std::size_t text = checkpoint->policy.size();
  for (const auto& part : checkpoint->parts)
    text += part.model.size() + part.state.size() + 3 * row_overhead;
  return tick_bytes() + static_cast<std::int64_t>(text);
}

Series::Short Series::short_of(const scale::ServiceDecision& decision) {
  std::uint64_t rules = 0xcbf29ce484222325;  // FNV-1a
  for (const auto& reason : decision.reasons) {
    if (!reason.decisive && reason.rule != scale::Rule::slower_version) continue;
    for (const char c : reason.name())
      rules = (rules ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    rules *= 0x100000001b3;  // as after a zero
  }
  return {decision.service, decision.replicas, rules};
}

bool Series::same_list(const scale::Observations& seen, const ServiceDecisions& decisions) const {
  return std::ranges::equal(seen.services, seen_, {}, &scale::ServiceSeen::service,
                            &scale::ServiceSeen::service) &&
         std::ranges::equal(decisions, decided_, {}, &scale::ServiceDecision::service,
                            &Short::service);
}

/// The observation where nothing changed: replicas are older.
scale::ServiceSeen Series::expected(std::size_t place, Instant now) const {
  scale::ServiceSeen seen = seen_[place];
  for (auto& replica : seen.replicas) replica.age += now - *at_;
  return seen;
}

TickRow Series::rows_of(const scale::Observations& seen, const ServiceDecisions& decisions,
                        bool whole) const {
  TickRow row{.now = seen.now,
              .dt = seen.dt,
              .machine_cpu = seen.machine_cpu,
              .whole = whole || !at_ || !same_list(seen, decisions),
              .digest = digest_of(decisions)};
  static const scale::ServiceSeen nothing;
  for (std::size_t i = 0; i < seen.services.size(); ++i) {
    auto changed =
        encode_changes(seen.services[i], row.whole ? nothing : expected(i, seen.now.elapsed));
    if (row.whole && changed.empty()) changed = "{}";
    if (!changed.empty()) row.seen.push_back({static_cast<std::int64_t>(i), std::move(changed)});
  }
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const auto& decision = decisions[i];
    if (row.whole || short_of(decision) != decided_[i])
      row.decided.push_back(
          {static_cast<std::int64_t>(i), decision.service, decision.replicas, encode(decision)});
  }
  return row;
}

void Series::remember(const ServiceDecisions& decisions) {
  decided_.clear();
  for (const auto& decision : decisions) decided_.push_back(short_of(decision));
}

void Series::written(scale::Observations seen, ServiceDecisions decisions) {
  at_ = seen.now.elapsed;
  seen_ = std::move(seen.services);
  remember(decisions);
}

Result<> Series::read(const TickRow& row, scale::Observations& seen, ServiceDecisions& decisions) {
  if (row.whole) {
    seen_.assign(row.seen.size(), {});
    decided_.assign(row.decided.size(), {});
  } else {
    for (std::size_t i = 0; i < seen_.size(); ++i) seen_[i] = expected(i, row.now.elapsed);
  }
  for (const auto& one : row.seen) {
    if (one.place < 0 || one.place >= std::ssize(seen_))
      return fail(ErrorCode::invalid, fmt::format("it has no service at place {}", one.place));
    TRY(decode_changes(one.changed, seen_[static_cast<std::size_t>(one.place)]));
  }
  seen = {.now = row.now, .dt = row.dt, .machine_cpu = row.machine_cpu, .services = seen_};
  decisions.assign(decided_.size(), {});
  for (const auto& one : row.decided) {
    if (one.place < 0 || one.place >= std::ssize(decided_))
      return fail(ErrorCode::invalid, fmt::format("it has no decision at place {}", one.place));
    const auto place = static_cast<std::size_t>(one.place);
    decisions[place] = TRY(decode<scale::ServiceDecision>(one.decision));
    decided_[place] = short_of(decisions[place]);
  }
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (!decisions[i].service.empty()) continue;
    decisions[i].service = decided_[i].service;
    decisions[i].replicas = decided_[i].replicas;
    count_replicas(seen_, i, decisions[i]);
  }
  at_ = row.now.elapsed;
  return {};
}

}  // namespace headroom::control
