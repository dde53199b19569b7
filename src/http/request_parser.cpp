// Requests: what a head must be before anybody acts on it, then its body.
#include <algorithm>

#include "core/text.h"
#include "http/parser.h"
#include "http/target.h"

namespace headroom::http {
namespace {

Method method_of(llhttp_method_t method) {
  switch (method) {
    case HTTP_GET:
      return Method::get;
    case HTTP_HEAD:
      return Method::head;
    case HTTP_POST:
      return Method::post;
    case HTTP_PUT:
      return Method::put;
    case HTTP_DELETE:
      return Method::del;
    case HTTP_OPTIONS:
      return Method::options;
    case HTTP_PATCH:
      return Method::patch;
    default:
      return Method::other;
  }
}

}  // namespace

RequestParser::RequestParser(const Limits& limits) : reader_(HTTP_REQUEST, limits) {
  limit(limits);
}

void RequestParser::limit(const Limits& limits) {
  body_bytes_max_ = limits.body_bytes;
  target_bytes_max_ = limits.target_bytes;
  reader_.limit(limits);
}

void RequestParser::reset() {
  if (phase_ != Phase::refused) reopen();
}

void RequestParser::reopen() {
  phase_ = Phase::head;
  head_ = {};
  reader_.reset();
}

Attempt RequestParser::attempt() const {
  constexpr std::size_t method_max = 32;
  constexpr std::size_t path_max = 256;
  const std::string_view seen = reader_.seen();
  const auto end = std::ranges::find_if_not(seen, is_token_byte);
  const std::string_view method(seen.begin(), end);
  if (method.empty() || method.size() > method_max || end == seen.end() || *end != ' ') return {};
  const std::string_view rest = seen.substr(method.size() + 1);
  const auto in_path = [](char c) { return c > ' ' && c != '?' && c != 0x7f; };
  const std::string_view path(rest.begin(), std::ranges::find_if_not(rest, in_path));
  return {method, path.substr(0, path_max)};
}

Step RequestParser::next(std::string_view input) {
  switch (phase_) {
    case Phase::head: {
      const Step step = reader_.next(input);
      if (step.event == Event::head) return end_head(step);
      if (step.event == Event::refused) return refuse(reader_.refusal());
      return step;
    }
    case Phase::body: {
      const Step step = body_.next(input);
      if (step.event == Event::refused) return refuse(body_.refusal());
      if (step.event == Event::complete) phase_ = Phase::complete;
      return step;
    }
    case Phase::complete:
      return {Event::complete, 0, {}};
    case Phase::refused:
      break;
  }
  return {Event::refused, 0, {}};
}

Step RequestParser::refuse(const Refusal& refusal) {
  refusal_ = refusal;
  phase_ = Phase::refused;
  return {Event::refused, 0, {}};
}

Step RequestParser::end_head(Step step) {
  head_.headers = reader_.headers();
  if (const auto refusal = describe_line()) return refuse(*refusal);
  if (const auto refusal = describe_connection()) return refuse(*refusal);
  if (const auto refusal = describe_framing()) return refuse(*refusal);
  if (const auto refusal = describe_target()) return refuse(*refusal);
  body_.start(head_.framing, head_.content_length, body_bytes_max_);
  phase_ = Phase::body;
  return step;
}

std::optional<Refusal> RequestParser::describe_line() {
  if (reader_.major_version() != 1) return Refusal{505, "http_version"};
  if (reader_.method() == HTTP_CONNECT) return Refusal{501, "connect_refused"};
  if (reader_.method() == HTTP_TRACE) return Refusal{405, "trace_refused"};
  head_.method = method_of(reader_.method());
  head_.method_text = reader_.method_text();
  head_.minor_version = reader_.minor_version();
  return {};
}

std::optional<Refusal> RequestParser::describe_connection() {
  const KnownFields& known = reader_.known();
  head_.has_via = known.via;
  head_.keep_alive = !known.close && (head_.minor_version == 1 || known.keep_alive);
  return {};
}

std::optional<Refusal> RequestParser::describe_framing() {
  const KnownFields& known = reader_.known();
  const bool has_length = known.content_length.data() != nullptr;
  if (known.transfer_encodings > 0) {
    if (has_length) return Refusal{400, "conflicting_length"};
    if (head_.minor_version == 0) return Refusal{400, "transfer_encoding_in_http_1_0"};
    if (!is_word(known.transfer_encoding, "chunked")) {
      return Refusal{501, "unknown_transfer_encoding"};
    }
    head_.framing = Framing::chunked;
  } else if (has_length) {
    // A zero in front is octal to some readers.
    if (known.content_length.size() > 1 && known.content_length.front() == '0') {
      return Refusal{400, "invalid_content_length"};
    }
    if (reader_.content_length() > static_cast<std::uint64_t>(body_bytes_max_)) {
      return Refusal{413, "body_too_large"};
    }
    head_.framing = Framing::length;
    head_.content_length = static_cast<std::int64_t>(reader_.content_length());
  }
  const bool has_body = head_.framing == Framing::chunked || head_.content_length > 0;
  head_.expect_continue = known.expect_continue && has_body && head_.minor_version == 1;
  return {};
}

std::optional<Refusal> RequestParser::describe_target() {
  if (reader_.target().size() > target_bytes_max_) return Refusal{414, "target_too_long"};
  const std::expected<Target, Refusal> target = read_target(reader_.target(), head_.method);
  if (!target) return target.error();
  head_.target = target->origin;
  head_.path = target->path;
  head_.path_fault = target->path_fault;
  head_.host = target->authority;
  const KnownFields& known = reader_.known();
  if (known.hosts == 0) {
    if (head_.minor_version == 1) return Refusal{400, "missing_host"};
  } else {
    if (!valid_host(known.host)) return Refusal{400, "invalid_host"};
    if (!target->authority.empty() && !equal_ignore_case(target->authority, known.host)) {
      return Refusal{400, "host_differs_from_target"};
    }
    head_.host = known.host;
  }
  head_.host_name = without_port(head_.host);
  return {};
}

}  // namespace headroom::http
