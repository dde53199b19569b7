// A gateway started in this process, told of replicas and asked for its counts.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "gateway/gateway.h"
#include "gateway/testing/client.h"
#include "gateway/testing/scripted_replica.h"

namespace headroom::gateway::testing {

using namespace std::chrono_literals;

/// One service "shop" with the route "/", no access log, one worker.
[[nodiscard]] inline spec::Config shop() {
  spec::Config config;
  spec::Service service;
  service.name = "shop";
  service.objective.latency = 20s;
  spec::Route route;
  route.name = "shop/";
  route.match.path = "/";
  route.objective = service.objective;
  route.timeouts = {.connect = 20s, .first_byte = 0ns, .total = 60s, .idle = 60s};
  service.routes.push_back(route);
  config.services.push_back(service);
  config.gateway.listen.front().address = "127.0.0.1:0";
  config.gateway.workers = 1;
  config.gateway.queue = {.length = 64, .wait = 20s};
  return config;
}
[[nodiscard]] inline spec::Route& route_of(spec::Config& config) {
  return config.services.front().routes.front();
}

class Front {
 public:
  explicit Front(spec::Config config = shop()) {
    auto started = Gateway::start(std::move(config));
    if (!started) check_failed(started.error().message.c_str(), __FILE__, __LINE__);
    gateway_ = std::move(*started);
  }
  Front(spec::Config config, const ScriptedReplica& replica) : Front(std::move(config)) {
    publish({replica.shared()});
  }

  [[nodiscard]] Gateway& gateway() { return *gateway_; }
  [[nodiscard]] Client client(int receive_buffer = 0) {
    return Client(gateway_->address(), receive_buffer);
  }

  /// Returns when all workers use the new set of the service "shop".
  void publish(const std::vector<std::shared_ptr<Replica>>& replicas, Duration cold_start = {}) {
    auto endpoints = std::make_shared<Endpoints>();
    endpoints->cold_starts["shop"] = cold_start;
    endpoints->epoch = ++epoch_;
    for (const auto& replica : replicas)
      endpoints->services["shop"].push_back({.replica = replica, .healthy = true});
    gateway_->publish(endpoints);
    CHECK(eventually([&] { return gateway_->acknowledged_epoch() == epoch_; }));
  }

  /// Everything since the start.
  const WorkerStats& totals() {
    total_.merge(gateway_->collect(patience).stats);
    return total_;
  }
  /// The route's counts once every arrival so far has ended and there are at least `arrivals`.
  const RouteStats& settled(std::uint64_t arrivals, const std::string& route = "shop/") {
    CHECK(eventually([&] {
      const RouteStats& stats = totals().routes.at(route);
      std::uint64_t ended = 0;
      for (const std::uint64_t count : stats.outcomes) ended += count;
      return stats.arrivals >= arrivals && ended == stats.arrivals;
    }));
    return total_.routes.at(route);
  }
  /// Whether this many requests come to wait for a replica.
  [[nodiscard]] bool waiting(std::int64_t count) {
    return eventually([&] {
      const Collected now = gateway_->collect(patience);
      total_.merge(now.stats);
      return now.gauges.waiting_for("shop") == count;
    });
  }
  void stop() { gateway_.reset(); }

 private:
  std::unique_ptr<Gateway> gateway_;
  std::uint64_t epoch_ = 0;
  WorkerStats total_;
};

}  // namespace headroom::gateway::testing
