// One decision of one service, in words and as data: what was seen, each rule, what else could be.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "scale/decision.h"
#include "scale/observation.h"

namespace headroom::report {

struct Explanation {
  WallTime at;
  std::optional<int> before;  // replicas of the decision before; nothing at the journal's begin
  scale::ServiceDecision decision;
  scale::ServiceSeen seen;
  double dt_s = 1;
  double machine_cpu = -1;
  std::optional<scale::ServicePolicy> policy;  // in force then, when a checkpoint tells
};

/// Lines of at most `width` columns (at least 40).
[[nodiscard]] std::vector<std::string> explain_text(const Explanation& what, std::size_t width);

/// {at, service, replicas, before, summary, reasons:[{stage, rule, replicas, text, decisive}],
///  counterfactuals:[{without, replicas}], observation:{…}, objective:{…}}
[[nodiscard]] nlohmann::ordered_json explain_json(const Explanation& what);

}  // namespace headroom::report
