// Heads by searching for their end, bodies by counting.
#include "message_reader.h"

#include <algorithm>
#include <charconv>

namespace headroom::state {
namespace {

constexpr std::size_t head_bytes_max = 64 * 1024;
constexpr std::size_t line_bytes_max = 4 * 1024;

}  // namespace

void MessageReader::reset() {
  phase_ = Phase::head;
  framing_ = Framing::none;
  text_.clear();
  line_.clear();
  trailers_.clear();
  left_ = body_ = 0;
}

std::string_view MessageReader::first_line() const {
  return std::string_view(text_).substr(0, text_.find("\r\n"));
}

std::string_view MessageReader::field(std::string_view name) const {
  const std::string_view text = text_;
  for (std::size_t at = text.find("\r\n"); at + 2 < text.size(); at = text.find("\r\n", at + 2)) {
    const std::string_view line = text.substr(at + 2, text.find("\r\n", at + 2) - at - 2);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':')
      return line.substr(std::min(line.size(), name.size() + 2));
  }
  return {};
}

void MessageReader::begin_body(Framing framing, std::uint64_t length) {
  framing_ = framing;
  left_ = length;
  phase_ = framing == Framing::chunked       ? Phase::chunk_line
           : framing == Framing::until_close ? Phase::endless
                                             : Phase::counted;
}

void MessageReader::begin_body(Framing without) {
  if (field("transfer-encoding") == "chunked") return begin_body(Framing::chunked, 0);
  const std::string_view length = field("content-length");
  if (length.empty()) return begin_body(without, 0);
  std::uint64_t bytes = 0;
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  begin_body(Framing::length, bytes);
}

MessageReader::Item MessageReader::next(std::string_view input) {
  if (phase_ == Phase::counted && left_ == 0) return {.event = Event::end};
  if (input.empty()) return {};
  switch (phase_) {
    case Phase::head: {
      const std::size_t before = text_.size();
      text_ += input;
      const std::size_t end = text_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
      if (end == std::string::npos)
        return {text_.size() > head_bytes_max ? Event::bad : Event::more, input.size()};
      text_.resize(end + 4);
      return {Event::head, end + 4 - before};
    }
    case Phase::counted:
    case Phase::chunk:
      return data(input, true);
    case Phase::endless:
      return data(input, false);
    default:
      return framing_byte(input);
  }
}

MessageReader::Item MessageReader::data(std::string_view input, bool counted) {
  if (counted) {
    input = input.substr(0, std::min<std::uint64_t>(left_, input.size()));
    left_ -= input.size();
    if (left_ == 0 && phase_ == Phase::chunk) phase_ = Phase::chunk_end;
  }
  body_ += input.size();
  return {Event::body, input.size(), input};
}

bool MessageReader::line_is_whole(char c) {
  line_ += c;
  return line_.ends_with("\r\n");
}

/// One byte of what stands between the chunks.
MessageReader::Item MessageReader::framing_byte(std::string_view input) {
  if (!line_is_whole(input.front()))
    return {line_.size() > line_bytes_max ? Event::bad : Event::more, 1};
  const std::string line = std::exchange(line_, {});
  if (phase_ == Phase::chunk_end) {
    phase_ = Phase::chunk_line;
    return {line == "\r\n" ? Event::more : Event::bad, 1};
  }
  if (phase_ == Phase::chunk_line) {
    const auto size = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
    const bool valid = size.ec == std::errc() && (*size.ptr == '\r' || *size.ptr == ';');
    phase_ = left_ == 0 ? Phase::trailers : Phase::chunk;
    return {valid ? Event::more : Event::bad, 1};
  }
  if (line == "\r\n") return {Event::end, 1};
  trailers_ += line;
  return {Event::more, 1};
}

}  // namespace headroom::state
