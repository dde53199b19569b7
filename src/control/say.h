// What headroom tells its user while it runs, one line each on standard error.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/time.h"

namespace headroom::control {

/// Hands whole lines to the thread that writes them. Dropped and counted when nobody reads them.
void say_lines(std::string_view lines);

/// From any thread, and no thread waits.
template <class... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  say_lines(fmt::format("headroom: {}\n", fmt::format(text, std::forward<Args>(args)...)));
}

/// What happened to a replica or an endpoint.
inline void say_of_service(const std::string& service, const std::string& text) {
  say("{}: {}", service, text);
}

/// Before the process ends: waits until what was said has been written, at most so long.
void finish_saying(Duration longest);

}  // namespace headroom::control
