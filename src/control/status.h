// What the admin answers: the state of services as JSON, and gauges for metrics.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "control/feed.h"
#include "gateway/admin.h"
#include "gateway/metrics.h"
#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "spec/config.h"

namespace headroom::control {

/// Written by the control thread once a tick, read by the admin: a mutex between two slow threads.
class Status {
 public:
  /// Everything of one tick. `decisions` is empty where nothing is decided.
  void update(const spec::Config& config, const scale::Observations& seen,
              const scale::Model& model, const std::vector<scale::ServiceDecision>& decisions,
              const gateway::WorkerStats& counted);
  void set_journal(bool healthy, std::string problem);
  /// Client connections there may be. Whether there were others before.
  bool set_connections_limit(std::int64_t limit);

  /// What the admin answers to a GET of `path`. `leaving`: this process ends and nobody follows.
  [[nodiscard]] gateway::AdminAnswer answer(std::string_view path, bool leaving) const;

  [[nodiscard]] std::string services_json() const;
  [[nodiscard]] std::string metrics() const;
  /// Every service that must have replicas has one that is ready.
  [[nodiscard]] bool ready() const;

 private:
  struct Entry {
    spec::Objective objective;
    int replicas_min = 0;
    scale::ServiceSeen seen;
    scale::Capacity capacity;
    double startup_s = 0;
    int wanted = -1;
    std::string last_change;  // the summary of the last decision that changed the number
    std::string last_change_at;
    std::string summary;

    /// Replicas that nobody knows of for a tick are taken to be those seen before.
    void look(const scale::ServiceSeen& now);
  };

  mutable std::mutex mutex_;
  gateway::WorkerStats totals_;
  std::map<std::string, Entry> services_;
  Now started_{};
  Now now_{};
  double dt_s_ = 1;
  double machine_cpu_ = -1;
  spec::Mode mode_ = spec::Mode::act;
  std::int64_t connections_limit_ = 0;
  bool journal_healthy_ = true;
  std::string journal_problem_;
};

}  // namespace headroom::control
