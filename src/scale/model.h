// What was learned about each service: capacity of a replica, start-up times, growth of demand.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "scale/observation.h"
#include "scale/past_days.h"
#include "scale/rate_histogram.h"

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
  bool end_seen = false;   // more in flight was seen to bring no more, or to be late
  // With 90% confidence per_second() is within these; both 0: it was not learned.
  double low_per_second = 0;
  double high_per_second = 0;
  double age_s = 0;          // mean age of the attempts with about that many in flight
  double guessed_above = 0;  // with more in flight another version was seen; 0: none was

  /// Little's law: requests/s that a replica completes at that concurrency.
  [[nodiscard]] double per_second() const {
    return latency_s > 0 ? concurrency / latency_s : concurrency;
  }
  bool operator==(const Capacity&) const = default;
};

/// What was learned of a version that others serve beside or instead of (see versions.h).
struct VersionEvidence {
  std::string version;                // several, a space between: together, not told apart
  std::vector<LevelEvidence> levels;  // empty or level_count
  Capacity capacity;
  double unused_s = 0;  // since it served

  bool operator==(const VersionEvidence&) const = default;
};

/// How long attempts take by what is in flight, as Gunther's Universal Scalability Law has it:
/// alone_s × (1 + contention × (n − 1) + coherency × n × (n − 1)) (see scaling_law.h).
struct ScalingLaw {
  double alone_s = 0;     // with one in flight; 0: there is no law
  double contention = 0;  // α: what only one can do at a time
  double coherency = 0;   // β: what each has to wait for each other
  double seen = 0;        // the most in flight that it rests on
  double error = 0;       // of what is measured, relative, root of the mean square

  bool operator==(const ScalingLaw&) const = default;
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
  by_course,     // moments like this one, compared with what demand's course foretold
};

/// Shares of moments that may outgrow what is expected, at which estimators are scored: which of
/// them is best may differ between a share of a quarter and one of a thousandth.
constexpr std::array growth_shares{1.0 / 4, 1.0 / 16, 1.0 / 64, 1.0 / 256, 1.0 / 1024};
using ByShare = std::array<double, growth_shares.size()>;
using ByEstimator = std::array<ByShare, 3>;

/// How demand moves, as told at one moment (see course.h).
constexpr std::size_t course_features = 6;
using CourseFeatures = std::array<double, course_features>;

/// A regression of how far demand moves over the lead time beyond what the days before did, in
/// shares of it, on such features.
struct Course {
  std::array<double, course_features*(course_features + 1) / 2>
      products{};          // sums of features' products, the lower triangle by rows
  CourseFeatures moved{};  // and of their products with what demand did
  CourseFeatures coefficients{};
  double long_per_second = 0;  // mean of demand
  double long_s = 0;           // over so long, 600 s at most

  bool operator==(const Course&) const = default;
};

/// One moment whose lead time is not over yet.
struct GrowthMoment {
  double per_second = 0;  // demand then
  double age_s = 0;
  double highest_per_second = 0;  // of the latest means, about the end of its lead time
  double slope = 1;               // the situation then, see Situation in state.h
  double volatility = 0;
  double level_per_second = 0;
  double season_rise = 0;    // what the days before said it would rise by, requests/s
  double foretold_rise = 0;  // what its course did
  CourseFeatures features{};
  ByEstimator expected_per_second{};

  bool operator==(const GrowthMoment&) const = default;
};

/// By how many requests/s demand rose; a sample is one second.
struct GrowthRises {
  RateHistogram pooled;                // empty until the first sample
  std::map<int, RateHistogram> cells;  // by situation: slope × volatility × level

  bool operator==(const GrowthRises&) const = default;
};

/// How far demand rises within the lead time.
struct Growth {
  GrowthRises rises;                  // above demand at its begin
  GrowthRises rises_beyond_course;    // above that, moved as its course foretold
  RateHistogram levels;               // of demand; a sample is one second
  double prior_samples = 0;           // what the prior still counts for
  std::vector<GrowthMoment> pending;  // oldest first
  ByEstimator loss{};                 // in shares of demand, older ones counting less
  GrowthEstimator estimator{};        // the one in use
  Course course;
  double foretold_rise = 0;   // by it, requests/s, over the lead time from now
  double lead_s = 0;          // now
  double seen_over_s = 0;     // lead times that rises were seen over; their geometric mean
  double since_moment_s = 0;  // since the last moment was noted
  double since_decay_s = 0;   // since older samples were last made to count less

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

/// What comes again is told by two kinds of past days, each at some tolerances of time (see
/// repeat.h). Who tells proves itself: what comes on Mondays only is not told by all days alike.
constexpr std::size_t repeat_widths = 3;
constexpr std::size_t repeat_kinds = 2;  // days of the same class, days of the same weekday
constexpr std::size_t repeat_tellers = repeat_kinds * repeat_widths;
/// By kind, then width. Requests/s; 0 where nothing is foretold.
using ByTeller = std::array<double, repeat_tellers>;

/// What came of what was foretold in one half hour of the day, older ones counting less.
struct RepeatProof {
  double gain = 0;  // requests that would have been missed, less those bought for in vain
  double hits = 0;  // times that it came
  double told = 0;  // times that something was foretold

  bool operator==(const RepeatProof&) const = default;
};

/// Something foretold, from its first moment until it came or did not.
struct RepeatTelling {
  int half_hour = -1;           // in which it began; -1: nothing is being told
  double least_per_second = 0;  // that was foretold meanwhile
  double silent_s = 0;          // since it was foretold last
  bool came = false;

  bool operator==(const RepeatTelling&) const = default;
};

/// One moment at which something was foretold, until its lead time is over.
struct RepeatMoment {
  double age_s = 0;
  int half_hour = 0;
  double per_second = 0;  // demand then
  ByTeller foretold{};

  bool operator==(const RepeatMoment&) const = default;
};

/// What demand did in each minute of the last days, and how far it has foretold what came.
struct Repeat {
  PastDays days;                    // the newest is under way
  int minute = 0;                   // of it, under way
  bool near = false;                // whether some day rose about this time of the day
  std::vector<RepeatProof> proofs;  // by half hour × teller; empty until something was foretold
  std::array<RepeatTelling, repeat_tellers> tellings;
  std::vector<RepeatMoment> pending;  // oldest first
  double since_moment_s = 0;          // since the last of them was noted
  double unseen_s = 0;                // how long there has been no evidence
  double from_per_second = 0;         // demand now
  double expected_per_second = 0;     // foretold and believed; 0: nothing is

  bool operator==(const Repeat&) const = default;
};

constexpr std::size_t virtual_fleet_count = 14;
/// What they ordered, and needed, is remembered in so many parts of a lead time, of a scale-in
/// delay.
constexpr std::size_t start_parts = 8;
constexpr std::size_t hold_parts = 8;

/// Replicas as there would be, had another share of moments been allowed to outgrow their forecast
/// (see virtual_fleet.h).
struct VirtualFleet {
  double ready = 0;
  std::array<double, start_parts> starting{};  // newest first
  std::array<double, hold_parts> needs{};      // the largest in each part, newest first
  double in_flight = 0;                        // requests
  double queue = 0;                            // requests
  double missed = 0;                           // requests, older ones counting less
  double missed_lately = 0;                    // requests, of the last seconds

  bool operator==(const VirtualFleet&) const = default;
};

/// As many as there are shares that are tried, the boldest first.
struct VirtualFleets {
  std::vector<VirtualFleet> fleets;  // empty, or virtual_fleet_count
  double lived_s = 0;                // that their misses are of, older time counting less
  double requests = 0;               // in it
  double requests_lately = 0;        // of the last seconds
  double since_start_s = 0;          // of the part of a lead time under way
  double since_hold_s = 0;           // of the part of a scale-in delay under way

  bool operator==(const VirtualFleets&) const = default;
};

/// The account over objective.window, and what follows from it (see error_budget.h).
struct ErrorBudget {
  double share = 0;   // of moments that may outgrow their forecast; 0: nothing is known yet
  double ended = 0;   // requests, those of long ago counting less
  double missed = 0;  // of them
  double requests_per_day = 0;  // as of late
  double seen_s = 0;            // what that rests on, up to a day

  bool operator==(const ErrorBudget&) const = default;
};

/// A version of a service beside the one before it (see version_check.h).
struct VersionCheck {
  std::vector<LevelEvidence> block;   // the attempts under way; empty or level_count
  double block_s = 0;                 // so far
  double noise = 0;                   // mean square of what such blocks differ by; 0: not known
  double noise_attempts = 0;          // of so many
  double noise_carried = 0;           // the same, of their running mean over some minutes,
  double differed = 0;                // which is this
  std::vector<LevelEvidence> before;  // what the version before has shown; empty: no comparison
  std::string version;                // that serves alone and is compared; empty: several serve
  double serves_s = 0;
  double evidence = 0;   // for its being slower ÷ that for as quick, logarithm
  double log_ratio = 0;  // of its latency and that of the one before, mean of the last minutes
  double blocks = 0;     // that it is the mean of
  bool found = false;    // it is slower

  bool operator==(const VersionCheck&) const = default;
};

struct ServiceModel {
  std::vector<LevelEvidence> levels;  // empty or ByConcurrency::level_count
  Capacity capacity;
  double capacity_age_s = 0;  // since the curve was last looked at
  Suspicion suspicion;
  double service_time_s = 0;        // mean time of an attempt at an unloaded replica; 0 unknown
  std::vector<Duration> judged_by;  // what `late` of the levels was counted by; see ServicePolicy
  std::string serving_versions;     // what the levels are of; see VersionEvidence
  std::vector<VersionEvidence> other_versions;  // at most other_versions_max
  ScalingLaw scaling_law;
  VersionCheck version_check;
  std::string starting_version;    // of the youngest replica
  std::vector<double> startups_s;  // of that version, oldest first, at most startups_max
  double startup_before_s = 0;     // to plan with, of the version before; 0: none was seen
  double startup_s = 0;            // to plan with; 0: nothing known, not even a prior
  double lead_s = 0;               // decision → ready replica
  Season season;
  Repeat repeat;
  Growth growth;
  VirtualFleets virtual_fleets;
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
