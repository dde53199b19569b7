// Kubernetes HPA v2: how steadily and how fast a count may follow what metrics propose.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace headroom::rivals {

/// How much of a change a policy allows within its period.
enum class HpaUnit : std::uint8_t { pods, percent };
enum class HpaSelect : std::uint8_t { max, min, disabled };  // of several policies

struct HpaPolicy {
  HpaUnit unit = HpaUnit::pods;
  int value = 0;
  double period_s = 15;
};

/// One direction of `behavior`.
struct HpaRules {
  double window_s = 0;  // stabilisation: recommendations younger than this count
  std::vector<HpaPolicy> policies{};
  HpaSelect select = HpaSelect::max;
};

/// The defaults are those of autoscaling/v2.
struct HpaBehavior {
  HpaRules up{.window_s = 0,
              .policies = {{HpaUnit::pods, 4, 15}, {HpaUnit::percent, 100, 15}},
              .select = HpaSelect::max};
  HpaRules down{
      .window_s = 300, .policies = {{HpaUnit::percent, 100, 15}}, .select = HpaSelect::max};
};

/// Something at a moment: a recommendation made, or replicas added or removed.
struct HpaMark {
  double at_s = 0;
  int replicas = 0;
};

struct HpaBounds {
  int min = 1;
  int max = 10;
};

/// What the answer was bound by, if by anything.
enum class HpaLimit : std::uint8_t {
  desired_within_range,
  too_many_replicas,
  too_few_replicas,
  scale_up_limit,
  scale_down_limit,
};

/// As the condition of a HorizontalPodAutoscaler has it: "ScaleUpLimit".
[[nodiscard]] std::string_view reason_of(HpaLimit limit);

struct HpaLimited {
  int replicas = 0;
  HpaLimit limit = HpaLimit::desired_within_range;
};

/// Stabilisation with `behavior`: no rise above the least, no fall below the greatest
/// recommendation of the window of that direction.
[[nodiscard]] int hpa_stabilised(std::span<const HpaMark> recommendations, const HpaBehavior& rules,
                                 int current, int desired, double now_s);

/// Stabilisation without `behavior`: the greatest recommendation of the last `window_s`.
[[nodiscard]] int hpa_stabilised(std::span<const HpaMark> recommendations, double window_s,
                                 int desired, double now_s);

/// Changes of the past, newest last or not: their order does not matter.
struct HpaChanges {
  std::span<const HpaMark> added;
  std::span<const HpaMark> removed;
};

/// The rate limit with `behavior`, then the bounds.
[[nodiscard]] HpaLimited hpa_limited(int current, int desired, const HpaBounds& bounds,
                                     const HpaBehavior& rules, const HpaChanges& changes,
                                     double now_s);

/// The limits without `behavior`: at most twice the current count, or 4 where that is more.
[[nodiscard]] HpaLimited hpa_limited(int current, int desired, const HpaBounds& bounds);

}  // namespace headroom::rivals
