// The settings that each policy is swept over.
#include "prove/grid.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headroom::prove {
namespace {

/// Far apart: a comparison looks closer where it is read. The shares that are compared are among
/// them, as what headroom comes to when it is asked for just that is its own row.
constexpr std::array permitted{2e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3};
constexpr std::array targets{0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
constexpr std::array stabilisations{15.0, 60.0, 300.0};
/// A fleet's least number against bursts, with the targets that then make sense.
constexpr std::array floors{1.0 / 30, 1.0 / 15, 0.1, 0.15, 0.2, 0.3, 0.4};
constexpr std::array floored_targets{0.5, 0.6, 0.7, 0.8, 0.9, 1.0};

std::vector<Setting> one_knob(std::string_view policy) {
  std::vector<Setting> out;
  for (const double share : permitted)
    out.push_back({.policy = std::string(policy), .target = share});
  return out;
}

/// Knative scrapes its replicas each second anyway.
bool sees_each_second(std::string_view policy) {
  return policy.starts_with("kpa");
}

/// A fixed fleet has its size only: here as a share of the most replicas allowed.
std::vector<Setting> sizes(std::string_view policy) {
  constexpr int count = 30;
  std::vector<Setting> out;
  for (int i = 1; i <= count; ++i)
    out.push_back({.policy = std::string(policy), .target = static_cast<double>(i) / count});
  return out;
}

}  // namespace

bool permits_misses(std::string_view policy) {
  return policy == "headroom" || policy == "oracle";
}

int fleet_of(const Setting& setting, int replicas_min, int replicas_max) {
  return std::clamp(static_cast<int>(std::ceil(setting.target * replicas_max)), replicas_min,
                    replicas_max);
}

int least_of(const Setting& setting, int replicas_min, int replicas_max) {
  return std::clamp(static_cast<int>(std::lround(setting.floor * replicas_max)), replicas_min,
                    replicas_max);
}

std::vector<Setting> settings_of(std::string_view policy) {
  if (permits_misses(policy)) return one_knob(policy);
  if (policy == "fixed") return sizes(policy);
  std::vector<Setting> out;
  for (const double stabilise_s : stabilisations)
    for (const double target : targets)
      for (const bool fresh : {false, true})
        if (!fresh || !sees_each_second(policy))
          out.push_back({std::string(policy), target, stabilise_s, fresh, 0});
  for (const double floor : floors)
    for (const double stabilise_s : stabilisations)
      for (const double target : floored_targets)
        out.push_back({std::string(policy), target, stabilise_s, false, floor});
  return out;
}

}  // namespace headroom::prove
