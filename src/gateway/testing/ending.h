// What tests of how requests end share: a route's only outcome, a gate, an address without a route.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "gateway/testing/front.h"

namespace headroom::gateway::testing {

/// All requests of the route "shop/" so far ended like this.
inline const RouteStats& only(Front& front, std::uint64_t arrivals, Outcome outcome,
                              const std::string& reason = "") {
  const RouteStats& stats = front.settled(arrivals);
  EXPECT_EQ(stats.of(outcome), arrivals) << name(outcome);
  if (!reason.empty()) {
    EXPECT_EQ(stats.reasons.size(), 1U);
    EXPECT_EQ(stats.reasons.count(reason), 1U) << reason;
  }
  return stats;
}

/// Connecting to it fails within the call: no route leads to the broadcast address over TCP.
inline std::shared_ptr<Replica> nowhere() {
  return std::make_shared<Replica>("nowhere", *io::Address::parse("255.255.255.255:1"), Instant{},
                                   1);
}

/// A way of running replicas, of which only the time to drain counts here.
inline spec::Run draining_within(Duration drain) {
  spec::Run run;
  run.drain = drain;
  return run;
}

/// Holds every request until it is told to let go, then answers.
class Gate {
 public:
  [[nodiscard]] ScriptedReplica::Script script() {
    return [this](Talk& talk) {
      while (const auto request = talk.request()) {
        if (!pass()) return;
        if (!talk.wire.send(ok(request->start))) return;
      }
    };
  }
  /// Held until it is told to let go; false when it never is.
  bool pass() {
    ++held_;
    if (!eventually([&] { return open_.load(); })) return false;
    --held_;
    return true;
  }
  void open() { open_ = true; }
  [[nodiscard]] bool holds(int count) {
    return eventually([&] { return held_ == count; });
  }
  ~Gate() { open(); }

 private:
  std::atomic<bool> open_{false};
  std::atomic<int> held_{0};
};

}  // namespace headroom::gateway::testing
