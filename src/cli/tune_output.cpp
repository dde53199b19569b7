// Settings, costs and missed shares of both parts in one table for each case.
#include "cli/tune_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "report/frontier.h"
#include "report/layout.h"
#include "report/policy_table.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::ordered_json;

Json tuned_json(const Tuned& one, double permitted) {
  return {{"policy", one.setting.policy},
          {"setting", report::setting_json(one.setting)},
          {"tried", one.tried},
          {"met", one.searched.wanting_share() <= permitted},
          {"searched", report::score_json(one.searched)},
          {"met_when_judged", one.judged.wanting_share() <= permitted},
          {"judged", report::score_json(one.judged)}};
}

std::string note(const Tuned& one, double permitted) {
  const std::string& policy = one.setting.policy;
  const bool met = one.searched.wanting_share() <= permitted;
  const bool met_when_judged = one.judged.wanting_share() <= permitted;
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

std::vector<const Tuned*> rows_of(const TunedCase& one) {
  std::vector<const Tuned*> rows;
  for (const Tuned& tuned : one.policies) rows.push_back(&tuned);
  rows.push_back(&one.headroom);
  return rows;
}

/// What came of the settings on one of the two parts.
std::vector<std::string> part_table(std::string_view name, std::size_t length_s,
                                    const TunedCase& of, prove::Score Tuned::* score,
                                    const report::Yardstick& yardstick, std::size_t width) {
  std::vector<report::PolicyRow> rows;
  for (const Tuned* one : rows_of(of))
    rows.push_back({one->setting.policy,
                    report::setting_text(one->setting, of.replicas_min, of.replicas_max),
                    (one->*score).per_run()});
  std::vector<std::string> lines = report::policy_table(rows, yardstick.cost_per_hour, width);
  lines.insert(lines.begin(), fmt::format("{}: {}", name, hours(length_s)));
  return lines;
}

}  // namespace

std::string to_json(const TuneResult& result, const CaseOptions& options) {
  Json out = {{"judged_by", report::yardstick_json(result.yardstick)},
              {"plant", options.plant},
              {"seeds", options.seeds},
              {"results", Json::array()}};
  for (const TunedCase& one : result.cases) {
    Json found = {{"trace", one.of.trace},         {"workload", one.of.workload},
                  {"startup_s", one.of.startup_s}, {"searched_s", one.searched_s},
                  {"judged_s", one.judged_s},      {"policies", Json::array()}};
    for (const Tuned& tuned : one.policies)
      found["policies"].push_back(tuned_json(tuned, result.yardstick.permitted));
    found["headroom"] = tuned_json(one.headroom, result.yardstick.permitted);
    out["results"].push_back(std::move(found));
  }
  return out.dump(1);
}

std::vector<std::string> to_text(const TuneResult& result, std::size_t width) {
  const report::Yardstick& yardstick = result.yardstick;
  std::vector<std::string> lines{
      fmt::format("the cheapest setting of which at most {:.3g}% of the requests are wanting",
                  100 * yardstick.permitted)};
  const auto add = [&lines](std::vector<std::string> more) {
    std::ranges::move(more, std::back_inserter(lines));
  };
  add(report::wrap(report::table_note, width));
  for (const TunedCase& one : result.cases) {
    lines.emplace_back();
    add(report::wrap(report::case_text(one.of), width));
    add(report::wrap(yardstick.text(one.objective_s, one.of.workload), width));
    add(part_table("searched", one.searched_s, one, &Tuned::searched, yardstick, width));
    add(part_table("judged", one.judged_s, one, &Tuned::judged, yardstick, width));
    for (const Tuned* tuned : rows_of(one))
      if (const std::string text = note(*tuned, yardstick.permitted); !text.empty())
        add(report::wrap(text, width));
  }
  for (std::string& line : lines) line = report::clip(line, width);
  return lines;
}

}  // namespace headroom::cli
