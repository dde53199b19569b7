// Requests: read alike however cut, framed as llhttp frames them, passed on as what they were.
#include <array>
#include <cstdint>

#include "http/forward.h"
#include "http/transcript.h"
#include "llhttp_oracle.h"

namespace headroom::http {
namespace {

// Small limits: a fuzzer reaches them.
constexpr Limits limits{
    .head_bytes = 512, .header_count = 12, .target_bytes = 128, .body_bytes = 4096};

void check_cuts(std::string_view input, const Transcript& seen) {
  CHECK(feed_requests(input, limits, bytewise) == seen);
  const auto uneven = [&](std::size_t at) {
    const auto step = at < input.size() ? static_cast<unsigned char>(input[at]) % 23u : 0u;
    return at + 1 + step;
  };
  CHECK(feed_requests(input, limits, uneven) == seen);
}

void check_framing(std::string_view input, const Transcript& seen) {
  LlhttpOracle oracle(HTTP_REQUEST);
  const std::vector<std::string>& bodies = oracle.read(input);
  for (std::size_t i = 0; i < seen.messages.size() && seen.messages[i].complete; ++i) {
    if (i == bodies.size() && oracle.stopped_at_what_is_legal(input)) return;
    CHECK(i < bodies.size() && bodies[i] == seen.messages[i].body);
  }
}

/// The replica's parser, which is as strict, must see the same request.
void check_forwarding(std::string_view input) {
  RequestParser parser(limits);
  if (parser.next(input).event != Event::head) return;
  const RequestHead& head = parser.head();
  std::array<char, 4096> out;
  const IpAddress peer = *IpAddress::parse("::1");
  const IpNetwork everybody = *IpNetwork::parse("::/0");
  const Origin origin = read_origin(head, peer, {&everybody, 1});
  CHECK(read_origin(head, peer, {}).client == peer);
  const RequestContext context{
      .peer = "::1", .origin = &origin, .request_id = "id", .remaining_ms = 1};
  const std::size_t size = write_request_head(head, context, out);
  CHECK(size > 0);
  const std::string_view written(out.data(), size);
  RequestParser replica{Limits{}};
  const Step step = replica.next(written);
  if (head.host.empty()) return;  // HTTP/1.0 without a host: refused by a parser as strict as this
  CHECK(step.event == Event::head && step.consumed == size);
  const RequestHead& again = replica.head();
  CHECK(again.method_text == head.method_text && again.target == head.target);
  CHECK(again.host == head.host && again.path == head.path && again.keep_alive);
  CHECK(again.framing == head.framing && again.content_length == head.content_length);
  CHECK(field(again.headers, "x-forwarded-for").ends_with("::1"));
  CHECK(field(again.headers, "connection").empty());
}

}  // namespace
}  // namespace headroom::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom::http;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Transcript seen = feed_requests(input, limits, whole);
  check_cuts(input, seen);
  check_framing(input, seen);
  check_forwarding(input);
  return 0;
}
