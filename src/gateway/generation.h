// One validated configuration, whole: requests in flight keep the one they started with.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/result.h"
#include "gateway/router.h"
#include "spec/config.h"

namespace headroom::gateway {

/// Names a listener for the life of the process: connections outlive reloads of the file.
using ListenerId = std::uint32_t;

struct Generation {
  /// `ids` are those of `valid.gateway.listen`, in its order.
  Generation(std::uint64_t count, spec::Config valid, const std::vector<ListenerId>& ids)
      : number(count), config(std::move(valid)), routes(routes_of(config)) {
    CHECK(ids.size() == config.gateway.listen.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
      routers_.emplace(ids[i], Router(routes, config.gateway.listen[i]));
  }
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  /// Null when the listener is gone: nothing may be reached through it any more.
  [[nodiscard]] const Router* router(ListenerId listener) const {
    const auto found = routers_.find(listener);
    return found != routers_.end() ? &found->second : nullptr;
  }
  [[nodiscard]] bool trusts(const IpAddress& peer) const {
    return contains(config.gateway.trusted_proxies, peer);
  }

  const std::uint64_t number;
  const spec::Config config;
  const std::vector<RouteRef> routes;  // views config

 private:
  std::map<ListenerId, Router> routers_;  // view routes
};

}  // namespace headroom::gateway
