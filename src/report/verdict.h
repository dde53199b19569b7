// What a run amounts to: objectives met or not, what it cost, what else it could have cost, why.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/client.h"
#include "report/fleet.h"
#include "report/run.h"
#include "report/shortfall.h"

namespace headroom::report {

/// A change of replicas that mattered, with what happened around it.
struct Important {
  int number = 0;  // 1, 2, 3 in the order of time: its mark in the plots
  std::string service;
  WallTime at;     // of `decision`: `headroom explain --at` shows it
  double t_s = 0;  // the same, since the begin of the run
  int from = 0;
  int to = 0;                       // `from` where limits held the number
  std::uint64_t missed_around = 0;  // requests, from 10 s before to 15 s after
  // The step that is explained, of those that make up the change.
  int step_from = 0;
  scale::ServiceDecision decision;
};

/// "5 → 14 replicas", "held at 14 replicas".
[[nodiscard]] std::string change_text(const Important& one);
/// "its largest step, 7 → 12", where the change has several; else nothing.
[[nodiscard]] std::string step_text(const Important& one);

/// How many decisions are explained.
constexpr std::size_t important_max = 3;

/// The most important changes, in the order of time. Steps in one direction within 5 s of each
/// other are one change; a time in which a limit held the number counts, too. Weight: (replicas
/// changed + replicas held back) × (1 + requests missed around it).
[[nodiscard]] std::vector<Important> important_changes(const Run& run);

struct ServiceVerdict {
  std::string service;
  scale::ServicePolicy policy;
  Counts counts;
  bool by_client = false;       // counts are the client's, not the gateway's
  std::string broken;           // what the objective does not permit, in words; empty: it was met
  bool met = false;             // misses within what the objective permits, sheds and failures, too
  double worst_share = 0;       // missed in the worst five minutes, as the gateway counted
  double longest_spell_s = 0;   // longest run of 10 s with more than spell_share missed in each
  double spell_share = 0.01;    // 1%, or what the objective permits where that is more
  Reasons reasons;              // as the gateway counted them
  std::optional<double> p99_s;  // of the client, when it tells

  double replica_hours = 0;  // of every replica alive, also starting and draining ones
  int replicas_most = 0;
  std::optional<int> fixed_fleet;  // estimated
  std::string fixed_unknown;       // why there is none
  double fixed_hours = 0;
  std::optional<double> clairvoyant_hours;  // estimated
  double cost = 0;                          // replica-hours × cost_per_hour
  Station station;                          // what the estimates rest on
  scale::Capacity capacity;
  std::string basis;                   // where it comes from and how sure it is, in words
  std::optional<Shortfall> shortfall;  // of an objective that was missed

  /// Replica-hours used as a share of the fixed fleet's.
  [[nodiscard]] std::optional<double> ratio() const {
    if (!fixed_fleet || fixed_hours <= 0) return std::nullopt;
    return replica_hours / fixed_hours;
  }
};

struct Verdict {
  WallTime from;
  WallTime to;
  Duration set_back{};  // by how much the clock was; `to` is as if it had not been
  /// The machine itself was the limit: its CPU was above `saturated_cpu` in more than
  /// `saturated_share` of the ticks. Then `met` says nothing about headroom.
  bool saturated = false;
  double cpu_mean = -1;  // -1: unknown
  double cpu_share_above = 0;
  std::vector<ServiceVerdict> services;
  std::vector<Important> important;

  [[nodiscard]] bool met() const {
    for (const auto& service : services)
      if (!service.met) return false;
    return true;
  }
};

constexpr double saturated_cpu = 0.7;
constexpr double saturated_share = 0.1;

[[nodiscard]] Verdict judge(const Run& run, const std::vector<ClientResult>& client);

/// That the clock was set back and what the times mean then; empty: it was not.
[[nodiscard]] std::string set_back_text(const Verdict& verdict);
/// Lines of at most `width` columns (at least 40).
[[nodiscard]] std::vector<std::string> verdict_text(const Verdict& verdict, std::size_t width);
[[nodiscard]] nlohmann::ordered_json verdict_json(const Verdict& verdict);

/// How the estimates were made, a sentence each.
[[nodiscard]] std::vector<std::string> methods();

}  // namespace headroom::report
