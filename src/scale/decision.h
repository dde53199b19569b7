// The vocabulary of deciding: policy, model, state in; decisions with their reasons out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "scale/observation.h"
#include "scale/rule.h"
#include "spec/config.h"

namespace headroom::scale {

/// What one service may do and must reach; the part of headroom.yaml that decisions depend on.
struct ServicePolicy {
  std::string service;
  spec::Objective objective;
  spec::Replicas replicas;
  spec::Scale scale;
  Duration queue_wait = spec::Queue{}.wait;  // longest at the gateway, then a request is shed
  /// What the requests that are counted as late are held to, see judged_latencies(). Empty: the
  /// objective.
  std::vector<Duration> judged_by;

  static ServicePolicy from(const spec::Service& service, const spec::Queue& queue);
};

/// The latencies that the routes' requests are held to, shortest first, each once. Two counts of
/// late ones are of the same kind only where these are the same.
[[nodiscard]] std::vector<Duration> judged_latencies(const spec::Service& service);

struct Policy {
  std::vector<ServicePolicy> services;
  std::map<std::string, int> downstreams;
  std::optional<double> budget_per_hour;
  bool shadow = false;  // decisions are recorded and not applied

  static Policy from(const spec::Config& config);
};

/// One step of a decision: which rule, what it made of the number, and why, in words.
struct Reason {
  Rule rule = Rule::other;
  int replicas = 0;       // the number after this rule
  std::string text;       // "312 requests/s need 9.2 replicas of 34/s each"
  bool decisive = false;  // it changed the number
  /// Its name where the table of rules has none: a downstream's, a rival's; of another version's
  /// rule the stage before it, as "need/patience".
  std::string of{};

  [[nodiscard]] std::string_view stage() const;
  [[nodiscard]] std::string_view name() const;

  bool operator==(const Reason&) const = default;
};

/// What the decision would have been without one rule that bit.
struct Counterfactual {
  Rule without = Rule::other;
  int replicas = 0;
  std::string of{};  // as in Reason, but without a stage

  [[nodiscard]] std::string_view name() const;

  bool operator==(const Counterfactual&) const = default;
};

struct ServiceDecision {
  std::string service;
  int replicas = 0;  // wanted: starting and ready together
  int ready = 0;     // as observed
  int starting = 0;
  std::vector<Reason> reasons;
  std::vector<Counterfactual> counterfactuals;
  std::string summary;  // one line for people: "9 → 12: demand grew to 312/s; …"
  /// How many of the replicas each zone has, zone 1 first; empty where there is one zone.
  std::vector<int> zones;

  bool operator==(const ServiceDecision&) const = default;
};

}  // namespace headroom::scale
