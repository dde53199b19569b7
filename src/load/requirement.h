// Requirements that a run must meet: `missed<1%`, `p99<=150ms`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "load/result.h"

namespace headroom::load {

/// `NAME<BOUND` or `NAME<=BOUND`, taken apart.
struct Comparison {
  std::string_view name;
  std::string_view bound;
  bool or_equal = false;
};
[[nodiscard]] std::optional<Comparison> split_comparison(std::string_view text);

template <class T>
[[nodiscard]] bool within(T found, T bound, bool or_equal) {
  return or_equal ? found <= bound : found < bound;
}

struct Requirement {
  std::string text;         // as the user wrote it
  bool share = true;        // bounds the share of missed requests, else a latency
  double quantile = 0;      // of the latency
  double missed_below = 0;  // share
  Duration latency_below{};
  bool or_equal = false;  // the bound itself is still good
};

/// `missed<SHARE` or `pNN<DURATION` with a percentile such as p50, p99, p99.9; or with `<=`.
[[nodiscard]] Result<Requirement> parse_requirement(std::string_view text);

/// Nothing when met; otherwise one sentence with what was found.
[[nodiscard]] std::string violation(const Requirement& requirement, const LoadResult& result);

/// `pNN=DURATION`: the objective that outcomes are judged by.
[[nodiscard]] Result<LoadObjective> parse_objective(std::string_view text);

}  // namespace headroom::load
