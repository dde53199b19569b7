// What headroom tells its user while it runs, on standard error.
#pragma once

#include <fmt/format.h>

#include <utility>

#include "control/event.h"
#include "core/time.h"

namespace headroom::control {

/// How it is told; text until then.
void say_as(LogFormat format);

/// From any thread, and no thread waits. Dropped and counted when nobody reads it.
void tell(const Event& event);

/// The same of headroom itself.
template <class... Args>
void say(Level level, fmt::format_string<Args...> text, Args&&... args) {
  tell({.level = level,
        .service = {},
        .replica = {},
        .text = fmt::format(text, std::forward<Args>(args)...)});
}

/// Before the process ends: waits until what was said has been written, at most so long.
void finish_saying(Duration longest);

}  // namespace headroom::control
