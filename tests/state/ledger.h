// What each request's client and its replicas saw of it, and what happens when that is not right.
#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "history.h"
#include "plan.h"

namespace headroom::state {

/// One request of a round.
struct Seen {
  enum class Answer : std::uint8_t { none, begun, cut, whole };

  // By its client.
  bool begun = false;      // its first byte was sent
  bool head_sent = false;  // all bytes of its head
  bool sent = false;       // all its bytes
  bool left = false;       // the client left before its answer was whole
  Answer answer = Answer::none;
  int status = 0;
  bool by_replica = false;  // the answer; otherwise it is the gateway's own
  bool named = false;       // the answer carries the request's id
  std::string reason;       // of the gateway's own answer

  // By the replicas.
  int reached = 0;  // times

  // By the access log.
  int lines = 0;
};

/// How the process ends that found something: not as one that a sanitizer ended.
constexpr int exit_violated = 3;

class Ledger {
 public:
  Ledger(std::uint64_t seed, History& history, const std::string& report_file)
      : seed_(seed), history_(history), report_file_(report_file) {}

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] Seen& of(std::uint64_t id);
  [[nodiscard]] std::deque<Seen>& all() { return seen_; }
  void note(Instant now, std::uint64_t id, const char* what, std::uint64_t number = 0) {
    history_.note(now, id, what, number);
  }

  /// A promise was broken: tells which, with the request's plan and history, and ends the process.
  void violated(std::uint64_t id, std::string_view kind, const std::string& how);
  /// Of the round as a whole.
  void violated(std::string_view kind, const std::string& how);

 private:
  void report(const std::string& text);

  std::uint64_t seed_;
  History& history_;
  const std::string& report_file_;
  std::deque<Seen> seen_;
};

/// The plan of a request and of its connection, for people.
[[nodiscard]] std::string describe_request(std::uint64_t seed, std::uint64_t id);

}  // namespace headroom::state
