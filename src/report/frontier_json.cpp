// A comparison as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/frontier.h"

namespace headroom::report {
namespace {

using Json = nlohmann::ordered_json;

Json case_json(const prove::Case& of) {
  return {{"trace", of.trace},
          {"family", of.family},
          {"part", of.part},
          {"workload", of.workload},
          {"startup_s", of.startup_s}};
}

prove::Setting setting_of(const std::string& policy, const Json& json) {
  for (const char* only : {"permitted_share", "share_of_max"})
    if (json.contains(only)) return {.policy = policy, .target = json.at(only).get<double>()};
  return {.policy = policy,
          .target = json.at("target").get<double>(),
          .stabilise_s = json.at("stabilise_s").get<double>(),
          .fresh_signal = json.at("signal").get<std::string>() == "1s",
          .floor = json.at("floor_share").get<double>()};
}

Json cost_json(const prove::Curve& curve, double permitted) {
  Json out = Json::object();
  for (const double share : prove::shares_with(permitted)) {
    const auto cost = prove::cost_at(curve.frontier, share);
    out[fmt::format("{:g}", share)] = cost ? Json(*cost) : Json();
  }
  return out;
}

Json comparison_json(const prove::Comparison& one) {
  return {{"startup_s", one.startup_s},
          {"part", one.part.empty() ? "all" : one.part},
          {"missed_share", one.missed_share},
          {"against", one.against},
          {"cost_ratio", one.cases > 0 ? Json(one.ratio) : Json()},
          {"range_90", one.has_range() ? Json{one.low, one.high} : Json()},
          {"cases", one.cases},
          {"families", one.families},
          {"seeds", one.seeds},
          {"kept", one.kept ? Json(*one.kept) : Json()},
          {"headroom_cannot_reach", one.headroom_short},
          {"other_cannot_reach", one.other_short},
          {"neither_can_reach", one.both_short},
          {"worst", {{"case", one.worst_case}, {"cost_ratio", one.worst_ratio}}},
          {"worst_family", {{"family", one.worst_family}, {"cost_ratio", one.worst_family_ratio}}}};
}

Json ranking_json(const prove::Ranking& ranking, const Yardstick& yardstick) {
  Json out = case_json(ranking.of);
  out["policies"] = Json::array();
  for (const prove::Standing& one : ranking.policies) {
    Json row = {{"policy", one.run->setting.policy},
                {"setting", setting_json(one.run->setting)},
                {"tried", one.tried},
                {"met", one.met}};
    const prove::Score score = one.run->score.per_run();
    row.update(score_json(score));
    if (yardstick.cost_per_hour) row["cost"] = score.replica_hours() * *yardstick.cost_per_hour;
    out["policies"].push_back(std::move(row));
  }
  return out;
}

}  // namespace

Json setting_json(const prove::Setting& setting) {
  if (setting.policy == "headroom" || setting.policy == "oracle")
    return {{"permitted_share", setting.target}};
  if (setting.policy == "fixed") return {{"share_of_max", setting.target}};
  return {{"target", setting.target},
          {"stabilise_s", setting.stabilise_s},
          {"signal", setting.fresh_signal ? "1s" : "own"},
          {"floor_share", setting.floor}};
}

Json score_json(const prove::Score& score) {
  return {{"runs", score.runs},
          {"scored_s", score.scored_s},
          {"requests", score.requests},
          {"missed_share", score.missed_share()},
          {"wanting_share", score.wanting_share()},
          {"worst_five_minutes_share", score.worst_share},
          {"failed", score.failed},
          {"shed", score.shed},
          {"late", score.late},
          {"late_alone", score.late_alone},
          {"replica_hours", score.replica_hours()},
          {"replicas_peak", score.replicas_peak},
          {"scale_out", score.scale_out},
          {"scale_in", score.scale_in},
          {"longest_spell_s", score.longest_spell_s},
          {"latency_ms",
           {{"p50", score.p50_s * 1e3},
            {"p95", score.p95_s * 1e3},
            {"p99", score.p99_s * 1e3},
            {"p999", score.p999_s * 1e3}}}};
}

Json trial_json(const prove::Trial& trial) {
  Json out = case_json(trial.of);
  out["policy"] = trial.setting.policy;
  out["setting"] = setting_json(trial.setting);
  out["objective_s"] = trial.objective_s;
  out["replicas_min"] = trial.replicas_min;
  out["replicas_max"] = trial.replicas_max;
  out["bin_s"] = trial.bin_s;
  out["service_factor"] = trial.service_factor;
  out.update(score_json(trial.score));
  return out;
}

Result<prove::Trial> parse_trial(const Json& json) {
  try {
    prove::Trial trial;
    trial.of = {json.at("trace").get<std::string>(), json.at("family").get<std::string>(),
                json.at("part").get<std::string>(), json.at("workload").get<std::string>(),
                json.at("startup_s").get<double>()};
    trial.setting = setting_of(json.at("policy").get<std::string>(), json.at("setting"));
    trial.objective_s = json.at("objective_s").get<double>();
    trial.replicas_min = json.at("replicas_min").get<int>();
    trial.replicas_max = json.at("replicas_max").get<int>();
    trial.bin_s = json.at("bin_s").get<double>();
    trial.service_factor = json.at("service_factor").get<double>();
    prove::Score& score = trial.score;
    score.runs = json.at("runs").get<int>();
    score.scored_s = json.at("scored_s").get<double>();
    score.worst_share = json.at("worst_five_minutes_share").get<double>();
    score.replicas_peak = json.at("replicas_peak").get<double>();
    score.requests = json.at("requests").get<double>();
    score.failed = json.at("failed").get<double>();
    score.shed = json.at("shed").get<double>();
    score.late = json.at("late").get<double>();
    score.late_alone = json.at("late_alone").get<double>();
    score.replica_seconds = 3600 * json.at("replica_hours").get<double>();
    score.scale_out = json.at("scale_out").get<int>();
    score.scale_in = json.at("scale_in").get<int>();
    score.longest_spell_s = json.at("longest_spell_s").get<double>();
    const Json& latency = json.at("latency_ms");
    score.p50_s = latency.at("p50").get<double>() / 1e3;
    score.p95_s = latency.at("p95").get<double>() / 1e3;
    score.p99_s = latency.at("p99").get<double>() / 1e3;
    score.p999_s = latency.at("p999").get<double>() / 1e3;
    return trial;
  } catch (const Json::exception& error) {
    return fail(ErrorCode::invalid,
                fmt::format("is no run of a comparison: {}", printable(error.what(), 200)));
  }
}

Json yardstick_json(const Yardstick& yardstick) {
  const auto& price = yardstick.cost_per_hour;
  return {{"service", yardstick.service.empty() ? Json() : Json(yardstick.service)},
          {"permitted_share", yardstick.permitted},
          {"cost_per_hour", price ? Json(*price) : Json()}};
}

Json frontier_json(std::span<const prove::Trial> trials, const Yardstick& yardstick,
                   const std::vector<prove::Comparison>& summary) {
  Json out;
  out["judged_by"] = yardstick_json(yardstick);
  out["ranking"] = Json::array();
  for (const prove::Ranking& ranking : prove::rankings(trials, yardstick.permitted))
    out["ranking"].push_back(ranking_json(ranking, yardstick));
  out["runs"] = Json::array();
  for (const prove::Trial& trial : trials) out["runs"].push_back(trial_json(trial));
  out["frontier"] = Json::array();
  for (const prove::Curve& curve : prove::curves_of(trials)) {
    Json one = case_json(curve.of);
    one["policy"] = curve.policy;
    one["signal"] = curve.fresh_signal ? "1s" : "own";
    one["points"] = Json::array();
    for (const prove::Outcome& point : curve.frontier)
      one["points"].push_back(
          {{"wanting_share", point.missed_share}, {"replica_hours", point.cost}});
    one["replica_hours_at"] = cost_json(curve, yardstick.permitted);
    out["frontier"].push_back(std::move(one));
  }
  out["summary"] = {{"unit", "headroom's replica-hours ÷ the other's"},
                    {"comparisons", Json::array()}};
  for (const prove::Comparison& one : summary)
    out["summary"]["comparisons"].push_back(comparison_json(one));
  return out;
}

}  // namespace headroom::report
