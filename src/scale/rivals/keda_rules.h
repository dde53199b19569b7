// KEDA's own rules: the step between none and one, and how many jobs a ScaledJob starts.
#pragma once

#include <cstdint>
#include <optional>

namespace headroom::rivals {

enum class ScaledJobStrategy : std::uint8_t { standard, custom, accurate, eager };

/// Counts of jobs. `asked` is what the trigger asks for.
struct ScaledJobSeen {
  std::int64_t asked = 0;
  std::int64_t running = 0;
  std::int64_t pending = 0;
};

struct ScaledJobRules {
  ScaledJobStrategy strategy = ScaledJobStrategy::standard;
  std::int64_t replicas_max = 100;
  std::int64_t deduction = 0;     // custom only
  double running_percentage = 0;  // custom only: share of the running ones that is deducted
};

/// How many jobs to start.
[[nodiscard]] std::int64_t scaled_job_scale(const ScaledJobRules& rules, const ScaledJobSeen& seen);

/// Between none and one, which the generated HPA cannot do.
struct KedaActivation {
  double cooldown_s = 300;        // cooldownPeriod: acts only on the way to none
  double initial_cooldown_s = 0;  // initialCooldownPeriod, from the start
  int replicas_min = 0;           // minReplicaCount
};

/// What one poll does to the count. Moves `last_active_s` on.
[[nodiscard]] int keda_polled(const KedaActivation& rules, bool active, int current, double now_s,
                              std::optional<double>& last_active_s);

}  // namespace headroom::rivals
