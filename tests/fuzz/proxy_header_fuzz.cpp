// The PROXY protocol: read alike however cut, never past its limit, never out of nothing.
#include <cstdint>

#include "core/result.h"
#include "http/proxy_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom::http;
  using Found = ProxyHeader::Found;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const ProxyHeader seen = read_proxy_header(input);
  CHECK(seen.size <= input.size() && seen.size <= proxy_header_bytes_max);
  CHECK(seen.found == Found::header || (seen.size == 0 && !seen.source && !seen.hidden));
  CHECK((seen.found == Found::malformed) != seen.reason.empty());
  CHECK(!seen.source || !seen.hidden);
  CHECK(seen.found != Found::need_more || input.size() < proxy_header_bytes_max);
  for (std::size_t cut = 0; cut < size; ++cut) {
    const ProxyHeader part = read_proxy_header(input.substr(0, cut));
    if (part.found == Found::need_more) continue;  // then more was read
    CHECK(part.found == seen.found && part.size == seen.size && part.source == seen.source);
  }
  return 0;
}
