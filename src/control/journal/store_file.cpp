// Tables of the journal's file.
#include "control/journal/store_file.h"

#include <fmt/format.h>

#include <filesystem>

namespace headroom::control {
namespace {

constexpr std::string_view schema = R"(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tick (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, previous INTEGER NOT NULL,
  wall_ns INTEGER NOT NULL, elapsed_ns INTEGER NOT NULL, dt_ns INTEGER NOT NULL,
  machine_cpu REAL, whole INTEGER NOT NULL, digest INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS tick_wall ON tick (wall_ns);
CREATE INDEX IF NOT EXISTS tick_whole ON tick (id) WHERE whole;
CREATE TABLE IF NOT EXISTS seen (
  tick_id INTEGER NOT NULL, place INTEGER NOT NULL, changed TEXT NOT NULL,
  PRIMARY KEY (tick_id, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decided (
  tick_id INTEGER NOT NULL, place INTEGER NOT NULL, service TEXT NOT NULL,
  replicas INTEGER NOT NULL, decision TEXT NOT NULL,
  PRIMARY KEY (tick_id, place)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS decided_service ON decided (service, tick_id, replicas);
CREATE TABLE IF NOT EXISTS checkpoint (
  tick_id INTEGER PRIMARY KEY, run INTEGER NOT NULL, wall_ns INTEGER NOT NULL,
  reason TEXT NOT NULL, kept INTEGER NOT NULL, complete_id INTEGER, policy TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS part (
  id INTEGER PRIMARY KEY, tick_id INTEGER NOT NULL, run INTEGER NOT NULL,
  wall_ns INTEGER NOT NULL, kept INTEGER NOT NULL, service TEXT NOT NULL,
  model TEXT NOT NULL, state TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS part_service ON part (service, tick_id);
CREATE INDEX IF NOT EXISTS part_tick ON part (tick_id);
CREATE TABLE IF NOT EXISTS gap (
  id INTEGER PRIMARY KEY, next_tick_id INTEGER NOT NULL, from_ns INTEGER NOT NULL,
  to_ns INTEGER NOT NULL, lost INTEGER NOT NULL, reason TEXT NOT NULL);
)";

/// What was learned, from the last checkpoint of a file of format 1.
constexpr std::string_view take_over_parts = R"(
INSERT INTO part (tick_id, run, wall_ns, kept, service, model, state)
SELECT 0, 0,
  coalesce((SELECT wall_ns FROM before.tick WHERE id = point.tick_id),
           (SELECT max(wall_ns) FROM before.tick), 0),
  0, one.key, one.value,
  coalesce((SELECT value FROM json_each(point.state, '$.services') WHERE key = one.key), '{}')
FROM before.checkpoint point, json_each(point.model, '$.services') one
WHERE point.tick_id = (SELECT max(tick_id) FROM before.checkpoint)
)";

constexpr std::string_view tables_in = "SELECT count(*) FROM sqlite_schema";
constexpr std::string_view simulated_of = "SELECT count(*) FROM meta WHERE key='simulation'";
constexpr std::string_view format_of = "SELECT CAST(value AS INTEGER) FROM meta WHERE key='format'";

/// What was simulated is no record of what happened, and would be learned from as if it were.
Result<> check_origin(sqlite::Connection& connection, const JournalOptions& options) {
  const bool simulated = TRY(connection.integer(simulated_of)) != 0;
  if (simulated == !options.simulation.empty()) return {};
  return fail(ErrorCode::invalid,
              simulated ? "it is of a simulation: use another file" : "it is not of a simulation");
}

}  // namespace

Result<> prepare_file(sqlite::Connection& connection, const JournalOptions& options) {
  // The order matters: page size and vacuum mode are fixed by the first table.
  TRY(
      connection.run(fmt::format("PRAGMA page_size={}; PRAGMA auto_vacuum=INCREMENTAL;"
                                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                                 "PRAGMA wal_autocheckpoint={}; PRAGMA journal_size_limit={};"
                                 "PRAGMA max_page_count={}",
                                 Store::page_bytes, Store::wal_bytes_max / 2 / Store::page_bytes,
                                 Store::wal_bytes_max, options.max_bytes / Store::page_bytes)));
  if (TRY(connection.integer(tables_in)) != 0) {
    if (TRY(connection.integer("SELECT count(*) FROM sqlite_schema WHERE name='checkpoint'")) == 0)
      return fail(ErrorCode::invalid, "it is a database of something else");
    const auto format = TRY(connection.integer(format_of));
    if (format != Store::format_version)
      return fail(ErrorCode::invalid,
                  fmt::format("it has format {}, this headroom writes format {}", format,
                              Store::format_version));
    return check_origin(connection, options);
  }
  TRY(connection.run(
      fmt::format("BEGIN IMMEDIATE;{} INSERT OR IGNORE INTO meta VALUES('format','{}');COMMIT",
                  schema, Store::format_version)));
  if (options.simulation.empty()) return {};
  auto mark = TRY(connection.prepare("INSERT INTO meta VALUES('simulation', ?)"));
  return mark.bind(options.simulation).run();
}

bool is_of_format_1(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return false;
  auto connection = sqlite::Connection::open(path, sqlite::Access::read);
  if (!connection) return false;
  const auto format = connection->integer(format_of);
  const auto simulated = connection->integer(simulated_of);
  return format && *format == 1 && simulated && *simulated == 0;
}

bool is_damaged(const std::string& path) {
  auto connection = sqlite::Connection::open(path, sqlite::Access::read);
  if (!connection) return false;
  for (const std::string_view sql : {tables_in, format_of, simulated_of})
    if (!connection->integer(sql)) return connection->damaged();
  return false;
}

Result<> set_aside(const std::string& path, const std::string& as) {
  std::error_code error;
  for (const char* suffix : {"-shm", "-wal", ""}) {
    if (std::filesystem::exists(path + suffix, error))
      std::filesystem::rename(path + suffix, path + as + suffix, error);
    else  // an earlier one's log must not be taken for this one's
      std::filesystem::remove(path + as + suffix, error);
    if (error)
      return fail(ErrorCode::io, fmt::format("journal {} cannot be renamed to {}{}: {}", path, path,
                                             as, error.message()));
  }
  return {};
}

Result<> take_over(sqlite::Connection& connection, const std::string& path) {
  auto attach = TRY(connection.prepare("ATTACH ? AS before"));
  TRY(attach.bind(path).run());
  auto taken = connection.run(std::string(take_over_parts));
  TRY(connection.run("DETACH before"));
  return taken;
}

}  // namespace headroom::control
