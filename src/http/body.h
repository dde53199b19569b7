// Where a body ends: counted, chunked or with the connection. Decodes chunks and keeps trailers.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "http/message.h"
#include "http/step.h"

namespace headroom::http {

/// Of one message, beyond which it is refused; those dropped count among the bytes.
inline constexpr std::size_t trailer_count_max = 16;
inline constexpr std::size_t trailer_bytes_max = 1024;

/// Chunked coding is read here and not by llhttp, whose reader puts no limit on the digits of a
/// size or on extensions and forgives folded trailers and bare line feeds among them.
class BodyReader {
 public:
  /// `limit` in bytes: a chunked body that would grow beyond it is refused with 413.
  void start(Framing framing, std::int64_t length, std::int64_t limit);

  /// Returns need_more, body, complete or refused.
  [[nodiscard]] Step next(std::string_view input);
  /// The peer closed. Returns complete or refused.
  [[nodiscard]] Step finish();

  [[nodiscard]] std::span<const Header> trailers() const { return {trailers_.data(), count_}; }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

 private:
  enum class State : std::uint8_t {
    done,
    counted,  // `left_` bytes
    until_close,
    size_first,  // a digit must follow
    size,
    extension_first,  // after ';': a token must follow
    extension,
    quoted,
    escaped,
    size_line_feed,
    chunk,  // `left_` bytes
    chunk_return,
    chunk_line_feed,
    trailers,
  };

  [[nodiscard]] Step refuse(int status, std::string_view reason);
  [[nodiscard]] Step take_data(std::string_view input, std::size_t before);
  /// One byte of framing; false when it is not allowed there.
  [[nodiscard]] bool take(char c);
  [[nodiscard]] bool take_size(char c);
  [[nodiscard]] bool take_extension(char c);
  [[nodiscard]] bool begin_chunk();
  [[nodiscard]] Step take_trailers(std::string_view input, std::size_t before);
  [[nodiscard]] bool keep_trailer(std::string_view line);
  [[nodiscard]] bool say(int status, std::string_view reason);

  State state_ = State::done;
  Refusal refusal_;
  std::int64_t limit_ = 0;
  std::int64_t total_ = 0;  // of the chunks so far
  std::int64_t left_ = 0;
  int digits_ = 0;
  int extension_bytes_ = 0;
  // Trailers are copied: they come when the head's place in the input may long be reused.
  std::size_t line_begin_ = 0;
  std::size_t text_size_ = 0;
  std::size_t count_ = 0;
  std::array<Header, trailer_count_max> trailers_;
  std::array<char, trailer_bytes_max> text_;
};

}  // namespace headroom::http
