// What the probes of one ready replica add up to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "control/event.h"
#include "core/time.h"

namespace headroom::supervisor {

enum class ProbeOutcome : std::uint8_t {
  ok,         // 200
  unwilling,  // any other answer: it is alive and says that it cannot serve
  silent,     // no answer in time, refused, cut short or not HTTP
  unseen,     // this machine had no descriptor, port or memory to look: says nothing of the replica
};

struct HealthPolicy {
  int failures_to_eject = 3;                       // in a row
  Duration hung_after = std::chrono::seconds(10);  // of silence, then it is replaced
};

/// Three failures in a row eject a replica from balancing; one success brings it back. Only silence
/// makes it hung, to be replaced: an answer such as 503 often means that something behind the
/// service is down, and restarting every replica of a service would then make things worse. What
/// could not be seen changes nothing, and silence before it does not last through it.
class Health {
 public:
  explicit Health(const HealthPolicy& policy) : policy_(policy) {}

  void record(ProbeOutcome outcome, Instant now);

  [[nodiscard]] bool healthy() const { return failures_ < policy_.failures_to_eject; }
  [[nodiscard]] bool hung() const { return hung_; }

 private:
  HealthPolicy policy_;
  int failures_ = 0;
  bool hung_ = false;
  std::optional<Instant> silent_since_;
};

/// What a change of health means for balancing. `problem`: what the last failed probe found.
[[nodiscard]] control::Event health_event(std::string service, std::string replica,
                                          const Health& health, std::string_view problem);

}  // namespace headroom::supervisor
