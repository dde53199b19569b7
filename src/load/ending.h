// How a request came to its end, and what that counts as.
#pragma once

#include <cstdint>
#include <optional>

#include "load/result.h"

namespace headroom::load {

enum class Reason : std::uint8_t {
  answered,  // a whole answer arrived; its status counts
  connect_failed,
  closed,      // the peer closed or reset before the answer was whole
  bad_answer,  // not HTTP as it should be
  timeout,
  queue_full,   // more waiting than the generator holds
  interrupted,  // the run was ended by its user
};
inline constexpr std::size_t reason_count = 7;

[[nodiscard]] const char* name_of(Reason reason);

struct Ending {
  Reason reason = Reason::answered;
  int status = 0;           // of a whole answer
  bool from_proxy = false;  // a 429 or 503 that says so: Proxy-Status, or problem+json
};

/// What an ending after `latency` counts as.
[[nodiscard]] Outcome outcome_of(const Ending& ending, Duration latency,
                                 const std::optional<LoadObjective>& objective);

}  // namespace headroom::load
