// Tables, transactions and retention of the journal's file.
#include "control/journal/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace headroom::control {
namespace {

constexpr std::string_view schema = R"(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tick (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, wall_ns INTEGER NOT NULL,
  seen TEXT NOT NULL, decided TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tick_wall ON tick (wall_ns);
CREATE TABLE IF NOT EXISTS checkpoint (
  tick_id INTEGER PRIMARY KEY, reason TEXT NOT NULL,
  policy TEXT NOT NULL, model TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS gap (
  id INTEGER PRIMARY KEY, next_tick_id INTEGER NOT NULL, from_ns INTEGER NOT NULL,
  to_ns INTEGER NOT NULL, lost INTEGER NOT NULL, reason TEXT NOT NULL);
)";

/// More than a tick adds, so that a full file gains room.
constexpr int trimmed_each_tick = 4;

/// Trimming starts here, so that a tick still fits while the file is at its largest.
constexpr std::int64_t trim_from(std::int64_t max_bytes) {
  return max_bytes - max_bytes / 8;
}

/// Renames the file; its write-ahead log must not be taken for that of the next one.
Result<> set_aside(const std::string& path) {
  std::error_code error;
  for (const char* suffix : {"-shm", "-wal", ""}) {
    if (!std::filesystem::exists(path + suffix, error)) continue;
    std::filesystem::rename(path + suffix, path + ".damaged" + suffix, error);
    if (error)
      return fail(ErrorCode::io, fmt::format("journal {} is damaged and cannot be renamed: {}",
                                             path, error.message()));
  }
  return {};
}

Result<> prepare_file(sqlite::Connection& connection, const JournalOptions& options) {
  // The order matters: page size and vacuum mode are fixed by the first table.
  TRY(
      connection.run(fmt::format("PRAGMA page_size={}; PRAGMA auto_vacuum=INCREMENTAL;"
                                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                                 "PRAGMA wal_autocheckpoint={}; PRAGMA journal_size_limit={};"
                                 "PRAGMA max_page_count={}",
                                 Store::page_bytes, Store::wal_bytes_max / 2 / Store::page_bytes,
                                 Store::wal_bytes_max, options.max_bytes / Store::page_bytes)));
  if (TRY(connection.integer("SELECT count(*) FROM sqlite_schema")) != 0) {
    if (TRY(connection.integer("SELECT count(*) FROM sqlite_schema WHERE name='checkpoint'")) == 0)
      return fail(ErrorCode::invalid, "it is a database of something else");
    const auto format =
        TRY(connection.integer("SELECT CAST(value AS INTEGER) FROM meta WHERE key='format'"));
    if (format > Store::format_version)
      return fail(ErrorCode::invalid,
                  fmt::format("it has format {}, this headroom writes format {}", format,
                              Store::format_version));
    return {};
  }
  return connection.run(
      fmt::format("BEGIN IMMEDIATE;{} INSERT OR IGNORE INTO meta VALUES('format','{}');COMMIT",
                  schema, Store::format_version));
}

}  // namespace

Result<Store::Statements> Store::Statements::prepare(sqlite::Connection& connection) {
  // Each by itself: a value under way, of which a later part fails, is not taken back by GCC 12.
  auto begin = TRY(connection.prepare("BEGIN IMMEDIATE"));
  auto commit = TRY(connection.prepare("COMMIT"));
  auto tick =
      TRY(connection.prepare("INSERT INTO tick(run, wall_ns, seen, decided) VALUES(?,?,?,?)"));
  auto checkpoint = TRY(connection.prepare("INSERT INTO checkpoint VALUES(?,?,?,?,?)"));
  auto gap = TRY(connection.prepare(
      "INSERT INTO gap(next_tick_id, from_ns, to_ns, lost, reason) VALUES(?,?,?,?,?)"));
  auto used =
      TRY(connection.prepare("SELECT (SELECT page_count FROM pragma_page_count())"
                             " - (SELECT freelist_count FROM pragma_freelist_count())"));
  auto trim_old = TRY(
      connection.prepare("DELETE FROM tick WHERE wall_ns < ?1 AND id <> (SELECT max(id) FROM tick)"
                         " AND id IN (SELECT id FROM tick ORDER BY id LIMIT ?2)"));
  auto trim_much =
      TRY(connection.prepare("DELETE FROM tick WHERE id <> (SELECT max(id) FROM tick)"
                             " AND id IN (SELECT id FROM tick ORDER BY id LIMIT ?1)"));
  auto drop_points = TRY(connection.prepare(
      "DELETE FROM checkpoint WHERE tick_id < (SELECT max(tick_id) FROM checkpoint"
      " WHERE tick_id <= (SELECT min(id) FROM tick))"));
  auto drop_gaps =
      TRY(connection.prepare("DELETE FROM gap WHERE next_tick_id < (SELECT min(id) FROM tick)"));
  return Statements{.begin = std::move(begin),
                    .commit = std::move(commit),
                    .tick = std::move(tick),
                    .checkpoint = std::move(checkpoint),
                    .gap = std::move(gap),
                    .used = std::move(used),
                    .trim_old = std::move(trim_old),
                    .trim_much = std::move(trim_much),
                    .drop_points = std::move(drop_points),
                    .drop_gaps = std::move(drop_gaps)};
}

Result<Store> Store::open(const std::string& path, const JournalOptions& wanted, std::int64_t run) {
  JournalOptions options = wanted;
  options.max_bytes = std::max(options.max_bytes, max_bytes_least);
  bool damaged = false;
  auto opened = open_file(path, options, run, damaged);
  std::string note;
  if (!opened && damaged) {
    note = fmt::format("{}; it is kept as {}.damaged and a new one is begun",
                       opened.error().message, path);
    TRY(set_aside(path));
    opened = open_file(path, options, run, damaged);
  }
  if (opened) opened->note_ = std::move(note);
  return opened;
}

Result<Store> Store::open_file(const std::string& path, const JournalOptions& options,
                               std::int64_t run, bool& damaged) {
  const sqlite::Connection* at_fault = nullptr;
  const auto about = [&](auto result) {
    if (result) return result;
    damaged = at_fault != nullptr && at_fault->damaged();
    result.error().message = fmt::format("journal {}: {}", path, result.error().message);
    return result;
  };
  sqlite::Connection connection = TRY(about(sqlite::Connection::open(path, sqlite::Access::write)));
  at_fault = &connection;
  TRY(about(prepare_file(connection, options)));
  Statements statements = TRY(about(Statements::prepare(connection)));
  Store store(std::move(connection), std::move(statements), options, run);
  at_fault = &store.connection_;
  TRY(about(store.shrink()));
  return store;
}

Result<> Store::write(const TickRow& row, const std::optional<Gap>& outage) {
  TRY(statements_.begin.run());
  auto outcome = write_rows(row, outage);
  if (outcome) outcome = statements_.commit.run();
  // A full disk rolls back by itself in some cases; what is left open must not stay so.
  if (!outcome && connection_.in_transaction()) (void)connection_.run("ROLLBACK");
  return outcome;
}

Result<> Store::write_rows(const TickRow& row, const std::optional<Gap>& outage) {
  TRY(trim(row.wall));
  TRY(statements_.tick.bind(run_).bind(unix_ns(row.wall)).bind(row.seen).bind(row.decided).run());
  const std::int64_t id = connection_.last_id();
  if (row.checkpoint) {
    const CheckpointRow& point = *row.checkpoint;
    TRY(statements_.checkpoint.bind(id)
            .bind(point.reason)
            .bind(point.policy)
            .bind(point.model)
            .bind(point.state)
            .run());
  }
  for (const auto& gap : {row.gap, outage}) {
    if (!gap) continue;
    TRY(statements_.gap.bind(id)
            .bind(unix_ns(gap->from))
            .bind(unix_ns(gap->to))
            .bind(gap->lost)
            .bind(gap->reason)
            .run());
  }
  return {};
}

Result<> Store::trim(WallTime now) {
  TRY(statements_.trim_old.bind(unix_ns(now - options_.retention)).bind(trimmed_at_once).run());
  (void)TRY(statements_.used.step());
  const std::int64_t used = statements_.used.integer(0) * page_bytes;
  statements_.used.reset();
  if (used > trim_from(options_.max_bytes))
    TRY(statements_.trim_much.bind(trimmed_each_tick).run());
  TRY(statements_.drop_points.run());
  return statements_.drop_gaps.run();
}

/// A journal from before, larger than it may be now, gives its space back.
Result<> Store::shrink() {
  const auto bytes = [this]() -> Result<std::int64_t> {
    return TRY(connection_.integer("PRAGMA page_count")) * page_bytes;
  };
  if (TRY(bytes()) <= options_.max_bytes) return {};
  while (TRY(connection_.integer("SELECT count(*) FROM (SELECT 1 FROM tick LIMIT 2)")) > 1) {
    (void)TRY(statements_.used.step());
    const std::int64_t used = statements_.used.integer(0) * page_bytes;
    statements_.used.reset();
    if (used <= trim_from(options_.max_bytes)) break;
    TRY(statements_.trim_much.bind(trimmed_at_once).run());
    TRY(statements_.drop_points.run());
  }
  TRY(connection_.run("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)"));
  return connection_.run(fmt::format("PRAGMA max_page_count={}", options_.max_bytes / page_bytes));
}

}  // namespace headroom::control
