// Ticks from their rows.
#include "control/journal/reader_walk.h"

#include <fmt/format.h>

#include <bit>

namespace headroom::control {
namespace {

TickRow tick_row(const sqlite::Statement& row) {
  return {.now = {wall_from_unix_ns(row.integer(3)), Instant(Duration(row.integer(4)))},
          .dt = Duration(row.integer(5)),
          .machine_cpu = row.real(6),
          .whole = row.integer(7) != 0,
          .digest = std::bit_cast<std::uint64_t>(row.integer(8))};
}

/// The parts that stand at a tick, and the policy where a round begins.
Result<std::optional<Checkpoint>> checkpoint_of(sqlite::Statement& begin,
                                                sqlite::Statement& parts) {
  Checkpoint point{.reason = {}, .policy = {}, .model = {}, .state = {}, .complete = false};
  if (TRY(begin.step())) {
    point.reason = begin.text(0);
    point.policy = TRY(decode<scale::Policy>(begin.text(1)));
  }
  while (TRY(parts.step())) {
    const std::string service(parts.text(0));
    point.model.services[service] = TRY(decode<scale::ServiceModel>(parts.text(1)));
    point.state.services[service] = TRY(decode<scale::ServiceState>(parts.text(2)));
  }
  if (point.reason.empty() && point.model.services.empty()) return std::nullopt;
  TRY(scale::well_formed(point.model));
  return point;
}

}  // namespace

Result<JournalReader::Walk::Statements> JournalReader::Walk::Statements::prepare(
    sqlite::Connection& connection) {
  auto seen = TRY(connection.prepare("SELECT place, changed FROM seen WHERE tick_id=?1"));
  auto decided =
      TRY(connection.prepare("SELECT place, service, replicas, decision FROM decided"
                             " WHERE tick_id=?1 ORDER BY place"));
  auto checkpoint =
      TRY(connection.prepare("SELECT reason, policy FROM checkpoint WHERE tick_id=?1"));
  auto parts = TRY(connection.prepare("SELECT service, model, state FROM part WHERE tick_id=?1"));
  return Statements{.seen = std::move(seen),
                    .decided = std::move(decided),
                    .checkpoint = std::move(checkpoint),
                    .parts = std::move(parts)};
}

Result<std::vector<StoredTick>> JournalReader::Walk::read(sqlite::Connection& connection,
                                                          std::int64_t from_id,
                                                          std::int64_t to_id) {
  TRY(connection.run("BEGIN"));
  auto ticks = read_chunk(connection, from_id, to_id);
  TRY(connection.run("COMMIT"));
  return ticks;
}

Result<std::vector<StoredTick>> JournalReader::Walk::read_chunk(sqlite::Connection& connection,
                                                                std::int64_t from_id,
                                                                std::int64_t to_id) {
  auto of_tick = TRY(Statements::prepare(connection));
  auto rows = TRY(connection.prepare(
      "SELECT id, run, previous, wall_ns, elapsed_ns, dt_ns, machine_cpu, whole, digest,"
      " EXISTS(SELECT 1 FROM gap WHERE next_tick_id=tick.id AND lost>0)"
      " FROM tick WHERE id>=?1 AND id<=?2 ORDER BY id LIMIT ?3"));
  rows.bind(from_id).bind(to_id).bind(chunk);
  at_end_ = true;
  std::vector<StoredTick> ticks;
  while (TRY(rows.step())) {
    at_end_ = false;
    last_id_ = rows.integer(0);
    if (auto done = read_tick(rows, of_tick, ticks); !done)
      return fail(done.error().code,
                  fmt::format("journal {}: tick {}: {}", path_, last_id_, done.error().message));
  }
  return ticks;
}

Result<> JournalReader::Walk::read_tick(const sqlite::Statement& row, Statements& of_tick,
                                        std::vector<StoredTick>& ticks) {
  TickRow stored = tick_row(row);
  StoredTick tick{.id = row.integer(0),
                  .run = row.integer(1),
                  .previous = row.integer(2),
                  .seen = {},
                  .decisions = {},
                  .digest = stored.digest,
                  .checkpoint = {},
                  .after_loss = row.integer(9) != 0};
  Run& run = runs_[tick.run];
  // What it goes on from was removed, or was not asked for.
  if (!stored.whole && run.last_id != tick.previous) return {};
  run.last_id = tick.id;
  for (auto* statement : {&of_tick.seen, &of_tick.decided, &of_tick.checkpoint, &of_tick.parts}) {
    statement->reset();
    statement->bind(tick.id);
  }
  while (TRY(of_tick.seen.step()))
    stored.seen.push_back({of_tick.seen.integer(0), std::string(of_tick.seen.text(1))});
  while (TRY(of_tick.decided.step()))
    stored.decided.push_back({of_tick.decided.integer(0), std::string(of_tick.decided.text(1)),
                              static_cast<int>(of_tick.decided.integer(2)),
                              std::string(of_tick.decided.text(3))});
  TRY(run.series.read(stored, tick.seen, tick.decisions));
  tick.checkpoint = TRY(checkpoint_of(of_tick.checkpoint, of_tick.parts));
  ticks.push_back(std::move(tick));
  return {};
}

}  // namespace headroom::control
