// An HTTP/1.1 message as it comes in: simple, strict where the gateway writes, and not its parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plan.h"

namespace headroom::state {

/// Call next() until it says more; after a head say begin_body(), after an end reset().
class MessageReader {
 public:
  enum class Event : std::uint8_t { more, head, body, end, bad };
  struct Item {
    Event event = Event::more;
    std::size_t consumed = 0;
    std::string_view body = {};
  };

  [[nodiscard]] Item next(std::string_view input);
  void begin_body(Framing framing, std::uint64_t length);
  /// As its fields say; `without` for a message that says neither length nor chunks.
  void begin_body(Framing without);
  void reset();

  /// A byte of a head or a body has come that is not over.
  [[nodiscard]] bool inside() const { return phase_ != Phase::head || !text_.empty(); }
  [[nodiscard]] bool in_body() const { return phase_ != Phase::head; }
  [[nodiscard]] Framing framing() const { return framing_; }
  [[nodiscard]] std::string_view first_line() const;
  /// The value of a field whose name is written in lower case, or empty. Valid until reset().
  [[nodiscard]] std::string_view field(std::string_view name) const;
  [[nodiscard]] std::uint64_t body_so_far() const { return body_; }
  [[nodiscard]] const std::string& trailers() const { return trailers_; }

 private:
  enum class Phase : std::uint8_t {
    head,
    counted,
    endless,
    chunk_line,
    chunk,
    chunk_end,
    trailers
  };

  [[nodiscard]] Item data(std::string_view input, bool counted);
  [[nodiscard]] bool line_is_whole(char c);
  [[nodiscard]] Item framing_byte(std::string_view input);

  Phase phase_ = Phase::head;
  Framing framing_ = Framing::none;
  std::string text_;  // the head
  std::string line_;  // of chunks
  std::string trailers_;
  std::uint64_t left_ = 0;
  std::uint64_t body_ = 0;
};

}  // namespace headroom::state
