// headroom's own engine as an autoscaler of a simulation: the code that decides live.
#pragma once

#include <memory>
#include <vector>

#include "prove/scenario.h"
#include "scale/decision.h"
#include "scale/model.h"
#include "scale/rivals/autoscaler.h"
#include "scale/state.h"

namespace headroom::prove {

/// Gets every decision of a run with what it rests on: what a journal keeps of a live one.
class DecisionRecord {
 public:
  DecisionRecord() = default;
  DecisionRecord(const DecisionRecord&) = delete;
  DecisionRecord& operator=(const DecisionRecord&) = delete;
  virtual ~DecisionRecord() = default;

  /// What the next decision is taken from.
  virtual void before(const scale::Policy& policy, const scale::Model& model,
                      const scale::State& state) = 0;
  virtual void decided(const scale::Observations& seen,
                       const std::vector<scale::ServiceDecision>& decisions) = 0;
};

/// With a record, which outlives it, decisions carry their reasons; the numbers are the same.
[[nodiscard]] std::unique_ptr<rivals::Autoscaler> headroom_autoscaler(
    scale::ServicePolicy policy, DecisionRecord* record = nullptr, SharedLimits limits = {});

}  // namespace headroom::prove
