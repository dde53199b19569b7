// Tallies and the timeline.
#include "load/recorder.h"

#include <fmt/format.h>

namespace headroom::load {
namespace {

constexpr int open_seconds_spare = 3;  // the second under way, rounding up, and a slow turn

void add(TimelineRow& row, Outcome outcome) {
  switch (outcome) {
    case Outcome::good:
      ++row.good;
      return;
    case Outcome::late:
      ++row.late;
      return;
    case Outcome::shed:
      ++row.shed;
      return;
    case Outcome::failed:
      ++row.failed;
      return;
  }
}

}  // namespace

Recorder::Recorder(const LoadPlan& plan) {
  for (const PlannedTarget& planned : plan.targets)
    targets_.push_back(
        {.name = planned.target.text, .objective = planned.objective, .tally = Tally{}});
  rows_.reserve(static_cast<std::size_t>(seconds(plan.length())) + 2);
  open_.resize(static_cast<std::size_t>(seconds(plan.timeout)) + open_seconds_spare);
}

Outcome Recorder::record(std::uint16_t target, Duration intended, Duration done,
                         const Ending& ending) {
  TargetResult& of_target = targets_[target];
  const Duration latency = done - intended;
  const Outcome outcome = outcome_of(ending, latency, of_target.objective);
  const bool timed =
      outcome == Outcome::good || outcome == Outcome::late || ending.reason == Reason::timeout;
  count(total_, outcome, latency, timed);
  count(of_target.tally, outcome, latency, timed);

  const int t_s = static_cast<int>(intended / std::chrono::seconds(1));
  Histogram* of_second = open_second(t_s);
  if (of_second != nullptr && timed) of_second->record(latency);
  add(rows_[static_cast<std::size_t>(t_s)], outcome);

  if (ending.reason != Reason::answered) ++reasons_[static_cast<std::size_t>(ending.reason)];
  const auto status = static_cast<std::size_t>(ending.status) % status_count;
  if (ending.reason == Reason::answered && outcome == Outcome::failed) ++failed_statuses_[status];
  if (outcome == Outcome::shed) ++shed_statuses_[status];
  return outcome;
}

void Recorder::count(Tally& tally, Outcome outcome, Duration latency, bool timed) {
  switch (outcome) {
    case Outcome::good:
      ++tally.good;
      break;
    case Outcome::late:
      ++tally.late;
      break;
    case Outcome::shed:
      ++tally.shed;
      break;
    case Outcome::failed:
      ++tally.failed;
      break;
  }
  if (!timed) return;
  tally.latency.record(latency);
  tally.latency_max = std::max(tally.latency_max, latency);
}

/// The latencies of a second; nothing when it is sealed already (after a long stall).
Histogram* Recorder::open_second(int t_s) {
  while (static_cast<int>(rows_.size()) <= t_s)
    rows_.push_back({.t_s = static_cast<int>(rows_.size())});
  OpenSecond& second = open_[static_cast<std::size_t>(t_s) % open_.size()];
  if (second.t_s > t_s) return nullptr;
  if (second.t_s < t_s) {
    seal(second);
    second.t_s = t_s;
  }
  return &second.latency;
}

void Recorder::seal(OpenSecond& second) {
  if (second.t_s < 0) return;
  TimelineRow& row = rows_[static_cast<std::size_t>(second.t_s)];
  row.p50 = second.latency.quantile(0.5);
  row.p99 = second.latency.quantile(0.99);
  second.latency.clear();
}

TimelineRow Recorder::row(int t_s) const {
  if (t_s < 0 || t_s >= static_cast<int>(rows_.size())) return {.t_s = t_s};
  TimelineRow row = rows_[static_cast<std::size_t>(t_s)];
  const OpenSecond& second = open_[static_cast<std::size_t>(t_s) % open_.size()];
  if (second.t_s == t_s) {
    row.p50 = second.latency.quantile(0.5);
    row.p99 = second.latency.quantile(0.99);
  }
  return row;
}

void Recorder::finish(LoadResult& result) {
  for (OpenSecond& second : open_) seal(second);
  for (std::size_t i = 0; i < reason_count; ++i) {
    result.unanswered += reasons_[i];
    if (reasons_[i] != 0) result.errors[name_of(static_cast<Reason>(i))] = reasons_[i];
  }
  for (std::size_t status = 0; status < status_count; ++status) {
    if (failed_statuses_[status] != 0)
      result.errors[fmt::format("status_{}", status)] = failed_statuses_[status];
    if (shed_statuses_[status] != 0)
      result.errors[fmt::format("shed_{}", status)] = shed_statuses_[status];
  }
  result.first_error = std::move(first_error_);
  result.total = total_;
  result.targets = std::move(targets_);
  result.timeline = std::move(rows_);
}

}  // namespace headroom::load
