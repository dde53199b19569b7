// Going through the ticks of a journal from a whole one on, chunk by chunk.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "control/journal/reader.h"

namespace headroom::control {

class JournalReader::Walk {
 public:
  explicit Walk(std::string path) : path_(std::move(path)) {}

  /// The ticks of the next chunk, from `from_id` to `to_id`, that can be read: those whose run has
  /// had a whole one. In one transaction, which ends with the call.
  [[nodiscard]] Result<std::vector<StoredTick>> read(sqlite::Connection& connection,
                                                     std::int64_t from_id, std::int64_t to_id);
  /// The last read() found no ticks, readable or not.
  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] std::int64_t last_id() const { return last_id_; }

 private:
  /// What belongs to one tick, by its id.
  struct Statements {
    sqlite::Statement seen, decided, checkpoint, parts;
    [[nodiscard]] static Result<Statements> prepare(sqlite::Connection& connection);
  };
  struct Run {
    Series series;
    std::int64_t last_id = -1;
  };
  [[nodiscard]] Result<std::vector<StoredTick>> read_chunk(sqlite::Connection& connection,
                                                           std::int64_t from_id,
                                                           std::int64_t to_id);
  [[nodiscard]] Result<> read_tick(const sqlite::Statement& row, Statements& of_tick,
                                   std::vector<StoredTick>& ticks);

  std::string path_;
  std::map<std::int64_t, Run> runs_;
  std::int64_t last_id_ = 0;
  bool at_end_ = false;
};

}  // namespace headroom::control
