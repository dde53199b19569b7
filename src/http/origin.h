// Who asked, and how: what the proxies in front of a gateway tell, as far as it can be believed.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/ip.h"
#include "http/message.h"

namespace headroom::http {

struct Origin {
  IpAddress client;
  std::string_view proto = "http";  // as the client spoke to the first proxy: http or https
  std::string_view host = {};       // as the client asked for it; empty: as the request says
  /// The peer is a trusted proxy: its forwarding fields are passed on and extended.
  bool believed = false;
  /// Forwarded breaks its grammar (RFC 7239), perhaps on purpose to swallow what a proxy appended.
  bool forwarded_broken = false;
};

/// What a request from `peer` says. From anybody who is not trusted: that the peer asked. Otherwise
/// the client is the last address in X-Forwarded-For (where there is none: in Forwarded) that is no
/// trusted proxy itself, for what stands before it anybody may have written. Of a client that is
/// hidden ("unknown", "_x", no address) it is the proxy that told of it. The views are into `head`.
[[nodiscard]] Origin read_origin(const RequestHead& head, const IpAddress& peer,
                                 std::span<const IpNetwork> trusted);

/// The address in "192.0.2.7", "192.0.2.7:80", "2001:db8::1", "[2001:db8::1]" or
/// "[2001:db8::1]:80".
[[nodiscard]] std::optional<IpAddress> node_address(std::string_view node);

}  // namespace headroom::http
