// What a request is, what its replica does with it, and how its client behaves: all of it follows
// from the seed and the request's id, so that both sides know it without telling each other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "script.h"

namespace headroom::state {

enum class Framing : std::uint8_t { none, length, chunked, until_close };

/// What an answer has wrong with it, at `fault_at` of its body.
enum class Fault : std::uint8_t {
  none,
  close_unanswered,  // before a byte of it
  reset_unanswered,
  silent,     // never comes
  bad_head,   // is no HTTP
  cut_close,  // ends before its framing says
  cut_reset,
  stall,      // goes on after longer than anybody waits
  bad_chunk,  // a chunk whose size is none
  extra,      // has bytes behind its end that belong to nothing
};

/// What becomes of the replica's connection after a whole answer.
enum class After : std::uint8_t { keep, say_close, close, close_later, reset };

struct AnswerPlan {
  int status = 200;
  Framing framing = Framing::length;
  std::uint64_t size = 0;
  std::uint32_t chunk = 1;  // bytes in each
  std::uint32_t piece = 64 * 1024;
  std::uint32_t pause_ms = 0;  // between two pieces
  std::uint32_t delay_ms = 0;
  int informational = 0;
  bool trailers = false;
  std::uint64_t after_bytes = UINT64_MAX;  // of the request's body; UINT64_MAX: after all of it
  bool leaves_unread = false;              // reads no more of the request once it answers
  Fault fault = Fault::none;
  std::uint64_t fault_at = 0;
  After after = After::keep;
};

struct RequestPlan {
  std::uint64_t id = 0;
  std::string_view method = "GET";
  std::uint32_t route = 0;
  bool http10 = false;
  bool says_close = false;
  bool says_keep_alive = false;
  bool expects = false;
  bool crlf_behind = false;
  bool trailers = false;
  bool bad_chunk = false;
  Framing framing = Framing::none;
  std::uint64_t size = 0;
  std::uint32_t chunk = 1;
  std::uint32_t piece = 64 * 1024;
  std::uint32_t pause_ms = 0;
  AnswerPlan answer;

  [[nodiscard]] bool to_head() const { return method == "HEAD"; }
  /// Doing it twice does what doing it once does.
  [[nodiscard]] bool repeatable() const { return method != "POST" && method != "PATCH"; }
  /// Bytes of the answer's body when it is whole.
  [[nodiscard]] std::uint64_t answer_bytes() const;
  [[nodiscard]] bool answer_has_body() const;
  /// No client may ever be told that it had this answer whole.
  [[nodiscard]] bool never_whole() const;
};

struct ConnectionPlan {
  std::uint64_t number = 0;
  std::uint32_t requests = 1;
  bool pipelined = false;
  int receive_buffer = 0;  // SO_RCVBUF; 0: as the system has it
  std::uint32_t read_piece = 64 * 1024;
  std::uint32_t read_pause_ms = 0;
  std::uint32_t gap_ms = 0;  // between an answer and the next request
  Do end = Do::close;        // half_close: once everything is sent; reset: in the middle
  double end_at = 1;         // of the bytes that it would send
  std::uint64_t leave_after = UINT64_MAX;  // bytes read
};

constexpr std::uint32_t requests_max = 8;  // of a connection
constexpr std::string_view route_paths[] = {"/critical", "/normal", "/sheddable", "/nowhere"};

[[nodiscard]] RequestPlan request_plan(std::uint64_t seed, std::uint64_t id);
[[nodiscard]] ConnectionPlan connection_plan(std::uint64_t seed, std::uint64_t number);
/// The id of a connection's request.
[[nodiscard]] constexpr std::uint64_t id_of(std::uint64_t connection, std::uint32_t request) {
  return connection * requests_max + request;
}
/// What the id is called in targets, fields and logs.
[[nodiscard]] std::string name_of(std::uint64_t id);
/// The id that a target or a field names; UINT64_MAX where none does.
[[nodiscard]] std::uint64_t id_named(std::string_view text);

[[nodiscard]] Script client_script(std::uint64_t seed, const ConnectionPlan& plan);
[[nodiscard]] Script replica_script(const RequestPlan& plan);

}  // namespace headroom::state
