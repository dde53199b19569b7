// The grammar of names, hosts, addresses and paths, without asking the system.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::spec {

/// A DNS label: a-z, 0-9 and inner '-', at most 63.
[[nodiscard]] bool is_label(std::string_view text);

/// A host name of labels, upper case allowed, at most 253.
[[nodiscard]] bool is_host(std::string_view text);

/// What `Address` of io/socket.h reads: "127.0.0.1:8080", "[::1]:8080", ":8080".
struct AddressText {
  std::string_view host;  // without brackets; empty in ":8080"
  int port = -1;          // -1: not an address
};
[[nodiscard]] AddressText split_address(std::string_view text);
[[nodiscard]] bool is_loopback(std::string_view host);

/// The path of a request without query: starts with '/', visible ASCII only.
[[nodiscard]] bool is_request_path(std::string_view text);

/// The request path of a route, percent-decoded; nothing where no request that is routed has it:
/// with an empty segment, a dot segment, an encoded slash or control character, a stray '%'.
[[nodiscard]] std::optional<std::string> route_path(std::string_view text);

/// A variable's name: letters, digits, '_', no digit first.
[[nodiscard]] bool is_variable(std::string_view text);

}  // namespace headroom::spec
