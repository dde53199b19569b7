// What a request asks for: its target and its host, refused when two readers could differ on them.
#pragma once

#include <expected>
#include <string_view>

#include "http/message.h"

namespace headroom::http {

struct Target {
  std::string_view origin;  // path and query, or "*"
  std::string_view path;
  std::string_view authority;   // of an absolute target; empty for none
  std::string_view path_fault;  // as in RequestHead
};

/// Origin form, absolute form (http and https) and "*" for OPTIONS. The path is not normalised but
/// refused (400) where normalising would change it: dot segments plain or encoded, backslashes,
/// encoded control characters, overlong UTF-8, percent signs without two digits. What some services
/// cannot do without, "//" and encoded slashes, is a `path_fault`: for the route to decide.
[[nodiscard]] std::expected<Target, Refusal> read_target(std::string_view text, Method method);

/// A name or address with an optional port and nothing else: no user, path, list or space.
[[nodiscard]] bool valid_host(std::string_view host);

/// `host` without its port. Requires: valid_host(host).
[[nodiscard]] std::string_view without_port(std::string_view host);

}  // namespace headroom::http
