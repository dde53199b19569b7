// What came of a simulated run, for programs and for people.
#include "cli/simulate_output.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace headroom::cli {
namespace {

double thousandths(double value) {
  return std::round(value * 1000) / 1000;
}

}  // namespace

std::string to_json(const prove::Score& score, const SimulateOptions& options,
                    const SimulateOrder& order) {
  const prove::Scenario& scenario = order.scenario;
  nlohmann::ordered_json out = {{"service", order.policy.service},
                                {"trace", options.trace.file},
                                {"scale", order.factor},
                                {"workload", scenario.workload.name},
                                {"objective_ms", 1e3 * scenario.workload.objective_s},
                                {"startup_s", scenario.world.startup.mean_s},
                                {"policy", options.policy},
                                {"plant", options.plant},
                                {"seed", order.seed}};
  if (options.policy != "headroom" && options.policy != "oracle")
    out["setting"] = {{"target", order.setting.target},
                      {"stabilise_s", order.setting.stabilise_s},
                      {"fresh_signal", order.setting.fresh_signal}};
  out["scored_s"] = scenario.demand.per_second.size() - scenario.demand.scored_from;
  out["requests"] = thousandths(score.requests);
  out["missed"] = thousandths(score.missed());
  out["missed_share"] = score.missed_share();
  out["failed"] = thousandths(score.failed);
  out["shed"] = thousandths(score.shed);
  out["late"] = thousandths(score.late);
  out["late_alone"] = thousandths(score.late_alone);
  out["replica_hours"] = score.replica_hours();
  out["cost"] = score.replica_hours() * order.cost_per_hour;
  out["latency_ms"] = {{"p50", 1e3 * score.p50_s},
                       {"p95", 1e3 * score.p95_s},
                       {"p99", 1e3 * score.p99_s},
                       {"p999", 1e3 * score.p999_s}};
  out["scale_out"] = score.scale_out;
  out["scale_in"] = score.scale_in;
  out["recovery_s_max"] = score.recovery_s;
  return out.dump(2);
}

std::string to_text(const prove::Score& score, const SimulateOptions& options,
                    const SimulateOrder& order) {
  const prove::Scenario& scenario = order.scenario;
  std::string out = fmt::format(
      "{} on {} × {:.4g}, workload {} within {:.4g} ms, start-up {:g} s, {} plant, seed {}\n",
      options.policy, options.trace.file, order.factor, scenario.workload.name,
      1e3 * scenario.workload.objective_s, scenario.world.startup.mean_s, options.plant,
      order.seed);
  out += fmt::format("requests       {:.0f}\n", score.requests);
  out +=
      fmt::format("missed         {:.0f} ({:.4g}%): {:.0f} late, {:.0f} shed, {:.0f} failed\n",
                  score.missed(), 100 * score.missed_share(), score.late, score.shed, score.failed);
  out += fmt::format("late alone     {:.0f}: their service time alone is over the objective\n",
                     score.late_alone);
  out += fmt::format("replica-hours  {:.2f}, cost {:.2f}\n", score.replica_hours(),
                     score.replica_hours() * order.cost_per_hour);
  out += fmt::format("latency        p50 {:.4g} ms, p95 {:.4g}, p99 {:.4g}, p99.9 {:.4g}\n",
                     1e3 * score.p50_s, 1e3 * score.p95_s, 1e3 * score.p99_s, 1e3 * score.p999_s);
  out += fmt::format("scaling        {} out, {} in\n", score.scale_out, score.scale_in);
  out += fmt::format("recovery       {:g} s: longest time with more than 1% missed\n",
                     score.recovery_s);
  return out;
}

}  // namespace headroom::cli
