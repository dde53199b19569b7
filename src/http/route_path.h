// A request's path as routes are compared with it.
#pragma once

#include <span>
#include <string_view>

namespace headroom::http {

enum class Slashes { kept, opened };

/// `path` percent-decoded once, so that "/%61dmin" is "/admin" to routes as it is to services.
/// With Slashes::kept an encoded slash stays encoded and an empty segment stays; opened, encoded
/// slashes and backslashes are slashes and empty segments are gone: all that a forgiving reader
/// could make of it. Requires: a path that read_target() accepted, out.size() >= path.size().
[[nodiscard]] std::string_view route_path(std::string_view path, Slashes slashes,
                                          std::span<char> out);

}  // namespace headroom::http
