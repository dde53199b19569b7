// What a parser makes of bytes that arrive in pieces, written down: for tests and fuzzing.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "http/parser.h"

namespace headroom::http {

/// Equal for equal bytes, however they were cut.
struct Transcript {
  struct Message {
    std::string head;  // every field of the head in one line each
    std::string body;
    std::string trailers;
    bool complete = false;
    bool operator==(const Message&) const = default;
  };
  std::vector<Message> messages;
  int status = 0;  // of the refusal; 0 for none
  std::string reason;
  std::size_t left = 0;  // bytes not consumed when nothing was refused
  bool operator==(const Transcript&) const = default;
};

/// How far the input has arrived after it had arrived up to `at`: the next place to cut.
using NextCut = std::function<std::size_t(std::size_t at)>;

inline std::string to_text(std::span<const Header> headers) {
  std::string text;
  for (const Header& header : headers) text += fmt::format("{}: {}\n", header.name, header.value);
  return text;
}

inline std::string to_text(const RequestHead& head) {
  return fmt::format(
      "{} {} path={} host={} name={} 1.{} keep={} expect={} framing={} length={}\n{}",
      head.method_text, head.target, head.path, head.host, head.host_name, head.minor_version,
      head.keep_alive, head.expect_continue, static_cast<int>(head.framing), head.content_length,
      to_text(head.headers));
}

inline std::string to_text(const ResponseHead& head) {
  return fmt::format("{} {} 1.{} keep={} framing={} length={}\n{}", head.status, head.reason,
                     head.minor_version, head.keep_alive, static_cast<int>(head.framing),
                     head.content_length, to_text(head.headers));
}

/// Writes down one step; returns whether there may be more to read.
template <class Parser>
bool write_down(Transcript& transcript, const Parser& parser, const Step& step) {
  switch (step.event) {
    case Event::need_more:
      break;
    case Event::head:
      transcript.messages.push_back({to_text(parser.head()), {}, {}, false});
      break;
    case Event::body:
      CHECK(!step.body.empty());
      transcript.messages.back().body += step.body;
      break;
    case Event::complete:
      transcript.messages.back().trailers = to_text(parser.trailers());
      transcript.messages.back().complete = true;
      break;
    case Event::refused:
      transcript.status = parser.refusal().status;
      transcript.reason = parser.refusal().reason;
      CHECK(transcript.status >= 400);
      return false;
  }
  return true;
}

/// Feeds `input` as it arrives; stops where `ended` says so after a complete message.
template <class Parser, class Ended>
Transcript feed(Parser& parser, std::string_view input, const NextCut& next_cut, Ended ended) {
  Transcript transcript;
  std::size_t at = 0;
  const auto cut = [&](std::size_t from) { return std::min(next_cut(from), input.size()); };
  std::size_t arrived = cut(0);
  while (true) {
    const std::string_view unread = input.substr(at, arrived - at);
    const Step step = parser.next(unread);
    CHECK(step.consumed <= unread.size());
    at += step.consumed;
    if (!write_down(transcript, parser, step)) return transcript;
    if (step.event == Event::complete && ended()) break;
    if (step.event == Event::need_more) {
      CHECK(at == arrived);
      if (arrived == input.size()) break;
      arrived = cut(arrived);
    }
  }
  transcript.left = input.size() - at;
  return transcript;
}

inline Transcript feed_requests(std::string_view input, const Limits& limits, const NextCut& cut) {
  RequestParser parser(limits);
  const Transcript transcript = feed(parser, input, cut, [&] {
    parser.reset();
    return false;
  });
  if (transcript.status != 0) {
    parser.reset();
    CHECK(parser.next(input).event == Event::refused);
  }
  return transcript;
}

/// One response; `closed`: the peer closes after the last byte.
inline Transcript feed_response(std::string_view input, bool to_head, bool closed,
                                const Limits& limits, const NextCut& cut) {
  ResponseParser parser(limits);
  parser.reset(to_head);
  Transcript transcript = feed(parser, input, cut, [] { return true; });
  const bool open = transcript.messages.empty() || !transcript.messages.back().complete;
  if (closed && open && transcript.status == 0) write_down(transcript, parser, parser.finish());
  return transcript;
}

inline std::size_t whole(std::size_t) {
  return std::string_view::npos;
}
inline std::size_t bytewise(std::size_t at) {
  return at + 1;
}

}  // namespace headroom::http
