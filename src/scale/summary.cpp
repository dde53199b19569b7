// A decision in words, from its decisive reasons.
#include "scale/summary.h"

#include <fmt/format.h>

namespace headroom::scale {

std::string summary_of(const ServiceDecision& decision, int from) {
  std::string out = decision.replicas == from
                        ? fmt::format("{} {}: ", from, from == 1 ? "stays" : "stay")
                        : fmt::format("{} → {}: ", from, decision.replicas);
  bool first = true;
  for (const auto& reason : decision.reasons) {
    if (!reason.decisive) continue;
    if (!first) out += "; ";
    out += reason.text;
    first = false;
  }
  if (first) out += "nothing arrives";
  return out;
}

}  // namespace headroom::scale
