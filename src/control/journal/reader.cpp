// Reads ticks, checkpoints and gaps back from the journal's file.
#include "control/journal/reader.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "control/journal/reader_walk.h"

namespace headroom::control {
namespace {

Result<> check_format(sqlite::Connection& connection) {
  if (TRY(connection.integer("SELECT count(*) FROM sqlite_schema WHERE name='checkpoint'")) == 0)
    return fail(ErrorCode::invalid, "it is not a journal of headroom");
  const auto format =
      TRY(connection.integer("SELECT CAST(value AS INTEGER) FROM meta WHERE key='format'"));
  if (format == Store::format_version) return {};
  return fail(ErrorCode::invalid, fmt::format("it has format {}, this headroom reads format {}",
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
  auto rows =
      TRY(connection_.prepare("SELECT count(*), min(wall_ns), max(wall_ns) FROM tick"
                              " WHERE id >= (SELECT min(id) FROM tick WHERE whole)"));
  Extent extent;
  if (TRY(rows.step()))
    extent = {rows.integer(0), wall_from_unix_ns(rows.integer(1)),
              wall_from_unix_ns(rows.integer(2))};
  return extent;
}

Result<std::string> JournalReader::simulation() {
  auto rows = TRY(connection_.prepare("SELECT value FROM meta WHERE key='simulation'"));
  return TRY(rows.step()) ? std::string(rows.text(0)) : std::string();
}

Result<std::int64_t> JournalReader::find(std::string_view sql, std::int64_t value) {
  // Its statement ends with it: an open one would hold back the writer's checkpoints.
  auto rows = TRY(connection_.prepare(sql));
  return TRY(rows.bind(value).step()) ? rows.integer(0) : 0;
}

/// Where reading begins to come to tick `id`; 0: it cannot be read.
Result<std::int64_t> JournalReader::whole_before(std::int64_t id) {
  return find(
      "SELECT max(id) FROM tick WHERE whole AND id<=?1"
      " AND run=(SELECT run FROM tick WHERE id=?1)",
      id);
}

Result<> JournalReader::each(const Span& span, bool from_checkpoint,
                             const std::function<Result<>(StoredTick&&)>& visit) {
  auto first = TRY(find("SELECT min(id) FROM tick WHERE wall_ns>=?1", unix_ns(span.from)));
  if (first == 0) return {};
  if (from_checkpoint) {
    const auto point = TRY(find(
        "SELECT max(tick_id) FROM checkpoint JOIN tick ON tick.id=tick_id WHERE complete_id<=?1",
        first));
    if (point != 0) first = point;
  }
  return each_from(first, span, visit);
}

Result<> JournalReader::each_since_checkpoint(const std::function<Result<>(StoredTick&&)>& visit) {
  const auto point =
      TRY(connection_.integer("SELECT max(tick_id) FROM checkpoint JOIN tick ON tick.id=tick_id"
                              " WHERE complete_id IS NOT NULL"));
  return point == 0 ? Result<>{} : each_from(point, {}, visit);
}

Result<> JournalReader::each_from(std::int64_t first, const Span& span,
                                  const std::function<Result<>(StoredTick&&)>& visit) {
  auto next = TRY(whole_before(first));
  if (next == 0) next = first;
  // Not fixed before: what is written meanwhile is read, too.
  const auto last = [&] {
    return find("SELECT max(id) FROM tick WHERE wall_ns<=?1", unix_ns(span.to));
  };
  Walk walk(path_);
  for (;;) {
    const auto to = TRY(last());
    auto ticks = TRY(walk.read(connection_, next, to));
    if (walk.at_end()) return {};
    next = walk.last_id() + 1;
    for (auto& tick : ticks)
      if (tick.id >= first && tick.seen.now.wall <= span.to) TRY(visit(std::move(tick)));
  }
}

Result<std::optional<StoredTick>> JournalReader::tick(std::int64_t id) {
  std::optional<StoredTick> found;
  auto next = TRY(whole_before(id));
  if (next == 0) return found;
  Walk walk(path_);
  while (!found && next <= id) {
    auto ticks = TRY(walk.read(connection_, next, id));
    if (walk.at_end()) break;
    next = walk.last_id() + 1;
    for (auto& tick : ticks)
      if (tick.id == id) found = std::move(tick);
  }
  return found;
}

Result<std::optional<StoredTick>> JournalReader::at(WallTime at) {
  return tick(
      TRY(find("SELECT id FROM tick WHERE wall_ns<=?1 ORDER BY id DESC LIMIT 1", unix_ns(at))));
}

Result<std::optional<StoredTick>> JournalReader::before(const StoredTick& later) {
  return tick(later.previous);
}

Result<std::vector<StoredPart>> JournalReader::parts() {
  auto rows =
      TRY(connection_.prepare("SELECT service, wall_ns, model, state FROM part"
                              " WHERE id IN (SELECT max(id) FROM part GROUP BY service)"));
  std::vector<StoredPart> parts;
  while (TRY(rows.step())) {
    StoredPart part{.service = std::string(rows.text(0)),
                    .wall = wall_from_unix_ns(rows.integer(1)),
                    .model = TRY(decode<scale::ServiceModel>(rows.text(2))),
                    .state = TRY(decode<scale::ServiceState>(rows.text(3)))};
    TRY(scale::well_formed(scale::Model{.services = {{part.service, part.model}}}));
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<std::optional<scale::Policy>> JournalReader::policy_at(const StoredTick& tick) {
  auto rows = TRY(connection_.prepare(
      "SELECT policy FROM checkpoint WHERE tick_id<=?1 ORDER BY tick_id DESC LIMIT 1"));
  if (!TRY(rows.bind(tick.id).step())) return std::nullopt;
  return TRY(decode<scale::Policy>(rows.text(0)));
}

Result<std::optional<StoredTick>> JournalReader::last_change(const std::string& service,
                                                             WallTime at) {
  // A number that changes has a row.
  auto rows = TRY(connection_.prepare(
      "SELECT tick_id, replicas FROM decided WHERE service=?1 AND tick_id<="
      "(SELECT id FROM tick WHERE wall_ns<=?2 ORDER BY id DESC LIMIT 1) ORDER BY tick_id DESC"));
  rows.bind(service).bind(unix_ns(at));
  std::int64_t later_id = 0;
  std::int64_t later = 0;
  while (TRY(rows.step())) {
    if (later_id != 0 && rows.integer(1) != later) break;
    later_id = rows.integer(0);
    later = rows.integer(1);
  }
  rows.reset();
  return tick(later_id);
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
