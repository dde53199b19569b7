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
  return {.of = "an estimator of growth", .last = GrowthEstimator::by_course};
}

static void fields(Is<LevelEvidence> auto& v, auto visit) {
  auto& [attempts, late, latency_s] = v;
  visit("attempts", attempts);
  visit("late", late);
  visit("latency_s", latency_s);
}

static void fields(Is<Capacity> auto& v, auto visit) {
  auto& [basis, concurrency, latency_s, proven, late_alone, attempts, end_seen, low_per_second,
         high_per_second, age_s, guessed_above] = v;
  visit("basis", basis);
  visit("concurrency", concurrency);
  visit("latency_s", latency_s);
  visit("proven", proven);
  visit("late_alone", late_alone);
  visit("attempts", attempts);
  visit("end_seen", end_seen);
  visit("low_per_second", low_per_second);
  visit("high_per_second", high_per_second);
  visit("age_s", age_s);
  visit("guessed_above", guessed_above);
}

static void fields(Is<VersionEvidence> auto& v, auto visit) {
  auto& [version, levels, capacity, unused_s] = v;
  visit("version", version);
  visit("levels", levels);
  visit("capacity", capacity);
  visit("unused_s", unused_s);
}

static void fields(Is<ScalingLaw> auto& v, auto visit) {
  auto& [alone_s, contention, coherency, seen, error] = v;
  visit("alone_s", alone_s);
  visit("contention", contention);
  visit("coherency", coherency);
  visit("seen", seen);
  visit("error", error);
}

static void fields(Is<Suspicion> auto& v, auto visit) {
  auto& [attempts, late, lasts_s] = v;
  visit("attempts", attempts);
  visit("late", late);
  visit("lasts_s", lasts_s);
}

static void fields(Is<Course> auto& v, auto visit) {
  auto& [products, moved, coefficients, long_per_second, long_s] = v;
  visit("products", products);
  visit("moved", moved);
  visit("coefficients", coefficients);
  visit("long_per_second", long_per_second);
  visit("long_s", long_s);
}

static void fields(Is<GrowthMoment> auto& v, auto visit) {
  auto& [per_second, age_s, highest_per_second, slope, volatility, level_per_second, season_rise,
         foretold_rise, features, expected_per_second] = v;
  visit("per_second", per_second);
  visit("age_s", age_s);
  visit("highest_per_second", highest_per_second);
  visit("slope", slope);
  visit("volatility", volatility);
  visit("level_per_second", level_per_second);
  visit("season_rise", season_rise);
  visit("foretold_rise", foretold_rise);
  visit("features", features);
  visit("expected_per_second", expected_per_second);
}

static void fields(Is<RateHistogram> auto& v, auto visit) {
  auto& [at, thousandths] = v;
  visit("at", at);
  visit("thousandths", thousandths);
}

static void fields(Is<GrowthRises> auto& v, auto visit) {
  auto& [pooled, cells] = v;
  visit("pooled", pooled);
  visit("cells", cells);
}

static void fields(Is<Growth> auto& v, auto visit) {
  auto& [rises, rises_beyond_course, levels, prior_samples, pending, loss, estimator, course,
         foretold_rise, lead_s, seen_over_s, since_moment_s, since_decay_s] = v;
  visit("rises", rises);
  visit("rises_beyond_course", rises_beyond_course);
  visit("levels", levels);
  visit("prior_samples", prior_samples);
  visit("pending", pending);
  visit("loss", loss);
  visit("estimator", estimator);
  visit("course", course);
  visit("foretold_rise", foretold_rise);
  visit("lead_s", lead_s);
  visit("seen_over_s", seen_over_s);
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

static void fields(Is<PastDay> auto& v, auto visit) {
  auto& [day, top, minutes, usual_rise, compared_with] = v;
  visit("day", day);
  visit("top", top);
  visit("minutes", minutes);
  visit("usual_rise", usual_rise);
  visit("compared_with", compared_with);
}

static void fields(Is<RepeatProof> auto& v, auto visit) {
  auto& [gain, hits, told] = v;
  visit("gain", gain);
  visit("hits", hits);
  visit("told", told);
}

static void fields(Is<RepeatTelling> auto& v, auto visit) {
  auto& [half_hour, least_per_second, silent_s, came] = v;
  visit("half_hour", half_hour);
  visit("least_per_second", least_per_second);
  visit("silent_s", silent_s);
  visit("came", came);
}

static void fields(Is<RepeatMoment> auto& v, auto visit) {
  auto& [age_s, half_hour, per_second, foretold] = v;
  visit("age_s", age_s);
  visit("half_hour", half_hour);
  visit("per_second", per_second);
  visit("foretold", foretold);
}

static void fields(Is<Repeat> auto& v, auto visit) {
  auto& [days, minute, near, proofs, tellings, pending, since_moment_s, unseen_s, from_per_second,
         expected_per_second] = v;
  visit("days", days);
  visit("minute", minute);
  visit("near", near);
  visit("proofs_of_tellers", proofs);  // not as those of before, which had no kinds of days
  visit("told_by_tellers", tellings);
  visit("moments_of_tellers", pending);
  visit("since_moment_s", since_moment_s);
  visit("unseen_s", unseen_s);
  visit("from_per_second", from_per_second);
  visit("expected_per_second", expected_per_second);
}

static void fields(Is<VirtualFleet> auto& v, auto visit) {
  auto& [ready, starting, needs, in_flight, queue, missed, missed_lately] = v;
  visit("ready", ready);
  visit("starting", starting);
  visit("needs", needs);
  visit("in_flight", in_flight);
  visit("queue", queue);
  visit("missed", missed);
  visit("missed_lately", missed_lately);
}

static void fields(Is<VirtualFleets> auto& v, auto visit) {
  auto& [fleets, lived_s, requests, requests_lately, since_start_s, since_hold_s] = v;
  visit("fleets", fleets);
  visit("lived_s", lived_s);
  visit("requests", requests);
  visit("requests_lately", requests_lately);
  visit("since_start_s", since_start_s);
  visit("since_hold_s", since_hold_s);
}

static void fields(Is<ErrorBudget> auto& v, auto visit) {
  auto& [share, ended, missed, requests_per_day, seen_s] = v;
  visit("share", share);
  visit("ended", ended);
  visit("missed", missed);
  visit("requests_per_day", requests_per_day);
  visit("seen_s", seen_s);
}

static void fields(Is<VersionCheck> auto& v, auto visit) {
  auto& [block, block_s, noise, noise_attempts, noise_carried, differed, before, version, serves_s,
         evidence, log_ratio, blocks, found] = v;
  visit("block", block);
  visit("block_s", block_s);
  visit("noise", noise);
  visit("noise_attempts", noise_attempts);
  visit("noise_carried", noise_carried);
  visit("differed", differed);
  visit("before", before);
  visit("version", version);
  visit("serves_s", serves_s);
  visit("evidence", evidence);
  visit("log_ratio", log_ratio);
  visit("blocks", blocks);
  visit("found", found);
}

static void fields(Is<ServiceModel> auto& v, auto visit) {
  auto& [levels, capacity, capacity_age_s, suspicion, service_time_s, judged_by, serving_versions,
         other_versions, scaling_law, version_check, starting_version, startups_s, startup_before_s,
         startup_s, lead_s, season, repeat, growth, virtual_fleets, error_budget] = v;
  visit("levels", levels);
  visit("capacity", capacity);
  visit("capacity_age_s", capacity_age_s);
  visit("suspicion", suspicion);
  visit("service_time_s", service_time_s);
  visit("judged_by", judged_by);
  visit("serving_versions", serving_versions);
  visit("other_versions", other_versions);
  visit("scaling_law", scaling_law);
  visit("version_check", version_check);
  visit("starting_version", starting_version);
  visit("startups_s", startups_s);
  visit("startup_before_s", startup_before_s);
  visit("startup_s", startup_s);
  visit("lead_s", lead_s);
  visit("season", season);
  visit("repeat", repeat);
  visit("demand_growth", growth);  // "growth" had bins that depended on the highest demand seen
  visit("virtual_fleets", virtual_fleets);
  visit("account", error_budget);  // "error_budget" was a loop that moved by a day's misses
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
  auto& [demand, outcomes, needs, events, repeats, situation, roughness, pid, unseen_s, fallen_s,
         replicas] = v;
  visit("demand", demand);
  visit("outcomes", outcomes);
  visit("needs", needs);
  visit("events", events);
  visit("repeats", repeats);
  visit("situation", situation);
  visit("roughness", roughness);
  visit("pid", pid);
  visit("unseen_s", unseen_s);
  visit("fallen_s", fallen_s);
  visit("replicas", replicas);
}

static void fields(Is<State> auto& v, auto visit) {
  auto& [services] = v;
  visit("services", services);
}

}  // namespace headroom::scale

namespace headroom::control {

template std::string encode(const scale::Model&);
template std::string encode(const scale::ServiceModel&);
template std::string encode(const scale::ServiceState&);
template std::string encode(const scale::State&);
template Result<scale::Model> decode(std::string_view);
template Result<scale::ServiceModel> decode(std::string_view);
template Result<scale::ServiceState> decode(std::string_view);
template Result<scale::State> decode(std::string_view);

}  // namespace headroom::control
