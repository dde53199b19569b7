// A fleet that never changes: what most services have, and what every autoscaler must beat.
#pragma once

#include "scale/rivals/autoscaler.h"

namespace headroom::rivals {

class FixedFleet final : public Autoscaler {
 public:
  explicit FixedFleet(int replicas) : replicas_(replicas) {}

  [[nodiscard]] int decide(const Now&, Duration, const scale::ServiceSeen&) override {
    return replicas_;
  }
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  int replicas_;
};

}  // namespace headroom::rivals
