// The PROXY protocol, versions 1 and 2: whose connection a proxy passes on, said in its first
// bytes. https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/ip.h"

namespace headroom::http {

struct ProxyHeader {
  enum class Found {
    none,       // the connection begins with something else
    need_more,  // it may become one
    header,     // whole
    malformed,  // begun, but not to be understood: the rest cannot be told from it
  };
  Found found = Found::none;
  std::size_t size = 0;  // of a whole header
  std::optional<IpAddress> source =
      {};                        // of the client; nothing: the peer itself speaks, or `hidden`
  bool hidden = false;           // a client whose address is not told
  std::string_view reason = {};  // of a malformed one; static storage
};

/// Version 1 has at most 107 bytes. Of version 2 more than this is refused; extensions (TLV) are
/// skipped.
inline constexpr std::size_t proxy_header_bytes_max = 16 * 1024;

/// Reads the first bytes of a connection, from its very first. Nothing is kept between calls.
[[nodiscard]] ProxyHeader read_proxy_header(std::string_view input);

}  // namespace headroom::http
