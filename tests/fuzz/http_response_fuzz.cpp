// Responses: read alike however cut, framed as llhttp frames them, passed on as what they were.
#include <array>
#include <cstdint>

#include "http/forward.h"
#include "http/transcript.h"
#include "llhttp_oracle.h"

namespace headroom::http {
namespace {

// Small limits: a fuzzer reaches them.
constexpr Limits limits{.head_bytes = 512, .header_count = 12};

Transcript read(std::string_view input, bool to_head, const NextCut& cut) {
  return feed_response(input, to_head, true, limits, cut);
}

void check_cuts(std::string_view input, bool to_head, const Transcript& seen) {
  CHECK(read(input, to_head, bytewise) == seen);
  const auto uneven = [&](std::size_t at) {
    const auto step = at < input.size() ? static_cast<unsigned char>(input[at]) % 23u : 0u;
    return at + 1 + step;
  };
  CHECK(read(input, to_head, uneven) == seen);
}

/// llhttp reports informational responses too, always without a body, before the one that counts.
void check_framing(std::string_view input, const Transcript& seen) {
  if (seen.messages.empty() || !seen.messages[0].complete || seen.status != 0) return;
  const std::string_view used = input.substr(0, input.size() - seen.left);
  LlhttpOracle oracle(HTTP_RESPONSE);
  const std::vector<std::string>& bodies = oracle.read(used);
  if (oracle.stopped_at_what_is_legal(used) || LlhttpOracle::misframes(used)) return;
  CHECK(!bodies.empty() && bodies.back() == seen.messages[0].body);
}

void check_forwarding(std::string_view input, bool to_head) {
  ResponseParser parser(limits);
  parser.reset(to_head);
  if (parser.next(input).event != Event::head) return;
  const ResponseHead& head = parser.head();
  for (const int minor_version : {0, 1}) {
    std::array<char, 4096> out;
    const ResponseContext context{.request_id = "id", .client_minor_version = minor_version};
    const std::size_t size = write_response_head(head, context, out);
    CHECK(size > 0);
    const std::string_view written(out.data(), size);
    ResponseParser client{Limits{}};
    client.reset(to_head);
    const Step step = client.next(written);
    CHECK(step.event == Event::head && step.consumed == size);
    const ResponseHead& again = client.head();
    CHECK(again.status == head.status && again.reason == head.reason);
    CHECK(again.framing == framing_to_client(head, minor_version));
    CHECK(again.content_length == head.content_length);
    CHECK(again.keep_alive == (again.framing != Framing::until_close));
  }
}

}  // namespace
}  // namespace headroom::http

/// The first byte says whether HEAD was asked.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom::http;
  if (size == 0) return 0;
  const bool to_head = data[0] == 'h';
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Transcript seen = read(input, to_head, whole);
  check_cuts(input, to_head, seen);
  if (!to_head) check_framing(input, seen);
  check_forwarding(input, to_head);
  return 0;
}
