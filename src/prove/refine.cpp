// Bisection between the neighbours of a share.
#include "prove/refine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <tuple>

namespace headroom::prove {
namespace {

constexpr std::size_t lines_a_round = 4;
constexpr double worth_finding = 0.99;  // of the cost
constexpr double knob_nearest = 1.02;   // neighbours that are as good as one

/// Settings that differ in one knob only, safest first.
struct Line {
  double Setting::* knob = &Setting::target;
  std::vector<const Trial*> runs;
};

/// Everything but the knob.
std::tuple<double, bool, double> held(const Setting& setting, double Setting::* knob) {
  const double other = knob == &Setting::target ? setting.floor : setting.target;
  return {setting.stabilise_s, setting.fresh_signal, other};
}

std::vector<Line> lines_of(std::span<const Trial* const> runs) {
  std::vector<Line> out;
  for (const auto knob : {&Setting::target, &Setting::floor}) {
    std::map<std::tuple<double, bool, double>, Line> lines;
    for (const Trial* run : runs) lines[held(run->setting, knob)].runs.push_back(run);
    for (auto& [key, line] : lines) {
      line.knob = knob;
      // More of a fleet is safer; more of a target or of what may be missed is not.
      const bool fleet = knob == &Setting::floor || line.runs.front()->setting.policy == "fixed";
      std::ranges::sort(line.runs, {},
                        [&](const Trial* run) { return (fleet ? -1 : 1) * run->setting.*knob; });
      out.push_back(std::move(line));
    }
  }
  return out;
}

/// The last setting of a line that keeps the share, and the one after it.
struct Bracket {
  double Setting::* knob = &Setting::target;
  const Trial* safe = nullptr;
  const Trial* beyond = nullptr;
};

std::optional<Bracket> bracket_of(const Line& line, double share) {
  for (std::size_t i = line.runs.size(); i-- > 1;)
    if (line.runs[i - 1]->score.wanting_share() <= share &&
        line.runs[i]->score.wanting_share() > share)
      return Bracket{line.knob, line.runs[i - 1], line.runs[i]};
  return std::nullopt;
}

/// What a setting between the two may cost. The one beyond may be the dearer: replicas whose places
/// are all taken have queues, which some policies answer with more of them. What is used in full
/// costs in proportion to the knob at best.
double least_cost(const Bracket& bracket) {
  const double safe = bracket.safe->score.replica_hours();
  const double beyond = bracket.beyond->score.replica_hours();
  const Setting& setting = bracket.safe->setting;
  if (permits_misses(setting.policy) || setting.policy == "fixed") return beyond;
  const double from = setting.*bracket.knob;
  const double to = bracket.beyond->setting.*bracket.knob;
  return std::min(beyond, safe * std::min(from, to) / std::max(from, to));
}

/// Half-way between two fleets, as a share of the most that rounds to it whichever way.
std::optional<double> fleet_between(const Bracket& bracket, int safe, int beyond) {
  if (safe - beyond < 2) return std::nullopt;
  const double rounded = bracket.knob == &Setting::floor ? 0 : 0.5;  // a fixed fleet is rounded up
  const int middle = (safe + beyond) / 2;
  return (middle - rounded) / bracket.safe->replicas_max;
}

/// Half-way; nothing where no setting lies between.
std::optional<Setting> between(const Bracket& bracket) {
  Setting out = bracket.safe->setting;
  const Setting& other = bracket.beyond->setting;
  const int least = bracket.safe->replicas_min;
  const int most = bracket.safe->replicas_max;
  std::optional<double> half;
  if (bracket.knob == &Setting::floor) {
    half = fleet_between(bracket, least_of(out, least, most), least_of(other, least, most));
  } else if (out.policy == "fixed") {
    half = fleet_between(bracket, fleet_of(out, least, most), fleet_of(other, least, most));
  } else if (std::max(out.target, other.target) >=
             knob_nearest * std::min(out.target, other.target)) {
    half = std::sqrt(out.target * other.target);
  }
  if (!half) return std::nullopt;
  out.*bracket.knob = *half;
  return out;
}

}  // namespace

std::vector<Setting> refined(std::span<const Trial* const> runs, double share) {
  std::vector<Bracket> brackets;
  std::map<bool, double> best;  // by signal
  for (const Trial* run : runs) {
    const double cost = run->score.wanting_share() <= share
                            ? run->score.replica_hours()
                            : std::numeric_limits<double>::infinity();
    const auto [at, first] = best.try_emplace(run->setting.fresh_signal, cost);
    at->second = std::min(at->second, cost);
  }
  for (const Line& line : lines_of(runs))
    if (const auto found = bracket_of(line, share);
        found && least_cost(*found) < worth_finding * best[found->safe->setting.fresh_signal])
      brackets.push_back(*found);
  std::ranges::stable_sort(brackets, {}, [](const Bracket& one) {
    return one.safe->score.replica_hours() * (1 + least_cost(one));
  });
  std::vector<Setting> out;
  for (const Bracket& one : brackets)
    if (const auto setting = between(one); setting && out.size() < lines_a_round)
      out.push_back(*setting);
  return out;
}

}  // namespace headroom::prove
