// The journal's file: its tables, one transaction a tick, and what keeps it within its size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "control/journal/rows.h"
#include "control/journal/sqlite.h"
#include "core/result.h"
#include "core/time.h"

namespace headroom::control {

struct JournalOptions {
  std::int64_t max_bytes = 256 << 20;  // of the file; its write-ahead log may add wal_bytes_max
  Duration retention = std::chrono::hours(7 * 24);
  /// What was simulated, in words; empty: nothing, it happened. A file of the one kind is not gone
  /// on with by the other.
  std::string simulation = {};
  /// Told what is worth telling about an opening, also one long after the start: on the thread
  /// that writes. Empty: nobody is.
  std::function<void(const std::string& note)> on_note = {};
};

/// Writes the file. Used by one thread at a time. docs/formats/journal.md describes the tables.
class Store {
 public:
  static constexpr int format_version = 2;
  static constexpr std::int64_t page_bytes = 4096;
  static constexpr std::int64_t max_bytes_least = 1 << 20;
  static constexpr std::int64_t wal_bytes_max = 2 << 20;
  /// Ticks too old that are deleted in one transaction at most, so that none pays for a long past.
  static constexpr std::int64_t trimmed_at_once = 64;
  /// A reader begins at a whole tick: so much of the file, and of the time that is kept, lies
  /// between two of them at most.
  static constexpr std::int64_t whole_every_share = 16;
  /// What is recalled begins at a round of checkpoints: so much of the file lies behind it at most,
  /// unless rounds would follow on each other at once.
  static constexpr std::int64_t round_every_share = 4;

  /// Creates the file when it is missing. `run` tells one process's ticks from another's.
  /// Fails with ErrorCode::invalid when the file is something else or of a newer format. A journal
  /// whose content is broken is renamed to "<path>.damaged", one of format 1 to "<path>.format-1",
  /// and a new one begun: with what was learned, as the one of format 1 tells. See note().
  [[nodiscard]] static Result<Store> open(const std::string& path, const JournalOptions& options,
                                          std::int64_t run);

  /// The same for a file that opened and turned out broken later, see broken(): renames it, too.
  /// `why` goes into the note.
  [[nodiscard]] static Result<Store> begin_anew(const std::string& path,
                                                const JournalOptions& options, std::int64_t run,
                                                const Error& why);

  /// What is worth telling about the opening; empty: nothing.
  [[nodiscard]] const std::string& note() const { return note_; }

  /// One transaction: the tick with what belongs to it, and the removal of what is too old or too
  /// much. After an error nothing of it is stored and the same row can be tried again.
  [[nodiscard]] Result<> write(const TickRow& row, const std::optional<Gap>& outage);
  /// The last write() came upon content that is broken, as it will whenever it is tried again.
  [[nodiscard]] bool broken() const { return broken_; }

  /// So much has been written since the last whole tick, or it is gone, that the one at `now`
  /// should be one.
  [[nodiscard]] bool whole_due(Instant now) const {
    return whole_id_ == 0 || since_whole_ > options_.max_bytes / whole_every_share ||
           now - whole_at_ >= options_.retention / whole_every_share;
  }
  /// So much has been written since the last round of checkpoints began, or it is gone, that one
  /// should begin.
  [[nodiscard]] bool round_due() const {
    return round_id_ == 0 || since_round_ > options_.max_bytes / round_every_share;
  }
  /// Why what was learned is not stored at present; empty: it is.
  [[nodiscard]] const std::string& cramped() const { return cramped_; }

  /// Makes what was written survive a loss of power.
  [[nodiscard]] Result<> sync() { return connection_.sync_log(); }

 private:
  struct Statements {
    sqlite::Statement begin, commit, tick, seen, decided, checkpoint, complete, drop_rounds,
        drop_part, part, gap, used, old_ticks, oldest_ticks;
    std::vector<sqlite::Statement> remove;  // all that belongs to ticks up to one
    sqlite::Statement drop_gone;
    [[nodiscard]] static Result<Statements> prepare(sqlite::Connection& connection);
  };
  Store(sqlite::Connection connection, Statements statements, const JournalOptions& options,
        std::int64_t run)
      : connection_(std::move(connection)),
        statements_(std::move(statements)),
        options_(options),
        run_(run) {}

  [[nodiscard]] static Result<Store> open_file(const std::string& path,
                                               const JournalOptions& options, std::int64_t run,
                                               bool& damaged);
  [[nodiscard]] static Result<Store> open_after_format_1(const std::string& path,
                                                         const JournalOptions& options,
                                                         std::int64_t run);
  [[nodiscard]] Result<> write_rows(const TickRow& row, const std::optional<Gap>& outage);
  [[nodiscard]] bool keeps_round(const TickRow& row) const;
  [[nodiscard]] Result<> write_checkpoint(std::int64_t id, const TickRow& row);
  [[nodiscard]] Result<> trim(WallTime now, std::int64_t bytes);
  [[nodiscard]] Result<bool> remove_up_to(sqlite::Statement& last);
  [[nodiscard]] Result<std::int64_t> used_bytes();
  [[nodiscard]] Result<> shrink();

  sqlite::Connection connection_;
  Statements statements_;
  JournalOptions options_;
  std::int64_t run_ = 0;
  std::int64_t previous_ = 0;     // id of this run's last tick
  std::int64_t whole_id_ = 0;     // of this run's last whole tick; 0: none is left
  std::int64_t round_id_ = 0;     // of the one at which its last round of checkpoints began
  std::int64_t since_whole_ = 0;  // bytes
  std::int64_t since_round_ = 0;  // bytes, without those of the checkpoints
  std::int64_t since_kept_ = 0;   // bytes, likewise, since the last round that stays
  Instant whole_at_{};
  std::optional<Instant> kept_at_;
  bool keep_round_ = false;  // the one under way stays
  bool broken_ = false;
  std::string note_;
  std::string cramped_;
};

}  // namespace headroom::control
