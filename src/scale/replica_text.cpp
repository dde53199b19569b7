// Joining what capacity, confidence, versions and the scaling law say.
#include "scale/replica_text.h"

#include <fmt/format.h>

#include <string_view>

#include "scale/best_point.h"
#include "scale/confidence.h"
#include "scale/need.h"
#include "scale/scaling_law.h"
#include "scale/seen.h"
#include "scale/versions.h"

namespace headroom::scale {
namespace {

constexpr std::size_t shown = 8;  // of 16 digits: enough to tell versions apart

std::string_view brief(std::string_view version) {
  return version.substr(0, shown);
}

/// Nothing where one serves alone.
std::string versions_text(const ServiceModel& model) {
  std::string text;
  for (const VersionEvidence& other : model.other_versions)
    if (serves(other) && is_learned(other.capacity))
      text += fmt::format("{}{} carries {} requests/s", text.empty() ? "" : ", ",
                          brief(other.version), scale::brief(other.capacity.per_second()));
  if (text.empty()) return text;
  return fmt::format("that is of version {}; beside it {}", brief(model.serving_versions), text);
}

void add(const std::string& part, std::string& text) {
  if (!part.empty()) text += "; " + part;
}

}  // namespace

std::string replica_text(const ServicePolicy& policy, const ServiceModel& model) {
  std::string text = describe(model.capacity, permitted_share(policy));
  if (!is_learned(model.capacity)) return text;
  add(confidence_text(model.capacity), text);
  add(versions_text(model), text);
  add(describe(model.scaling_law, model.capacity, seconds(policy.objective.latency)), text);
  return text;
}

}  // namespace headroom::scale
