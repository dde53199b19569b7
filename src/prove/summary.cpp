// Ratios per case, their means over families, and how far chance may have moved them.
#include "prove/summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "core/random.h"
#include "prove/shared_setting.h"

namespace headroom::prove {
namespace {

constexpr int resamplings = 500;

/// ln(headroom's cost ÷ the other's) of one case.
struct Sample {
  Case of;
  double log_ratio = 0;
};

using ByFamily = std::map<std::string, std::vector<Sample>>;

double mean_of(const std::vector<Sample>& samples) {
  double sum = 0;
  for (const Sample& one : samples) sum += one.log_ratio;
  return sum / static_cast<double>(samples.size());
}

/// A mean over families drawn with replacement, each of cases drawn with replacement.
double resampled(const std::vector<const std::vector<Sample>*>& families, Random& random) {
  double sum = 0;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const std::vector<Sample>& family = *families[random.below(families.size())];
    double within = 0;
    for (std::size_t j = 0; j < family.size(); ++j)
      within += family[random.below(family.size())].log_ratio;
    sum += within / static_cast<double>(family.size());
  }
  return sum / static_cast<double>(families.size());
}

void weigh(const std::vector<Sample>& samples, std::uint64_t seed, Comparison& out) {
  out.cases = static_cast<int>(samples.size());
  if (samples.empty()) return;
  ByFamily by_family;
  for (const Sample& one : samples) by_family[one.of.family].push_back(one);
  std::vector<const std::vector<Sample>*> families;
  double sum = 0;
  for (const auto& [name, family] : by_family) {
    const double mean = mean_of(family);
    sum += mean;
    families.push_back(&family);
    if (out.worst_family.empty() || std::exp(mean) > out.worst_family_ratio) {
      out.worst_family = name;
      out.worst_family_ratio = std::exp(mean);
    }
  }
  out.families = static_cast<int>(families.size());
  out.ratio = std::exp(sum / static_cast<double>(families.size()));

  Random random(seed);
  std::vector<double> draws;
  for (int i = 0; i < resamplings; ++i) draws.push_back(resampled(families, random));
  std::ranges::sort(draws);
  out.low = std::exp(draws[resamplings * 5 / 100]);
  out.high = std::exp(draws[resamplings * 95 / 100]);

  const auto worst = std::ranges::max_element(samples, {}, &Sample::log_ratio);
  out.worst_case = worst->of.trace + " " + worst->of.workload;
  out.worst_ratio = std::exp(worst->log_ratio);
}

/// What it costs each side to keep the share; `most` where a side cannot.
struct Costs {
  std::optional<double> headroom;
  std::optional<double> other;
  double most = 0;
};

Comparison compared(const std::map<Case, Costs>& costs, std::uint64_t seed) {
  Comparison out;
  std::vector<Sample> samples;
  for (const auto& [of, cost] : costs) {
    if (!cost.headroom && !cost.other) {
      ++out.both_short;
      continue;
    }
    out.headroom_short += cost.headroom ? 0 : 1;
    out.other_short += cost.other ? 0 : 1;
    const double ours = cost.headroom.value_or(cost.most);
    const double theirs = cost.other.value_or(cost.most);
    if (ours > 0 && theirs > 0) samples.push_back({of, std::log(ours / theirs)});
  }
  weigh(samples, seed, out);
  return out;
}

/// Costs at that share on the cases that both have curves for.
std::map<Case, Costs> costs_against(const std::vector<const Curve*>& curves, double share,
                                    const auto& is_other) {
  std::map<Case, Costs> found;
  std::set<Case> ours;
  std::set<Case> theirs;
  for (const Curve* curve : curves) {
    const auto cost = cost_at(curve->frontier, share);
    found[curve->of].most = curve->most;
    if (curve->policy == "headroom") {
      found[curve->of].headroom = cost;
      ours.insert(curve->of);
    } else if (is_other(*curve)) {
      theirs.insert(curve->of);
      auto& best = found[curve->of].other;
      if (cost && (!best || *cost < *best)) best = cost;
    }
  }
  std::erase_if(found, [&](const auto& entry) {
    return !ours.contains(entry.first) || !theirs.contains(entry.first);
  });
  return found;
}

std::string opponent(const Curve& curve) {
  return curve.fresh_signal ? curve.policy + ", 1 s signal" : curve.policy;
}

/// Everything about one start-up time, part and share.
struct Group {
  double startup_s;
  std::string part;
  double share;
  std::uint64_t seed;
  std::vector<const Curve*> curves;
  std::vector<const Trial*> runs;
  std::vector<Comparison>& out;

  void add(Comparison found, std::string against) {
    if (found.cases + found.both_short == 0) return;
    found.seeds = runs.front()->score.runs;
    found.startup_s = startup_s;
    found.part = part;
    found.missed_share = share;
    found.against = std::move(against);
    out.push_back(std::move(found));
  }

  /// headroom costs what it costs when it is told the share, kept or not.
  void at_its_promise() {
    const auto is_rival = [](const Curve& c) {
      return !c.fresh_signal && !permits_misses(c.policy);
    };
    auto costs = costs_against(curves, share, is_rival);
    std::map<Case, const Trial*> told;
    for (const Trial* run : runs)
      if (run->setting.policy == "headroom" && run->setting.target == share) told[run->of] = run;
    std::erase_if(costs, [&](const auto& entry) { return !told.contains(entry.first); });
    int kept = 0;
    for (auto& [of, cost] : costs) {
      cost.headroom = told.at(of)->score.replica_hours();
      kept += told.at(of)->score.wanting_share() <= kept_within * share ? 1 : 0;
    }
    Comparison found = compared(costs, seed);
    found.kept = kept;
    add(std::move(found), at_promise);
  }

  void against_each() {
    std::set<std::string> others;
    for (const Curve* curve : curves)
      if (curve->policy != "headroom") others.insert(opponent(*curve));
    for (const std::string& other : others) {
      auto costs =
          costs_against(curves, share, [&](const Curve& c) { return opponent(c) == other; });
      // Where a bound was not found it is not the greatest fleet.
      if (permits_misses(other))
        std::erase_if(costs, [](const auto& entry) { return !entry.second.other; });
      add(compared(costs, seed), other);
    }
  }

  /// The best of one is itself, and has a line already.
  void against_best(std::string name, const std::set<std::string>& policies) {
    const auto is_other = [&](const Curve& c) {
      return !c.fresh_signal && !permits_misses(c.policy) &&
             (policies.empty() || policies.contains(c.policy));
    };
    std::set<std::string> others;
    for (const Curve* curve : curves)
      if (is_other(*curve)) others.insert(curve->policy);
    if (others.size() < 2) return;
    add(compared(costs_against(curves, share, is_other), seed), std::move(name));
  }

  void against_shared() {
    std::set<Case> cases;
    for (const Trial* run : runs) cases.insert(run->of);
    if (cases.size() < 2) return;
    const auto ours = shared_setting(runs, "headroom", share);
    std::set<std::string> others;
    for (const Trial* run : runs)
      if (!permits_misses(run->setting.policy)) others.insert(run->setting.policy);
    for (const std::string& other : others) {
      const auto theirs = shared_setting(runs, other, share);
      if (!ours || !theirs) continue;
      std::map<Case, Costs> costs;
      for (const Trial* run : runs) {
        if (run->setting == *ours) costs[run->of].headroom = run->score.replica_hours();
        if (run->setting == *theirs) costs[run->of].other = run->score.replica_hours();
      }
      add(compared(costs, seed), other + " at one setting for all");
    }
  }
};

}  // namespace

std::vector<Curve> curves_of(std::span<const Trial> runs) {
  struct Found {
    std::vector<Outcome> outcomes;
    double most = 0;
  };
  std::map<std::tuple<Case, std::string, bool>, Found> all;
  for (const Trial& run : runs) {
    Found& found = all[{run.of, run.setting.policy, run.setting.fresh_signal}];
    found.outcomes.push_back({run.score.wanting_share(), run.score.replica_hours()});
    found.most = run.replicas_max * run.score.scored_s / 3600;
  }
  std::vector<Curve> curves;
  for (const auto& [key, found] : all)
    curves.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), pareto(found.outcomes), found.most});
  return curves;
}

std::vector<double> shares_with(double permitted) {
  std::vector<double> shares(std::begin(compared_shares), std::end(compared_shares));
  // 1 - 0.99 is not 0.01.
  const auto same = [&](double share) { return std::abs(share - permitted) < 1e-9; };
  if (std::ranges::none_of(shares, same)) shares.push_back(permitted);
  std::ranges::sort(shares, std::ranges::greater{});
  return shares;
}

std::vector<Comparison> comparisons(std::span<const Trial> runs, std::uint64_t seed,
                                    double permitted) {
  const std::vector<Curve> curves = curves_of(runs);
  std::set<double> startups;
  std::set<std::string> parts;
  for (const Trial& run : runs) {
    startups.insert(run.of.startup_s);
    parts.insert(run.of.part);
  }
  if (parts.size() == 1) parts.clear();  // the same as all
  parts.insert("");
  std::vector<Comparison> out;
  for (const double startup_s : startups)
    for (const std::string& part : parts)
      for (const double share : shares_with(permitted)) {
        const auto belongs = [&](const Case& of) {
          return of.startup_s == startup_s && (part.empty() || of.part == part);
        };
        Group group{startup_s, part, share, seed, {}, {}, out};
        for (const Curve& curve : curves)
          if (belongs(curve.of)) group.curves.push_back(&curve);
        for (const Trial& run : runs)
          if (belongs(run.of)) group.runs.push_back(&run);
        group.at_its_promise();
        group.against_best(best_rival, {});
        group.against_best("hpa, cpu or rate, best target", {"hpa-cpu", "hpa-rate"});
        group.against_shared();
        group.against_each();
      }
  return out;
}

}  // namespace headroom::prove
