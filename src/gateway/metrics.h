// What the gateway counted since the process began, as metrics.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/exposition.h"
#include "gateway/gateway.h"
#include "gateway/latency_buckets.h"
#include "gateway/stats.h"
#include "spec/config.h"

namespace headroom::gateway {

class Metrics {
 public:
  /// Adds what was collected while these services are in force.
  void add(const std::vector<spec::Service>& services, const Collected& collected);

  /// Every series of the services in force, with those of reasons that have not been seen yet. What
  /// is no longer in the file has none.
  void expose(Exposition& into) const;
  [[nodiscard]] const WorkerGauges& gauges() const { return gauges_; }

 private:
  void expose_route(const spec::Service& service, const spec::Route& route, Exposition& into) const;
  void expose_service(const spec::Service& service, Exposition& into) const;
  void expose_connections(Exposition& into) const;

  std::vector<spec::Service> services_;
  WorkerStats totals_;
  WorkerGauges gauges_;
  std::map<std::string, WithinObjective> within_;  // by route
};

}  // namespace headroom::gateway
