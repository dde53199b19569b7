// Which policies a comparison runs, at which settings, and what came of it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "prove/score.h"

namespace headroom::prove {

/// A policy with everything its user may turn. headroom and the oracle have one knob, the share
/// of requests that may miss; a rival has its target, its stabilisation and its signal.
struct Setting {
  std::string policy;
  double target = 0;          // of a rival: share of a replica's capacity; else: permitted share
  double stabilise_s = 0;     // of a rival
  bool fresh_signal = false;  // headroom's 1 s signal instead of the rival's own

  auto operator<=>(const Setting&) const = default;
};

/// Everything a comparison tries of a policy.
[[nodiscard]] std::vector<Setting> settings_of(std::string_view policy);

/// The traffic, requests and start-up time that policies are compared on.
struct Case {
  std::string trace;
  std::string family;  // traces alike; each family counts once
  std::string part;    // "development" or "confirmation"; empty where nothing was split
  std::string workload;
  double startup_s = 0;

  auto operator<=>(const Case&) const = default;
};

struct Trial {
  Case of;
  Setting setting;
  Score score;
};

}  // namespace headroom::prove
