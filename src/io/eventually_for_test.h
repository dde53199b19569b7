// For tests: waiting for what must happen, without guessing when.
#pragma once

#include <chrono>
#include <thread>

namespace headroom {

/// Roomy for what must happen: a sanitizer on a busy machine is slow.
constexpr std::chrono::seconds patience{30};

/// Whether `condition` came to hold in time.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace headroom
