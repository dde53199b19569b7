// Reads ticks, checkpoints and gaps back from the journal's file.
#include "control/journal/reader.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace headroom::control {
namespace {

constexpr std::string_view columns =
    "tick.id, run, seen, decided, checkpoint.reason, policy, model, state,"
    " EXISTS(SELECT 1 FROM gap WHERE next_tick_id=tick.id AND lost>0)"
    " FROM tick LEFT JOIN checkpoint ON checkpoint.tick_id=tick.id";

Result<> check_format(sqlite::Connection& connection) {
  if (TRY(connection.integer("SELECT count(*) FROM sqlite_schema WHERE name='checkpoint'")) == 0)
    return fail(ErrorCode::invalid, "it is not a journal of headroom");
  const auto format =
      TRY(connection.integer("SELECT CAST(value AS INTEGER) FROM meta WHERE key='format'"));
  if (format <= Store::format_version) return {};
  return fail(ErrorCode::invalid, fmt::format("it has format {}, this headroom reads up to {}",
                                              format, Store::format_version));
}

}  // namespace

Result<JournalReader> JournalReader::open(const std::string& path) {
  if (!std::filesystem::exists(path))
    return fail(ErrorCode::invalid, fmt::format("journal {}: there is no such file", path));
  const auto refused = [&path](const Error& error) {
    return fail(error.code, fmt::format("journal {}: {}", path, error.message));
  };
  auto connection = sqlite::Connection::open(path, sqlite::Access::read);
  if (!connection) return refused(connection.error());
  if (const auto checked = check_format(*connection); !checked) return refused(checked.error());
  return JournalReader(path, std::move(*connection));
}

Result<JournalReader::Extent> JournalReader::extent() {
  auto rows = TRY(connection_.prepare("SELECT count(*), min(wall_ns), max(wall_ns) FROM tick"));
  Extent extent;
  if (TRY(rows.step()))
    extent = {rows.integer(0), wall_from_unix_ns(rows.integer(1)),
              wall_from_unix_ns(rows.integer(2))};
  return extent;
}

Result<StoredTick> JournalReader::tick_of(const sqlite::Statement& row) const {
  const auto read = [&]() -> Result<StoredTick> {
    StoredTick tick;
    tick.id = row.integer(0);
    tick.run = row.integer(1);
    tick.seen = TRY(decode<scale::Observations>(row.text(2)));
    tick.decisions = TRY(decode<ServiceDecisions>(row.text(3)));
    tick.after_loss = row.integer(8) != 0;
    if (row.text(4).empty()) return tick;
    Checkpoint checkpoint;
    checkpoint.reason = row.text(4);
    checkpoint.policy = TRY(decode<scale::Policy>(row.text(5)));
    checkpoint.model = TRY(decode<scale::Model>(row.text(6)));
    TRY(scale::well_formed(checkpoint.model));
    checkpoint.state = TRY(decode<scale::State>(row.text(7)));
    tick.checkpoint = std::move(checkpoint);
    return tick;
  };
  auto tick = read();
  if (!tick)
    return fail(tick.error().code, fmt::format("journal {}: tick {}: {}", path_, row.integer(0),
                                               tick.error().message));
  return tick;
}

Result<std::vector<StoredTick>> JournalReader::read(std::int64_t from_id, const Span& span) {
  auto rows = TRY(connection_.prepare(fmt::format(
      "SELECT {} WHERE tick.id>=?1 AND wall_ns<=?2 ORDER BY tick.id LIMIT ?3", columns)));
  rows.bind(from_id).bind(unix_ns(span.to)).bind(chunk);
  std::vector<StoredTick> ticks;
  while (TRY(rows.step())) ticks.push_back(TRY(tick_of(rows)));
  return ticks;
}

Result<> JournalReader::each(const Span& span, bool from_checkpoint,
                             const std::function<Result<>(StoredTick&&)>& visit) {
  // Its statement ends with it: an open one would hold back the writer's checkpoints.
  const auto id_of = [this](std::string_view sql, std::int64_t value) -> Result<std::int64_t> {
    auto rows = TRY(connection_.prepare(sql));
    return TRY(rows.bind(value).step()) ? rows.integer(0) : 0;
  };
  auto next = TRY(id_of("SELECT min(id) FROM tick WHERE wall_ns>=?1", unix_ns(span.from)));
  if (next == 0) return {};
  if (from_checkpoint) {
    const auto point = TRY(id_of("SELECT max(tick_id) FROM checkpoint WHERE tick_id<=?1", next));
    if (point != 0) next = point;
  }
  return each_from(next, span, visit);
}

Result<> JournalReader::each_since_checkpoint(const std::function<Result<>(StoredTick&&)>& visit) {
  const auto point = TRY(connection_.integer("SELECT max(tick_id) FROM checkpoint"));
  return point == 0 ? Result<>{} : each_from(point, {}, visit);
}

Result<> JournalReader::each_from(std::int64_t id, const Span& span,
                                  const std::function<Result<>(StoredTick&&)>& visit) {
  for (;;) {
    auto ticks = TRY(read(id, span));
    if (ticks.empty()) return {};
    id = ticks.back().id + 1;
    for (auto& tick : ticks) TRY(visit(std::move(tick)));
  }
}

Result<std::optional<StoredTick>> JournalReader::one(sqlite::Statement& rows) const {
  if (!TRY(rows.step())) return std::nullopt;
  return TRY(tick_of(rows));
}

Result<std::optional<StoredTick>> JournalReader::at(WallTime at) {
  auto rows = TRY(connection_.prepare(
      fmt::format("SELECT {} WHERE wall_ns<=?1 ORDER BY tick.id DESC LIMIT 1", columns)));
  return one(rows.bind(unix_ns(at)));
}

Result<std::optional<StoredTick>> JournalReader::before(const StoredTick& tick) {
  auto rows = TRY(connection_.prepare(
      fmt::format("SELECT {} WHERE tick.id<?1 AND run=?2 ORDER BY tick.id DESC LIMIT 1", columns)));
  return one(rows.bind(tick.id).bind(tick.run));
}

Result<std::optional<scale::Policy>> JournalReader::policy_at(const StoredTick& tick) {
  auto rows = TRY(connection_.prepare(
      "SELECT policy FROM checkpoint WHERE tick_id<=?1 ORDER BY tick_id DESC LIMIT 1"));
  if (!TRY(rows.bind(tick.id).step())) return std::nullopt;
  return TRY(decode<scale::Policy>(rows.text(0)));
}

Result<std::optional<StoredTick>> JournalReader::last_change(const std::string& service,
                                                             WallTime at) {
  // One number of each tick, so that a long quiet time costs little.
  auto rows = TRY(connection_.prepare(
      "SELECT tick.id, json_extract(one.value, '$.replicas') FROM tick, json_each(decided) one"
      " WHERE wall_ns<=?1 AND json_extract(one.value, '$.service')=?2 ORDER BY tick.id DESC"));
  rows.bind(unix_ns(at)).bind(service);
  std::int64_t later_id = 0;
  std::int64_t later = 0;
  while (TRY(rows.step())) {
    if (later_id != 0 && rows.integer(1) != later) break;
    later_id = rows.integer(0);
    later = rows.integer(1);
  }
  auto found = TRY(connection_.prepare(fmt::format("SELECT {} WHERE tick.id=?1", columns)));
  return one(found.bind(later_id));
}

Result<std::vector<Gap>> JournalReader::gaps(const Span& span) {
  auto rows = TRY(connection_.prepare(
      "SELECT from_ns, to_ns, lost, reason FROM gap WHERE to_ns>=?1 AND from_ns<=?2 ORDER BY id"));
  rows.bind(unix_ns(span.from)).bind(unix_ns(span.to));
  std::vector<Gap> gaps;
  while (TRY(rows.step()))
    gaps.push_back({.from = wall_from_unix_ns(rows.integer(0)),
                    .to = wall_from_unix_ns(rows.integer(1)),
                    .lost = rows.integer(2),
                    .reason = std::string(rows.text(3))});
  return gaps;
}

}  // namespace headroom::control
