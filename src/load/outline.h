// What planned traffic amounts to, before any of it is sent.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "load/plan.h"

namespace headroom::load {

struct Outline {
  Duration length{};
  double requests = 0;  // expected
  struct Rates {
    double lowest_per_s = 0;
    double highest_per_s = 0;
    std::optional<Duration> doubles_within;  // see fastest_doubling
  };
  std::optional<Rates> rates;  // not of single recorded requests
};

/// Fails for a closed loop: what it sends depends on the answers.
[[nodiscard]] Result<Outline> outline_of(const LoadPlan& plan);

[[nodiscard]] std::string to_text(const Outline& outline);
[[nodiscard]] std::string to_json(const Outline& outline);

}  // namespace headroom::load
