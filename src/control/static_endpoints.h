// Services whose replicas somebody else runs: the addresses that the file gives, and their health.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/event.h"
#include "control/feed.h"
#include "control/supervisor/crew.h"
#include "core/result.h"
#include "gateway/replica.h"
#include "io/loop.h"
#include "spec/config.h"

namespace headroom::control {

/// Probes endpoints as the supervisor probes its replicas, but leaves their lives alone: one that
/// fails gets no requests until it is well again. Lives on the thread of its loop, hooks included.
class StaticEndpoints {
 public:
  struct Hooks {
    std::function<void()> on_health;  // add_to() would now tell another health
    std::function<void(const Event&)> on_event;
  };
  StaticEndpoints(io::Loop& loop, const supervisor::Timing& timing, Hooks hooks);
  ~StaticEndpoints();
  StaticEndpoints(const StaticEndpoints&) = delete;
  StaticEndpoints& operator=(const StaticEndpoints&) = delete;

  /// Probes the endpoints of `config` from now on; what was found of those that stay is kept.
  void configure(const spec::Config& config);

  /// Adds the endpoints of every service that lists them to `into`; replicas already in `previous`
  /// with the same address are kept, with their counters, and get the limit of `config`.
  [[nodiscard]] Result<> add_to(const spec::Config& config, Instant now,
                                const gateway::Endpoints& previous, gateway::Endpoints& into) const;

  /// How they look to the controller: ready since ever. Events are those since the last call.
  [[nodiscard]] ReplicasSeen look(const std::string& service,
                                  const std::vector<gateway::Endpoint>& endpoints, Instant now);

 private:
  class Checked;
  static constexpr std::size_t events_max = 100;
  void changed(const Event& event);

  io::Loop& loop_;
  supervisor::Timing timing_;
  Hooks hooks_;
  std::map<std::string, std::unique_ptr<Checked>> checked_;  // by id
  std::map<std::string, std::vector<std::string>> events_;   // by service, not yet looked at
};

}  // namespace headroom::control
