// What happens to headroom, to its services and to their replicas: a value, made where it happens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"

namespace headroom::control {

enum class Level : std::uint8_t {
  info,     // as it should be
  warning,  // something went wrong, and headroom deals with it
  error,    // something does not work until somebody acts
};

struct Event {
  Level level = Level::info;
  std::string service;  // empty: of headroom itself
  std::string replica;  // or endpoint; empty: of the whole service
  std::string text;     // what happened; to a replica, without its name: "is ready after 1s"

  /// For whoever knows the service: "checkout-7 is ready after 1s".
  [[nodiscard]] std::string sentence() const;
};

enum class LogFormat : std::uint8_t {
  text,  // for people: "2026-11-30T20:15:09.123Z warning checkout: checkout-7 exited with status 2"
  json,  // one object a line, the same fields in each
};

/// A whole line with its end, in which nothing commands a terminal. In text it may be several where
/// the event's own text is: those that follow are indented.
[[nodiscard]] std::string to_line(const Event& event, LogFormat format, WallTime at);

}  // namespace headroom::control
