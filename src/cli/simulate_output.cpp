// What came of a simulated run, for programs and for people.
#include "cli/simulate_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "cli/score_requirement.h"
#include "core/text.h"
#include "prove/grid.h"
#include "report/layout.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::ordered_json;

double thousandths(double value) {
  return std::round(value * 1000) / 1000;
}

/// What differs from seed to seed.
Json seed_json(std::uint64_t seed, const prove::Score& score, double cost_per_hour) {
  return {{"seed", seed},
          {"missed_share", score.missed_share()},
          {"wanting_share", score.wanting_share()},
          {"worst_five_minutes_share", score.worst_share},
          {"longest_spell_s", score.longest_spell_s},
          {"replicas_peak", score.replicas_peak},
          {"replica_hours", score.replica_hours()},
          {"cost", score.replica_hours() * cost_per_hour}};
}

std::string seeds_text(const SimulateOrder& order) {
  if (order.seeds == 1) return fmt::format("seed {}", order.seed);
  return fmt::format("seeds {} to {}", order.seed,
                     order.seed + static_cast<std::uint64_t>(order.seeds) - 1);
}

std::string spell_text(double spell_s) {
  return format_duration(from_seconds(spell_s));
}

/// Requests: whole ones, as the fluid plant has parts of them.
std::string whole(double count) {
  return report::grouped(static_cast<std::uint64_t>(std::llround(count)));
}

/// What a rival is set to; empty for others.
std::string rival_text(const SimulateOptions& options, const SimulateOrder& order) {
  const rivals::Setting& setting = order.setting;
  if (prove::permits_misses(options.policy)) return {};
  if (options.policy == "fixed") return fmt::format("{} replicas", order.fleet());
  return fmt::format("target {:g}, stabilise {}{}", setting.target, spell_text(setting.stabilise_s),
                     setting.fresh_signal ? ", headroom's signal" : "");
}

/// One line of the table over all seeds.
std::string spread_line(const SimulateResult& result, std::string_view name,
                        const std::function<double(const prove::Score&)>& of,
                        const std::function<std::string(double)>& text) {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  double sum = 0;
  for (const prove::Score& score : result.by_seed) {
    const double value = of(score);
    least = std::min(least, value);
    most = std::max(most, value);
    sum += value;
  }
  const double mean = sum / static_cast<double>(result.by_seed.size());
  return fmt::format("{:<14} {:>10} {:>10} {:>10}\n", name, text(least), text(mean), text(most));
}

std::string spread_text(const SimulateResult& result, double cost_per_hour) {
  const auto amount = [](double value) { return fmt::format("{:.2f}", value); };
  const auto hours = [](const prove::Score& score) { return score.replica_hours(); };
  std::string out =
      fmt::format("\n{:<14} {:>10} {:>10} {:>10}\n",
                  fmt::format("over {} seeds", result.by_seed.size()), "lowest", "mean", "highest");
  out += spread_line(result, "missed", &prove::Score::missed_share, report::share_text);
  out += spread_line(result, "  wanting", &prove::Score::wanting_share, report::share_text);
  out += spread_line(result, "worst 5 min", &prove::Score::worst_share, report::share_text);
  out += spread_line(result, "longest spell", &prove::Score::longest_spell_s, spell_text);
  out += spread_line(result, "replica-hours", hours, amount);
  out += spread_line(
      result, "cost", [&](const prove::Score& score) { return hours(score) * cost_per_hour; },
      amount);
  return out;
}

/// The promise and whether it was kept, and what replicas were planned for where that is another.
std::string objective_text(const prove::Score& score, const spec::Objective& objective) {
  const std::string broken = broken_text(score, objective);
  std::string text =
      fmt::format("p{:g} within {:.4g} ms, {}", 100 * objective.quantile,
                  1e3 * seconds(objective.latency), broken.empty() ? "met" : "MISSED: " + broken);
  if (objective.misses > 0)
    text += fmt::format("; planned to miss {}", report::share_text(objective.misses));
  return text;
}

std::string files_text(const SimulateOptions& options, const SimulateOrder& order) {
  std::string out;
  if (!options.report.empty())
    out += fmt::format("report         {}\n",
                       std::filesystem::absolute(options.report).lexically_normal().string());
  if (!options.journal.empty())
    out += fmt::format("journal        headroom explain -j {} --service {} --last\n",
                       options.journal, order.policy().service);
  return out;
}

}  // namespace

std::string to_json(const SimulateResult& result, const SimulateOptions& options,
                    const SimulateOrder& order) {
  const prove::Scenario& scenario = order.scenario;
  const prove::Score score = result.all.per_run();
  Json out = {{"service", order.policy().service},
              {"trace", options.trace.file},
              {"scale", order.factor},
              {"workload", scenario.workload.name},
              {"objective_ms", 1e3 * scenario.workload.objective_s},
              {"objective_quantile", order.policy().objective.quantile},
              {"startup_s", scenario.world.startup.mean_s},
              {"policy", options.policy},
              {"plant", options.plant},
              {"seed", order.seed},
              {"seeds", order.seeds}};
  if (options.policy == "fixed")
    out["setting"] = {{"replicas", order.fleet()}};
  else if (!prove::permits_misses(options.policy))
    out["setting"] = {{"target", order.setting.target},
                      {"stabilise_s", order.setting.stabilise_s},
                      {"fresh_signal", order.setting.fresh_signal}};
  out["scored_s"] = static_cast<std::int64_t>(score.scored_s);
  out["requests"] = thousandths(score.requests);
  out["missed"] = thousandths(score.missed());
  out["missed_share"] = score.missed_share();
  const std::string broken = broken_text(score, order.policy().objective);
  out["objective_met"] = broken.empty();
  out["broken"] = broken.empty() ? Json() : Json(broken);
  out["wanting"] = thousandths(score.wanting());
  out["wanting_share"] = score.wanting_share();
  out["failed"] = thousandths(score.failed);
  out["shed"] = thousandths(score.shed);
  out["late"] = thousandths(score.late);
  out["late_alone"] = thousandths(score.late_alone);
  out["worst_five_minutes_share"] = score.worst_share;
  out["longest_spell_s"] = score.longest_spell_s;
  out["replicas_peak"] = score.replicas_peak;
  out["replicas_mean"] = score.replicas_mean();
  out["replica_hours"] = score.replica_hours();
  out["cost"] = score.replica_hours() * order.cost_per_hour;
  out["latency_ms"] = {{"p50", 1e3 * score.p50_s},
                       {"p95", 1e3 * score.p95_s},
                       {"p99", 1e3 * score.p99_s},
                       {"p999", 1e3 * score.p999_s}};
  out["scale_out"] = score.scale_out;
  out["scale_in"] = score.scale_in;
  out["by_seed"] = Json::array();
  for (std::size_t i = 0; i < result.by_seed.size(); ++i)
    out["by_seed"].push_back(seed_json(order.seed + i, result.by_seed[i], order.cost_per_hour));
  return out.dump(2);
}

std::string to_text(const SimulateResult& result, const SimulateOptions& options,
                    const SimulateOrder& order, std::size_t width) {
  const prove::Scenario& scenario = order.scenario;
  const spec::Objective& objective = order.policy().objective;
  const prove::Score score = result.all.per_run();
  std::string out;
  const std::string head =
      fmt::format("{} on {} × {:.4g}, workload {}, start-up {:g} s, {} plant, {}", options.policy,
                  options.trace.file, order.factor, scenario.workload.name,
                  scenario.world.startup.mean_s, options.plant, seeds_text(order));
  for (const std::string& part : report::wrap(head, width)) out += part + "\n";
  static constexpr std::size_t indent = 15;
  const auto line = [&out, width](std::string_view name, const std::string& text) {
    const auto parts = report::wrap(text, std::max(width, 2 * indent) - indent);
    for (std::size_t i = 0; i < parts.size(); ++i)
      out += fmt::format("{:<{}}{}\n", i == 0 ? name : "", indent, parts[i]);
  };
  if (const std::string setting = rival_text(options, order); !setting.empty())
    line("setting", setting);
  line("objective", objective_text(score, objective));
  line("requests", fmt::format("{} in {}", whole(score.requests), spell_text(score.scored_s)));
  line("missed",
       fmt::format("{} ({}): {} late, {} shed, {} failed", whole(score.missed()),
                   report::share_text(score.missed_share()), whole(score.late + score.late_alone),
                   whole(score.shed), whole(score.failed)));
  line("  wanting", fmt::format("{} ({}) for want of replicas; the others, {}, are late by their "
                                "service time alone",
                                whole(score.wanting()), report::share_text(score.wanting_share()),
                                whole(score.late_alone)));
  line("worst 5 min", fmt::format("{} wanting", report::share_text(score.worst_share)));
  line("longest spell",
       fmt::format("{} with more than 1% wanting", spell_text(score.longest_spell_s)));
  line("replicas",
       fmt::format("{:g} at most, {:.2f} on average", score.replicas_peak, score.replicas_mean()));
  line("replica-hours", fmt::format("{:.2f}, cost {:.2f}", score.replica_hours(),
                                    score.replica_hours() * order.cost_per_hour));
  line("latency",
       fmt::format("p50 {:.4g} ms, p95 {:.4g}, p99 {:.4g}, p99.9 {:.4g}", 1e3 * score.p50_s,
                   1e3 * score.p95_s, 1e3 * score.p99_s, 1e3 * score.p999_s));
  line("scaling", fmt::format("{} out, {} in", score.scale_out, score.scale_in));
  out += files_text(options, order);
  if (order.seeds > 1) out += spread_text(result, order.cost_per_hour);
  return out;
}

}  // namespace headroom::cli
