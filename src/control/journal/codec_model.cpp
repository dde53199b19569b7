// The fields of what was learned and of what the next decision remembers; as in codec.cpp.
#include "control/journal/archive.h"
#include "control/journal/codec.h"
#include "scale/model.h"
#include "scale/state.h"

namespace headroom::scale {

using control::archive::Is;

static control::archive::Words<Basis> words_of(Basis) {
  return {.of = "a basis of capacity", .last = Basis::held};
}

static control::archive::Words<GrowthEstimator> words_of(GrowthEstimator) {
  return {.of = "an estimator of growth", .last = GrowthEstimator::by_season};
}

static void fields(Is<LevelEvidence> auto& v, auto visit) {
  auto& [attempts, late, latency_s] = v;
  visit("attempts", attempts);
  visit("late", late);
  visit("latency_s", latency_s);
}

static void fields(Is<Capacity> auto& v, auto visit) {
  auto& [basis, concurrency, latency_s, proven, late_alone, attempts] = v;
  visit("basis", basis);
  visit("concurrency", concurrency);
  visit("latency_s", latency_s);
  visit("proven", proven);
  visit("late_alone", late_alone);
  visit("attempts", attempts);
}

static void fields(Is<Suspicion> auto& v, auto visit) {
  auto& [attempts, late, lasts_s] = v;
  visit("attempts", attempts);
  visit("late", late);
  visit("lasts_s", lasts_s);
}

static void fields(Is<GrowthMoment> auto& v, auto visit) {
  auto& [per_second, age_s, highest_per_second, slope, volatility, level_per_second, season_rise,
         expected_per_second] = v;
  visit("per_second", per_second);
  visit("age_s", age_s);
  visit("highest_per_second", highest_per_second);
  visit("slope", slope);
  visit("volatility", volatility);
  visit("level_per_second", level_per_second);
  visit("season_rise", season_rise);
  visit("expected_per_second", expected_per_second);
}

static void fields(Is<GrowthRises> auto& v, auto visit) {
  auto& [pooled, cells] = v;
  visit("pooled", pooled);
  visit("cells", cells);
}

static void fields(Is<Growth> auto& v, auto visit) {
  auto& [rises, rises_beyond_season, unit_per_second, prior_samples, pending, loss, estimator,
         season_rise, peak_per_second, since_moment_s, since_decay_s] = v;
  visit("rises", rises);
  visit("rises_beyond_season", rises_beyond_season);
  visit("unit_per_second", unit_per_second);
  visit("prior_samples", prior_samples);
  visit("pending", pending);
  visit("loss", loss);
  visit("estimator", estimator);
  visit("season_rise", season_rise);
  visit("peak_per_second", peak_per_second);
  visit("since_moment_s", since_moment_s);
  visit("since_decay_s", since_decay_s);
}

static void fields(Is<Season> auto& v, auto visit) {
  auto& [days, day, bin, requests, seen_s] = v;
  visit("days", days);
  visit("day", day);
  visit("bin", bin);
  visit("requests", requests);
  visit("seen_s", seen_s);
}

static void fields(Is<ErrorBudget> auto& v, auto visit) {
  auto& [shift, requests_per_day, seen_s] = v;
  visit("shift", shift);
  visit("requests_per_day", requests_per_day);
  visit("seen_s", seen_s);
}

static void fields(Is<ServiceModel> auto& v, auto visit) {
  auto& [levels, capacity, capacity_age_s, suspicion, service_time_s, startups_s, startup_s, lead_s,
         season, growth, error_budget] = v;
  visit("levels", levels);
  visit("capacity", capacity);
  visit("capacity_age_s", capacity_age_s);
  visit("suspicion", suspicion);
  visit("service_time_s", service_time_s);
  visit("startups_s", startups_s);
  visit("startup_s", startup_s);
  visit("lead_s", lead_s);
  visit("season", season);
  visit("growth", growth);
  visit("error_budget", error_budget);
}

static void fields(Is<Model> auto& v, auto visit) {
  auto& [services] = v;
  visit("services", services);
}

static void fields(Is<DemandSample> auto& v, auto visit) {
  auto& [seconds, per_second] = v;
  visit("seconds", seconds);
  visit("per_second", per_second);
}

static void fields(Is<OutcomeSample> auto& v, auto visit) {
  auto& [seconds, ended, missed, came, left, there] = v;
  visit("seconds", seconds);
  visit("ended", ended);
  visit("missed", missed);
  visit("came", came);
  visit("left", left);
  visit("there", there);
}

static void fields(Is<NeedSample> auto& v, auto visit) {
  auto& [replicas, age_s] = v;
  visit("replicas", replicas);
  visit("age_s", age_s);
}

static void fields(Is<Situation> auto& v, auto visit) {
  auto& [slope, volatility, level_per_second] = v;
  visit("slope", slope);
  visit("volatility", volatility);
  visit("level_per_second", level_per_second);
}

static void fields(Is<PidState> auto& v, auto visit) {
  auto& [replicas, error] = v;
  visit("replicas", replicas);
  visit("error", error);
}

static void fields(Is<ServiceState> auto& v, auto visit) {
  auto& [demand, outcomes, needs, events, situation, roughness, pid, unseen_s, replicas] = v;
  visit("demand", demand);
  visit("outcomes", outcomes);
  visit("needs", needs);
  visit("events", events);
  visit("situation", situation);
  visit("roughness", roughness);
  visit("pid", pid);
  visit("unseen_s", unseen_s);
  visit("replicas", replicas);
}

static void fields(Is<State> auto& v, auto visit) {
  auto& [services] = v;
  visit("services", services);
}

}  // namespace headroom::scale

namespace headroom::control {

template std::string encode(const scale::Model&);
template std::string encode(const scale::State&);
template Result<scale::Model> decode(std::string_view);
template Result<scale::State> decode(std::string_view);

}  // namespace headroom::control
