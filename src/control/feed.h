// Puts together what the sources of a tick tell: requests, and replicas.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "control/standing.h"
#include "core/time.h"
#include "evidence/traffic.h"
#include "gateway/gateway.h"
#include "scale/observation.h"
#include "spec/config.h"

namespace headroom::control {

/// The replicas of one service and what happened to them, as the target of decisions reports it.
struct ReplicasSeen {
  std::vector<scale::ReplicaSeen> replicas;
  std::vector<std::string> events;
  bool rolling_out = false;  // see ServiceSeen
  Standing standing;
};

/// What was seen of services in a tick, from sources that tell at their own pace; remembers for
/// that what each usually tells.
class Feed {
 public:
  /// One service over the tick, see evidence::assemble().
  [[nodiscard]] scale::ServiceSeen look(const spec::Service& service,
                                        const gateway::Collected& collected, ReplicasSeen replicas,
                                        const evidence::Interval& tick);
  /// What is remembered of services that `config` does not name.
  void forget_others(const spec::Config& config);

 private:
  std::map<std::string, evidence::Usual> usual_;  // by service
};

}  // namespace headroom::control
