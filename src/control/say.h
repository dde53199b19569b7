// What headroom tells its user while it runs, one line each on standard error.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace headroom::control {

/// From any thread.
template <class... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  fmt::print(stderr, "headroom: {}\n", fmt::format(text, std::forward<Args>(args)...));
}

/// What happened to a replica or an endpoint.
inline void say_of_service(const std::string& service, const std::string& text) {
  say("{}: {}", service, text);
}

}  // namespace headroom::control
