// The settings that each policy is swept over.
#include "prove/grid.h"

#include <array>

namespace headroom::prove {
namespace {

/// Frontiers are read between neighbours only, so these are close: closest where sparse services
/// come from next to no misses to many.
constexpr std::array permitted{3e-5,   1e-4,   2e-4, 4e-4, 7e-4,   1.2e-3, 2e-3,
                               3.5e-3, 6e-3,   8e-3, 1e-2, 1.4e-2, 2e-2,   2.7e-2,
                               3.5e-2, 4.5e-2, 6e-2, 0.1,  0.17,   0.3,    0.49};
constexpr std::array targets{0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
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
