// The last things that happened, in memory that outlives the process they happened to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"

namespace headroom::state {

/// A ring of plain values, shared between the process that is watched and the one that watches:
/// made before the fork, `what` are words of the program's own text.
class History {
 public:
  History();
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  void begin(std::uint64_t seed);
  void note(Instant now, std::uint64_t id, const char* what, std::uint64_t number = 0);

  [[nodiscard]] std::uint64_t seed() const;
  /// What happened on the connection of the request `id`, one event a line.
  [[nodiscard]] std::string of_connection(std::uint64_t id) const;
  /// The requests of the last events, newest first, one of each connection.
  [[nodiscard]] std::vector<std::uint64_t> last_requests(std::size_t count) const;

 private:
  struct Event;
  struct Ring;
  Ring* ring_;
};

}  // namespace headroom::state
