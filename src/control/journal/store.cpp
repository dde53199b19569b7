// Transactions and retention of the journal's file.
#include "control/journal/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "control/journal/store_file.h"

namespace headroom::control {
namespace {

/// Deleted at once while room is made.
constexpr std::int64_t trimmed_each_tick = 4;

/// Of the rounds of checkpoints about so many stay, for replays that begin in the middle: each hour
/// one in a week.
constexpr int rounds_kept = 168;

/// What was learned of a service that is gone stays for so much longer than ticks.
constexpr Duration gone_kept = std::chrono::hours(1);

/// Trimming starts here: pages are not full, and indices are not counted.
constexpr std::int64_t trim_from(std::int64_t max_bytes) {
  return max_bytes - max_bytes / 8;
}

}  // namespace

Result<Store::Statements> Store::Statements::prepare(sqlite::Connection& connection) {
  // Each by itself: a value under way, of which a later part fails, is not taken back by GCC 12.
  auto begin = TRY(connection.prepare("BEGIN IMMEDIATE"));
  auto commit = TRY(connection.prepare("COMMIT"));
  auto tick = TRY(connection.prepare(
      "INSERT INTO tick(run, previous, wall_ns, elapsed_ns, dt_ns, machine_cpu, whole, digest)"
      " VALUES(?,?,?,?,?,?,?,?)"));
  auto seen = TRY(connection.prepare("INSERT INTO seen VALUES(?,?,?)"));
  auto decided = TRY(connection.prepare("INSERT INTO decided VALUES(?,?,?,?,?)"));
  auto checkpoint =
      TRY(connection.prepare("INSERT INTO checkpoint VALUES(?, ?, ?, ?, ?, NULL, ?)"));
  auto complete = TRY(
      connection.prepare("UPDATE checkpoint SET complete_id=?1 WHERE tick_id=(SELECT max(tick_id)"
                         " FROM checkpoint WHERE run=?2 AND reason <> 'reload')"));
  auto drop_rounds = TRY(connection.prepare("DELETE FROM checkpoint WHERE NOT kept"));
  auto drop_part = TRY(connection.prepare("DELETE FROM part WHERE service=? AND NOT kept"));
  auto part =
      TRY(connection.prepare("INSERT INTO part(tick_id, run, wall_ns, kept, service, model, state)"
                             " VALUES(?, ?, ?, ?, ?, ?, ?)"));
  auto gap = TRY(connection.prepare(
      "INSERT INTO gap(next_tick_id, from_ns, to_ns, lost, reason) VALUES(?,?,?,?,?)"));
  auto used =
      TRY(connection.prepare("SELECT (SELECT page_count FROM pragma_page_count())"
                             " - (SELECT freelist_count FROM pragma_freelist_count())"));
  auto old_ticks = TRY(
      connection.prepare("SELECT max(id) FROM (SELECT id, wall_ns FROM tick ORDER BY id LIMIT ?2)"
                         " WHERE wall_ns < ?1 AND id <> (SELECT max(id) FROM tick)"));
  auto oldest_ticks =
      TRY(connection.prepare("SELECT max(id) FROM (SELECT id FROM tick WHERE id <>"
                             " (SELECT max(id) FROM tick) ORDER BY id LIMIT ?1)"));
  std::vector<sqlite::Statement> remove;
  for (const char* sql : {
           "DELETE FROM seen WHERE tick_id<=?1",
           "DELETE FROM decided WHERE tick_id<=?1",
           "DELETE FROM tick WHERE id<=?1",
           "DELETE FROM gap WHERE next_tick_id<=?1",
           "DELETE FROM checkpoint WHERE tick_id < (SELECT max(tick_id) FROM checkpoint"
           " WHERE tick_id<=?1 + 1)",
           "DELETE FROM part WHERE tick_id<=?1 AND EXISTS(SELECT 1 FROM part later"
           " WHERE later.service=part.service AND later.tick_id>part.tick_id)",
       })
    remove.push_back(TRY(connection.prepare(sql)));
  auto drop_gone = TRY(connection.prepare("DELETE FROM part WHERE wall_ns<?1"));
  return Statements{.begin = std::move(begin),
                    .commit = std::move(commit),
                    .tick = std::move(tick),
                    .seen = std::move(seen),
                    .decided = std::move(decided),
                    .checkpoint = std::move(checkpoint),
                    .complete = std::move(complete),
                    .drop_rounds = std::move(drop_rounds),
                    .drop_part = std::move(drop_part),
                    .part = std::move(part),
                    .gap = std::move(gap),
                    .used = std::move(used),
                    .old_ticks = std::move(old_ticks),
                    .oldest_ticks = std::move(oldest_ticks),
                    .remove = std::move(remove),
                    .drop_gone = std::move(drop_gone)};
}

Result<Store> Store::open(const std::string& path, const JournalOptions& options,
                          std::int64_t run) {
  if (is_of_format_1(path)) return open_after_format_1(path, options, run);
  bool damaged = false;
  auto opened = open_file(path, options, run, damaged);
  if (!opened && damaged) return begin_anew(path, options, run, opened.error());
  return opened;
}

Result<Store> Store::begin_anew(const std::string& path, const JournalOptions& options,
                                std::int64_t run, const Error& why) {
  TRY(set_aside(path, ".damaged"));
  bool damaged = false;
  Store store = TRY(open_file(path, options, run, damaged));
  store.note_ =
      fmt::format("{}; it is kept as {}.damaged and a new one is begun", why.message, path);
  return store;
}

Result<Store> Store::open_after_format_1(const std::string& path, const JournalOptions& options,
                                         std::int64_t run) {
  constexpr const char* as = ".format-1";
  TRY(set_aside(path, as));
  bool damaged = false;
  Store store = TRY(open_file(path, options, run, damaged));
  const auto taken = take_over(store.connection_, path + as);
  store.note_ = fmt::format(
      "journal {}: it had format 1 and is kept as {}{}; a new one is begun, with what was "
      "learned{}",
      path, path, as, taken ? std::string() : fmt::format(" left out: {}", taken.error().message));
  return store;
}

Result<Store> Store::open_file(const std::string& path, const JournalOptions& wanted,
                               std::int64_t run, bool& damaged) {
  JournalOptions options = wanted;
  options.max_bytes = std::max(options.max_bytes, max_bytes_least);
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
  const std::int64_t before = previous_;
  TRY(statements_.begin.run());
  auto outcome = write_rows(row, outage);
  if (outcome) outcome = statements_.commit.run();
  if (!outcome) {
    previous_ = before;
    broken_ = connection_.damaged();
    // A full disk rolls back by itself in some cases; what is left open must not stay so.
    if (connection_.in_transaction()) (void)connection_.run("ROLLBACK");
    return outcome;
  }
  const bool round = row.checkpoint && begins_round(row.checkpoint->reason);
  if (round) keep_round_ = keeps_round(row);
  const bool kept = round && keep_round_;
  if (row.whole) whole_id_ = previous_;
  if (row.whole) whole_at_ = row.now.elapsed;
  if (round) round_id_ = previous_;
  if (kept) kept_at_ = row.now.elapsed;
  since_whole_ = row.bytes() + (row.whole ? 0 : since_whole_);
  since_round_ = row.tick_bytes() + (round ? 0 : since_round_);
  since_kept_ = row.tick_bytes() + (kept ? 0 : since_kept_);
  return outcome;
}

Result<> Store::write_rows(const TickRow& row, const std::optional<Gap>& outage) {
  TRY(trim(row.now.wall, row.bytes()));
  TRY(statements_.tick.bind(run_)
          .bind(previous_)
          .bind(unix_ns(row.now.wall))
          .bind(row.now.elapsed.time_since_epoch().count())
          .bind(row.dt.count())
          .bind(row.machine_cpu)
          .bind(std::int64_t{row.whole})
          .bind(std::bit_cast<std::int64_t>(row.digest))
          .run());
  const std::int64_t id = connection_.last_id();
  previous_ = id;
  for (const auto& one : row.seen)
    TRY(statements_.seen.bind(id).bind(one.place).bind(one.changed).run());
  for (const auto& one : row.decided)
    TRY(statements_.decided.bind(id)
            .bind(one.place)
            .bind(one.service)
            .bind(std::int64_t{one.replicas})
            .bind(one.decision)
            .run());
  if (row.checkpoint) TRY(write_checkpoint(id, row));
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

/// Older rounds are for replays that begin in the middle of a journal.
bool Store::keeps_round(const TickRow& row) const {
  return row.checkpoint->reason != "periodic" || !kept_at_ ||
         row.now.elapsed - *kept_at_ >= options_.retention / rounds_kept ||
         since_kept_ > options_.max_bytes / round_every_share;
}

Result<> Store::write_checkpoint(std::int64_t id, const TickRow& row) {
  const CheckpointRow& point = *row.checkpoint;
  const std::int64_t wall_ns = unix_ns(row.now.wall);
  const bool round = begins_round(point.reason);
  const bool keep = round ? keeps_round(row) : keep_round_ || !point.reason.empty();
  if (round) TRY(statements_.drop_rounds.run());
  if (!point.reason.empty())
    TRY(statements_.checkpoint.bind(id)
            .bind(run_)
            .bind(wall_ns)
            .bind(point.reason)
            .bind(std::int64_t{keep})
            .bind(point.policy)
            .run());
  if (!cramped_.empty()) return {};
  for (const auto& part : point.parts) {
    TRY(statements_.drop_part.bind(part.service).run());
    TRY(statements_.part.bind(id)
            .bind(run_)
            .bind(wall_ns)
            .bind(std::int64_t{keep})
            .bind(part.service)
            .bind(part.model)
            .bind(part.state)
            .run());
  }
  if (!point.complete) return {};
  // By now all that are still there have newer ones.
  TRY(statements_.drop_gone.bind(wall_ns - (options_.retention + gone_kept).count()).run());
  return statements_.complete.bind(id).bind(run_).run();
}

Result<std::int64_t> Store::used_bytes() {
  const auto row = statements_.used.step();
  const std::int64_t used = row ? statements_.used.integer(0) * page_bytes : 0;
  statements_.used.reset();
  TRY(row);
  return used;
}

/// Whether there was something.
Result<bool> Store::remove_up_to(sqlite::Statement& last) {
  const auto row = last.step();
  const std::int64_t id = row ? last.integer(0) : 0;
  last.reset();
  TRY(row);
  if (id == 0) return false;
  for (auto& statement : statements_.remove) TRY(statement.bind(id).run());
  // What follows goes on from what is gone, and cannot be read.
  if (id >= whole_id_) whole_id_ = 0;
  if (id >= round_id_) round_id_ = 0;
  return true;
}

/// Makes room for `bytes`, so that a full file goes on whatever comes.
Result<> Store::trim(WallTime now, std::int64_t bytes) {
  TRY(remove_up_to(
      statements_.old_ticks.bind(unix_ns(now - options_.retention)).bind(trimmed_at_once)));
  while (TRY(used_bytes()) + bytes > trim_from(options_.max_bytes))
    if (!TRY(remove_up_to(statements_.oldest_ticks.bind(trimmed_each_tick)))) break;
  cramped_.clear();
  if (TRY(used_bytes()) + bytes > options_.max_bytes)
    cramped_ = fmt::format("what was learned does not fit into journal.max_size of {} MiB",
                           options_.max_bytes >> 20);
  return {};
}

/// A journal from before, larger than it may be now, gives its space back.
Result<> Store::shrink() {
  const auto bytes = TRY(connection_.integer("PRAGMA page_count")) * page_bytes;
  if (bytes <= options_.max_bytes) return {};
  while (TRY(used_bytes()) > trim_from(options_.max_bytes))
    if (!TRY(remove_up_to(statements_.oldest_ticks.bind(trimmed_at_once)))) break;
  TRY(connection_.run("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)"));
  return connection_.run(fmt::format("PRAGMA max_page_count={}", options_.max_bytes / page_bytes));
}

}  // namespace headroom::control
