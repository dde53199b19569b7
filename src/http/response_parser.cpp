// Responses: a replica is trusted no more than a client, for its bytes decide where an answer ends.
#include <limits>

#include "http/parser.h"

namespace headroom::http {
namespace {

constexpr int informational_max = 8;

std::string_view reason_of_response(std::string_view reason) {
  if (reason == "head_too_large") return "response_head_too_large";
  if (reason == "too_many_headers") return "response_too_many_headers";
  if (reason == "trailers_too_large") return "response_trailers_too_large";
  return reason;
}

}  // namespace

ResponseParser::ResponseParser(const Limits& limits) : reader_(HTTP_RESPONSE, limits) {}

void ResponseParser::reset(bool to_head_request) {
  phase_ = Phase::head;
  to_head_request_ = to_head_request;
  informational_ = 0;
  reader_.reset();
}

Step ResponseParser::next(std::string_view input) {
  std::size_t skipped = 0;
  while (phase_ == Phase::head) {
    Step step = reader_.next(input.substr(skipped));
    if (step.event == Event::refused) return refuse(reader_.refusal());
    step.consumed += skipped;
    if (step.event != Event::head) return step;
    if (reader_.status() >= 200) {
      if (const auto refusal = describe()) return refuse(*refusal);
      body_.start(head_.framing, head_.content_length, std::numeric_limits<std::int64_t>::max());
      phase_ = Phase::body;
      return step;
    }
    if (const auto refusal = skip_informational()) return refuse(*refusal);
    skipped = step.consumed;
  }
  if (phase_ == Phase::refused) return {Event::refused, 0, {}};
  if (phase_ == Phase::complete) return {Event::complete, 0, {}};
  const Step step = body_.next(input);
  if (step.event == Event::refused) return refuse(body_.refusal());
  if (step.event == Event::complete) phase_ = Phase::complete;
  return step;
}

Step ResponseParser::finish() {
  switch (phase_) {
    case Phase::head:
      return refuse({502, reader_.started() || informational_ > 0 ? "truncated" : "no_response"});
    case Phase::body: {
      const Step step = body_.finish();
      if (step.event == Event::refused) return refuse(body_.refusal());
      phase_ = Phase::complete;
      return step;
    }
    case Phase::complete:
      return {Event::complete, 0, {}};
    case Phase::refused:
      break;
  }
  return {Event::refused, 0, {}};
}

/// Whatever is wrong with a response, the client is told of a bad gateway. What can be wrong with
/// requests, too, and is a matter of limits has a name of its own.
Step ResponseParser::refuse(const Refusal& refusal) {
  refusal_ = {502, reason_of_response(refusal.reason)};
  phase_ = Phase::refused;
  return {Event::refused, 0, {}};
}

std::optional<Refusal> ResponseParser::skip_informational() {
  const KnownFields& known = reader_.known();
  if (reader_.status() == 101) return Refusal{502, "upgrade_not_asked_for"};
  if (reader_.major_version() != 1) return Refusal{502, "http_version"};
  if (known.content_length.data() != nullptr || known.transfer_encodings > 0) {
    return Refusal{502, "informational_with_body"};
  }
  if (++informational_ > informational_max) return Refusal{502, "too_many_informational"};
  reader_.reset();
  return {};
}

std::optional<Refusal> ResponseParser::describe() {
  const KnownFields& known = reader_.known();
  if (reader_.major_version() != 1) return Refusal{502, "http_version"};
  head_ = {};
  head_.status = reader_.status();
  head_.reason = reader_.reason();
  head_.minor_version = reader_.minor_version();
  head_.headers = reader_.headers();
  if (const auto refusal = describe_framing()) return refusal;
  head_.keep_alive = !known.close && (head_.minor_version == 1 || known.keep_alive) &&
                     head_.framing != Framing::until_close;
  // Nobody knows whether the body that such an answer must not have follows all the same.
  const bool announces_body = known.transfer_encodings > 0 || reader_.content_length() > 0;
  if (head_.status == 204 && announces_body) head_.keep_alive = false;
  return {};
}

std::optional<Refusal> ResponseParser::describe_framing() {
  const KnownFields& known = reader_.known();
  const bool has_length = known.content_length.data() != nullptr;
  if (known.transfer_encodings > 0) {
    if (has_length) return Refusal{502, "conflicting_length"};
    if (head_.minor_version == 0) return Refusal{502, "transfer_encoding_in_http_1_0"};
    if (!is_word(known.transfer_encoding, "chunked")) {
      return Refusal{502, "unknown_transfer_encoding"};
    }
  }
  if (has_length) {
    if (known.content_length.size() > 1 && known.content_length.front() == '0') {
      return Refusal{502, "invalid_content_length"};
    }
    if (reader_.content_length() > std::numeric_limits<std::int64_t>::max()) {
      return Refusal{502, "invalid_content_length"};
    }
  }
  if (to_head_request_ || head_.status == 204 || head_.status == 304) {
    head_.framing = Framing::none;
  } else if (known.transfer_encodings > 0) {
    head_.framing = Framing::chunked;
  } else if (has_length) {
    head_.framing = Framing::length;
    head_.content_length = static_cast<std::int64_t>(reader_.content_length());
  } else {
    head_.framing = Framing::until_close;
  }
  return {};
}

}  // namespace headroom::http
