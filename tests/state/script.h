// What one side of a connection does, step by step: bytes, pauses, waiting for the other, its end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace headroom::state {

enum class Do : std::uint8_t {
  text,            // sends `text`
  body,            // sends `size` bytes of the body from `offset` on, `piece` at a time
  pause,           // for `ms`
  await_continue,  // a client: for 100 (Continue), `ms` at most
  await_answer,    // a client: until the answers to `count` requests are whole
  await_request,   // a replica: until `size` bytes of the request's body have come, or all of them
  mark_begun,      // a client: from here on request `count` is on its way
  mark_head,       // a client: its head is sent
  mark_whole,      // a client: it is sent to its last byte
  stop_reading,
  half_close,
  close,
  reset,
};

struct Step {
  Do what;
  std::string text = {};
  std::uint64_t id = 0;  // of the request whose body is sent
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t piece = 64 * 1024;
  std::uint32_t ms = 0;  // of a body: between two pieces
  std::uint32_t count = 0;
};
using Script = std::vector<Step>;

/// "close", "reset", ...
[[nodiscard]] const char* name(Do what);

/// One line for people.
[[nodiscard]] std::string describe(const Script& script);

/// Bytes that the script sends in all.
[[nodiscard]] std::uint64_t bytes_of(const Script& script);

/// The script up to `bytes` sent, and then `end`.
[[nodiscard]] Script cut(const Script& script, std::uint64_t bytes, const Step& end);

}  // namespace headroom::state
