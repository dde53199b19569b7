// What was learned about each service: capacity of a replica, start-up times, growth of demand.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "scale/observation.h"

namespace headroom::scale {

/// Attempts that were sent at one level of concurrency, older ones counting less.
struct LevelEvidence {
  double attempts = 0;
  double late = 0;       // over the objective's latency, or failed
  double latency_s = 0;  // sum

  bool operator==(const LevelEvidence&) const = default;
};

/// Where a capacity comes from.
enum class Basis : std::uint8_t {
  prior,    // nothing learned: headroom's own guess
  stated,   // nothing learned: the user's number
  learned,  // from attempts
  held,     // learned before; what is seen now cannot be explained by concurrency
};

/// What one replica carries with the objective still met.
struct Capacity {
  Basis basis = Basis::prior;
  double concurrency = 0;  // requests in flight; 0: nothing known, not even a prior
  double latency_s = 0;    // mean time of an attempt at that concurrency
  double proven = 0;       // the greatest concurrency with enough evidence of being in time
  double late_alone = 0;   // share late with the least in flight: replicas cannot change it
  double attempts = 0;     // what it rests on

  /// Little's law: requests/s that a replica completes at that concurrency.
  [[nodiscard]] double per_second() const {
    return latency_s > 0 ? concurrency / latency_s : concurrency;
  }
  bool operator==(const Capacity&) const = default;
};

/// Attempts within the proven concurrency over about the last 10 s. Many late ones there mean
/// that something other than concurrency makes them late.
struct Suspicion {
  double attempts = 0;
  double late = 0;
  double lasts_s = 0;  // how long it has held; 0: none

  bool operator==(const Suspicion&) const = default;
};

/// What growth is estimated from.
enum class GrowthEstimator : std::uint8_t {
  pooled,        // all moments alike
  by_situation,  // moments like this one
  by_season,     // moments like this one, compared with what the days before did
};

/// A figure for each estimator.
using ByEstimator = std::array<double, 3>;

/// One moment whose lead time is not over yet.
struct GrowthMoment {
  double per_second = 0;  // demand then
  double age_s = 0;
  double highest_per_second = 0;  // of the latest means, about the end of its lead time
  double slope = 1;               // the situation then, see Situation in state.h
  double volatility = 0;
  double level_per_second = 0;
  double season_rise = 0;  // what the days before said it would rise by
  ByEstimator expected_per_second{};

  bool operator==(const GrowthMoment&) const = default;
};

/// Histograms of rises (see rises.h); a sample is one second.
struct GrowthRises {
  std::vector<double> pooled;                // empty until the first sample
  std::map<int, std::vector<double>> cells;  // by situation: slope × volatility × level

  bool operator==(const GrowthRises&) const = default;
};

/// How far demand rises within the lead time.
struct Growth {
  GrowthRises rises;                  // above demand at its begin
  GrowthRises rises_beyond_season;    // above that, raised as on the days before
  double unit_per_second = 0;         // of the rises; 0: none yet
  double prior_samples = 0;           // what the prior still counts for
  std::vector<GrowthMoment> pending;  // oldest first
  ByEstimator loss{};                 // older ones counting less
  GrowthEstimator estimator{};        // the one in use
  double season_rise = 0;             // requests/s, over the lead time from now
  double peak_per_second = 0;         // highest demand lately, fading over weeks
  double since_moment_s = 0;          // since the last moment was noted
  double since_decay_s = 0;           // since older samples were last made to count less

  bool operator==(const Growth&) const = default;
};

/// Demand in each five minutes of the last days (see season.h).
struct Season {
  std::vector<std::vector<double>>
      days;              // requests/s by bin of a UTC day, oldest first; -1 unknown
  std::int64_t day = 0;  // the newest, counted from the Unix epoch
  int bin = 0;           // the one under way
  double requests = 0;   // in it so far
  double seen_s = 0;

  bool operator==(const Season&) const = default;
};

/// What the misses that came say about how careful to be (see error_budget.h).
struct ErrorBudget {
  double shift = 0;             // of the logit of the share of moments that may outgrow forecasts
  double requests_per_day = 0;  // as of late
  double seen_s = 0;            // what that rests on, up to a day

  bool operator==(const ErrorBudget&) const = default;
};

struct ServiceModel {
  std::vector<LevelEvidence> levels;  // empty or ByConcurrency::level_count
  Capacity capacity;
  double capacity_age_s = 0;  // since the curve was last looked at
  Suspicion suspicion;
  double service_time_s = 0;       // mean time of an attempt at an unloaded replica; 0 unknown
  std::vector<double> startups_s;  // observed, oldest first, at most startups_max
  double startup_s = 0;            // to plan with; 0: nothing known, not even a prior
  double lead_s = 0;               // decision → ready replica
  Season season;
  Growth growth;
  ErrorBudget error_budget;

  bool operator==(const ServiceModel&) const = default;
};

/// By service name. Services that are no longer in the policy are kept.
struct Model {
  std::map<std::string, ServiceModel> services;

  bool operator==(const Model&) const = default;
};

/// For a model that was stored and may have been damaged: whether every list has the length, and
/// every place in one lies within it, that learning and deciding rely on.
[[nodiscard]] Result<> well_formed(const Model& model);

}  // namespace headroom::scale
