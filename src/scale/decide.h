// The decision engine: learn → decide → allocate; pure, the same live, in replay and simulated.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "scale/state.h"

namespace headroom::scale {

/// What one service asks for before the services are weighed against each other.
struct Proposal {
  ServiceDecision decision;
  int from = 0;   // the decision before, or what stood at the first look
  int floor = 0;  // allocation never goes below: min, or what stands when nothing may be lowered
  ServiceState next;

  bool operator==(const Proposal&) const = default;
};

/// In the order of the policy's services.
struct Proposals {
  std::vector<Proposal> services;

  bool operator==(const Proposals&) const = default;
};

struct Decisions {
  std::vector<ServiceDecision> services;  // in the order of the policy
  State next;

  bool operator==(const Decisions&) const = default;
};

struct Step {
  Model model;
  Decisions decisions;

  bool operator==(const Step&) const = default;
};

/// The model with one tick more. `state` is the one before the tick: it holds recent demand.
[[nodiscard]] Model learn(const Policy& policy, Model model, const State& state,
                          const Observations& seen);

/// Whether a decision carries its reasons, counterfactuals and summary. Sweeps of the simulator
/// do without: the numbers are the same, at a third of the time.
enum class Explain : bool { no, yes };

/// Needs → shape → bound for each service by itself. Requires: `model` has learned `seen`.
/// With `state` and `model` equal, more arrivals never give fewer replicas; missing evidence
/// never gives fewer than the last decision within the policy's bounds.
[[nodiscard]] Proposals decide(const Policy& policy, const Model& model, const State& state,
                               const Observations& seen, Explain explain = Explain::yes);

/// One tick: learn, decide, allocate. The next tick takes `model` and `decisions.next`.
[[nodiscard]] Step step(const Policy& policy, Model model, const State& state,
                        const Observations& seen, Explain explain = Explain::yes);

}  // namespace headroom::scale
