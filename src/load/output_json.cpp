// The JSON form of a load result.
#include <nlohmann/json.hpp>

#include "load/output.h"

namespace headroom::load {
namespace {

using Json = nlohmann::ordered_json;

Json latency_ms(const Tally& tally) {
  if (tally.latency.count() == 0)  // no answer has no latency, which is not 0
    return {
        {"p50", nullptr}, {"p90", nullptr}, {"p99", nullptr}, {"p999", nullptr}, {"max", nullptr}};
  return {{"p50", milliseconds(tally.quantile(0.5))},
          {"p90", milliseconds(tally.quantile(0.9))},
          {"p99", milliseconds(tally.quantile(0.99))},
          {"p999", milliseconds(tally.quantile(0.999))},
          {"max", milliseconds(tally.latency_max)}};
}

void put_counts(Json& out, const Tally& tally) {
  out["sent"] = tally.sent();
  out["ok"] = tally.ok();
  out["good"] = tally.good;
  out["late"] = tally.late;
  out["shed"] = tally.shed;
  out["failed"] = tally.failed;
  out["missed_share"] = tally.missed_share();
}

Json target_json(const TargetResult& target) {
  Json out = {{"target", target.name}};
  put_counts(out, target.tally);
  out["latency_ms"] = latency_ms(target.tally);
  if (target.objective)
    out["objective"] = {{"quantile", target.objective->quantile},
                        {"latency_ms", milliseconds(target.objective->latency)},
                        {"met", target.objective_met()}};
  return out;
}

Json row_json(const TimelineRow& row) {
  return {{"t", row.t_s},
          {"sent", row.sent()},
          {"good", row.good},
          {"late", row.late},
          {"shed", row.shed},
          {"failed", row.failed},
          {"p50_ms", milliseconds(row.p50)},
          {"p99_ms", milliseconds(row.p99)}};
}

Json generator_json(const LoadResult& result) {
  const Generator& generator = result.generator;
  const auto sent = static_cast<double>(result.total.sent());
  return {{"late_after_ms", milliseconds(generator.late_after)},
          {"lag_ms_max", milliseconds(generator.lag_max)},
          {"wake_ms_max", milliseconds(generator.wake_max)},
          {"waited_for_connection", generator.waited},
          {"connections_opened", generator.connections_opened},
          {"cpu_s", seconds(generator.cpu)},
          {"cpu_us_per_request", sent == 0 ? 0 : seconds(generator.cpu) * 1e6 / sent}};
}

}  // namespace

std::string to_json(const LoadResult& result) {
  Json out;
  put_counts(out, result.total);
  out["errors"] = Json::object();
  for (const auto& [reason, count] : result.errors) out["errors"][reason] = count;
  out["first_error"] = result.first_error;
  out["missed_schedule"] = result.generator.missed_schedule;
  out["latency_ms"] = latency_ms(result.total);
  out["duration_s"] = seconds(result.elapsed);
  out["requests_per_second"] =
      result.elapsed.count() == 0
          ? 0
          : static_cast<double>(result.total.sent()) / seconds(result.elapsed);
  out["started_unix_s"] = static_cast<double>(unix_ns(result.started)) / 1e9;
  out["seed"] = result.seed;
  out["interrupted"] = result.interrupted;
  out["generator"] = generator_json(result);
  out["targets"] = Json::array();
  for (const TargetResult& target : result.targets) out["targets"].push_back(target_json(target));
  out["timeline"] = Json::array();
  for (const TimelineRow& row : result.timeline) out["timeline"].push_back(row_json(row));
  return out.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace headroom::load
