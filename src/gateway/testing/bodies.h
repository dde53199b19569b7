// Bodies that tests of the relay send, and the answer that shows what arrived.
#pragma once

#include <string>

#include "gateway/testing/scripted_replica.h"

namespace headroom::gateway::testing {

/// Echoes the request's line and body.
inline std::string echo(const Message& request) {
  return ok(request.start + "|" + request.body);
}

inline std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 997) % 26);
  return text;
}

}  // namespace headroom::gateway::testing
