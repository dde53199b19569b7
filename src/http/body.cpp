// Counted and chunked bodies, byte by byte where framing is, span by span where data is.
#include "http/body.h"

#include <algorithm>
#include <cstring>

#include "http/fields.h"

namespace headroom::http {
namespace {

// Enough for any size that fits, with zeros before it that nobody needs.
constexpr int size_digits_max = 16;
constexpr int extension_bytes_max = 256;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void BodyReader::start(Framing framing, std::int64_t length, std::int64_t limit) {
  limit_ = limit;
  total_ = 0;
  left_ = length;
  digits_ = 0;
  extension_bytes_ = 0;
  line_begin_ = text_size_ = count_ = 0;
  switch (framing) {
    case Framing::none:
      state_ = State::done;
      break;
    case Framing::length:
      state_ = length == 0 ? State::done : State::counted;
      break;
    case Framing::chunked:
      left_ = 0;
      state_ = State::size_first;
      break;
    case Framing::until_close:
      state_ = State::until_close;
      break;
  }
}

Step BodyReader::next(std::string_view input) {
  std::size_t used = 0;
  while (true) {
    if (state_ == State::done) return {Event::complete, used, {}};
    if (used == input.size()) return {Event::need_more, used, {}};
    switch (state_) {
      case State::counted:
      case State::chunk:
      case State::until_close:
        return take_data(input.substr(used), used);
      case State::trailers:
        return take_trailers(input.substr(used), used);
      default:
        if (!take(input[used])) return {Event::refused, 0, {}};
        ++used;
    }
  }
}

Step BodyReader::finish() {
  if (state_ == State::until_close) state_ = State::done;
  if (state_ == State::done) return {Event::complete, 0, {}};
  return refuse(400, "truncated");
}

Step BodyReader::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return {Event::refused, 0, {}};
}

bool BodyReader::say(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return false;
}

Step BodyReader::take_data(std::string_view input, std::size_t before) {
  if (state_ != State::until_close) {
    input = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(
                                static_cast<std::uint64_t>(left_), input.size())));
    left_ -= static_cast<std::int64_t>(input.size());
    if (left_ == 0) state_ = state_ == State::chunk ? State::chunk_return : State::done;
  }
  return {Event::body, before + input.size(), input};
}

bool BodyReader::take(char c) {
  switch (state_) {
    case State::size_first:
    case State::size:
      return take_size(c);
    case State::size_line_feed:
      return c == '\n' ? begin_chunk() : say(400, "invalid_chunk");
    case State::chunk_return:
      state_ = State::chunk_line_feed;
      return c == '\r' || say(400, "invalid_chunk");
    case State::chunk_line_feed:
      state_ = State::size_first;
      return c == '\n' || say(400, "invalid_chunk");
    default:
      return take_extension(c);
  }
}

bool BodyReader::take_size(char c) {
  if (const int digit = hex_value(c); digit >= 0) {
    const bool fits = left_ <= (INT64_MAX >> 4);
    if (!fits || ++digits_ > size_digits_max) return say(400, "invalid_chunk_size");
    left_ = left_ << 4 | digit;
    state_ = State::size;
    return true;
  }
  if (state_ == State::size_first) return say(400, "invalid_chunk_size");
  if (c == '\r') {
    state_ = State::size_line_feed;
    return true;
  }
  if (c == ';') {
    state_ = State::extension_first;
    return true;
  }
  return say(400, "invalid_chunk_size");
}

/// Extensions are read to be dropped: what counts is that nobody sees another end of the line.
bool BodyReader::take_extension(char c) {
  if (++extension_bytes_ > extension_bytes_max) return say(400, "chunk_extension_too_large");
  switch (state_) {
    case State::extension_first:
      state_ = State::extension;
      return is_token_byte(c) || say(400, "invalid_chunk_extension");
    case State::extension:
      if (c == '\r') {
        state_ = State::size_line_feed;
      } else if (c == ';') {
        state_ = State::extension_first;
      } else if (c == '"') {
        state_ = State::quoted;
      } else if (!is_token_byte(c) && c != '=') {
        return say(400, "invalid_chunk_extension");
      }
      return true;
    case State::quoted:
      if (c == '"') {
        state_ = State::extension;
      } else if (c == '\\') {
        state_ = State::escaped;
      }
      return is_value_byte(c) || say(400, "invalid_chunk_extension");
    default:
      state_ = State::quoted;
      return is_value_byte(c) || say(400, "invalid_chunk_extension");
  }
}

bool BodyReader::begin_chunk() {
  digits_ = 0;
  extension_bytes_ = 0;
  if (left_ == 0) {
    state_ = State::trailers;
    return true;
  }
  if (left_ > limit_ - total_) return say(413, "body_too_large");
  total_ += left_;
  state_ = State::chunk;
  return true;
}

Step BodyReader::take_trailers(std::string_view input, std::size_t before) {
  std::size_t used = 0;
  while (used < input.size()) {
    const std::size_t feed = input.find('\n', used);
    const std::size_t end = feed == std::string_view::npos ? input.size() : feed + 1;
    if (end - used > text_.size() - text_size_) return refuse(431, "trailers_too_large");
    std::memcpy(text_.data() + text_size_, input.data() + used, end - used);
    text_size_ += end - used;
    used = end;
    if (feed == std::string_view::npos) break;
    const std::string_view line(text_.data() + line_begin_, text_size_ - line_begin_);
    line_begin_ = text_size_;
    if (line == "\r\n") {
      state_ = State::done;
      return {Event::complete, before + used, {}};
    }
    if (!keep_trailer(line)) return {Event::refused, 0, {}};
  }
  return {Event::need_more, before + used, {}};
}

/// `line` ends with a line feed.
bool BodyReader::keep_trailer(std::string_view line) {
  if (!line.ends_with("\r\n")) return say(400, "invalid_trailer");
  line.remove_suffix(2);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return say(400, "invalid_trailer");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 1);
  if (!std::ranges::all_of(name, is_token_byte) || !std::ranges::all_of(value, is_value_byte)) {
    return say(400, "invalid_trailer");
  }
  if (!allowed_in_trailers(name)) return true;
  if (count_ == trailers_.size()) return say(431, "too_many_trailers");
  trailers_[count_++] = {name, trim_white_space(value)};
  return true;
}

}  // namespace headroom::http
