// Settings, costs and missed shares of both parts in one table for each case.
#include "cli/tune_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/frontier.h"
#include "report/layout.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::ordered_json;
using report::left;
using report::right;

constexpr std::size_t missed_width = 9;  // " 0.00123%"
constexpr std::size_t cost_width = 10;
constexpr std::size_t figures_width = missed_width + cost_width;  // of one part

Json tuned_json(const Tuned& one, double permitted) {
  return {{"policy", one.setting.policy},
          {"setting", report::setting_json(one.setting)},
          {"tried", one.tried},
          {"met", one.searched.missed_share() <= permitted},
          {"searched", report::score_json(one.searched)},
          {"met_when_judged", one.judged.missed_share() <= permitted},
          {"judged", report::score_json(one.judged)}};
}

/// For an autoscaler in the words of the options of `headroom simulate`.
std::string setting_text(const Tuned& one, int replicas_max) {
  const prove::Setting& setting = one.setting;
  if (setting.policy == "fixed")
    return fmt::format("{} replicas", std::ceil(setting.target * replicas_max));
  if (setting.policy == "headroom" || setting.policy == "oracle")
    return fmt::format("permits {:.3g}%", 100 * setting.target);
  return fmt::format("target {:g}, stabilise {}", setting.target,
                     format_duration(from_seconds(setting.stabilise_s)));
}

std::string share_text(double share) {
  return share > 0 && share < 1e-5 ? "<0.001%" : fmt::format("{:.3g}%", 100 * share);
}

std::string figures(const prove::Score& score) {
  return right(share_text(score.missed_share()), missed_width) +
         right(fmt::format("{:.1f}", score.replica_hours()), cost_width);
}

struct Columns {
  std::size_t name = 0;
  std::size_t setting = 0;
};

Columns columns_of(const TuneResult& result, std::size_t width) {
  std::size_t name = std::string_view("headroom").size();
  for (const TunedCase& one : result.cases)
    for (const Tuned& tuned : one.policies) name = std::max(name, tuned.setting.policy.size());
  name += 2;
  return {name, std::clamp<std::size_t>(width - std::min(width, name + 2 * figures_width), 8, 28)};
}

std::string row(const Tuned& one, const TunedCase& of, const Columns& columns) {
  return left(one.setting.policy, columns.name) +
         left(setting_text(one, of.replicas_max), columns.setting) + figures(one.searched) +
         figures(one.judged);
}

std::string note(const Tuned& one, double permitted) {
  const std::string& policy = one.setting.policy;
  const bool met = one.searched.missed_share() <= permitted;
  const bool met_when_judged = one.judged.missed_share() <= permitted;
  if (!met && one.tried > 1)
    return fmt::format(
        "{}: none of {} settings misses as little as {:.3g}% where it was searched; shown is the "
        "one that missed least",
        policy, one.tried, 100 * permitted);
  if (met && !met_when_judged)
    return fmt::format("{}: kept to {:.3g}% where it was searched, not where it was judged", policy,
                       100 * permitted);
  return {};
}

std::string hours(std::size_t length_s) {
  return fmt::format("{:.3g} h", static_cast<double>(length_s) / 3600);
}

}  // namespace

std::string to_json(const TuneResult& result, const CaseOptions& options) {
  Json out = {{"permitted_share", result.permitted},
              {"plant", options.plant},
              {"seeds", options.seeds},
              {"results", Json::array()}};
  for (const TunedCase& one : result.cases) {
    Json found = {{"trace", one.of.trace},         {"workload", one.of.workload},
                  {"startup_s", one.of.startup_s}, {"searched_s", one.searched_s},
                  {"judged_s", one.judged_s},      {"policies", Json::array()}};
    for (const Tuned& tuned : one.policies)
      found["policies"].push_back(tuned_json(tuned, result.permitted));
    found["headroom"] = tuned_json(one.headroom, result.permitted);
    out["results"].push_back(std::move(found));
  }
  return out.dump(1);
}

std::vector<std::string> to_text(const TuneResult& result, std::size_t width) {
  const Columns columns = columns_of(result, width);
  const std::string indent(columns.name + columns.setting, ' ');
  std::vector<std::string> lines{
      fmt::format("the cheapest setting that misses at most {:.3g}%", 100 * result.permitted)};
  for (const TunedCase& one : result.cases) {
    lines.emplace_back();
    lines.push_back(fmt::format("{}, workload {}, start-up {:g} s", one.of.trace, one.of.workload,
                                one.of.startup_s));
    lines.push_back(indent + right("searched: " + hours(one.searched_s), figures_width) +
                    right("judged: " + hours(one.judged_s), figures_width));
    const std::string head = right("missed", missed_width) + right("replica-h", cost_width);
    lines.push_back(left("policy", columns.name) + left("setting", columns.setting) + head + head);
    std::vector<const Tuned*> rows;
    for (const Tuned& tuned : one.policies) rows.push_back(&tuned);
    rows.push_back(&one.headroom);
    for (const Tuned* tuned : rows) lines.push_back(row(*tuned, one, columns));
    for (const Tuned* tuned : rows)
      if (const std::string text = note(*tuned, result.permitted); !text.empty())
        for (std::string& line : report::wrap(text, width)) lines.push_back(std::move(line));
  }
  for (std::string& line : lines) line = report::clip(line, width);
  return lines;
}

}  // namespace headroom::cli
