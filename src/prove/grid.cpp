// The settings that each policy is swept over.
#include "prove/grid.h"

#include <array>

namespace headroom::prove {
namespace {

constexpr std::array permitted{3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 4.9e-1};
constexpr std::array targets{0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
constexpr std::array stabilisations{15.0, 60.0, 300.0};

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
  constexpr int count = 60;
  std::vector<Setting> out;
  for (int i = 1; i <= count; ++i)
    out.push_back({.policy = std::string(policy), .target = static_cast<double>(i) / count});
  return out;
}

}  // namespace

std::vector<Setting> settings_of(std::string_view policy) {
  if (policy == "headroom" || policy == "oracle") return one_knob(policy);
  if (policy == "fixed") return sizes(policy);
  std::vector<Setting> out;
  for (const bool fresh : {false, true}) {
    if (fresh && sees_each_second(policy)) continue;
    for (const double stabilise_s : stabilisations)
      for (const double target : targets)
        out.push_back({std::string(policy), target, stabilise_s, fresh});
  }
  return out;
}

}  // namespace headroom::prove
