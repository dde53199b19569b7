// Finds the stretch and puts it into words.
#include "report/shortfall.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "report/layout.h"
#include "report/when.h"

namespace headroom::report {
namespace {

constexpr double lull_s = 3;
constexpr double before_s = 5;

double per_second(const Moment& moment) {
  return moment.dt_s > 0 ? static_cast<double>(moment.arrivals) / moment.dt_s : 0;
}

/// Moments from `begin` to `end`, not included.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t missed = 0;
};

Stretch most_missed(const std::vector<Moment>& moments, double permitted) {
  Stretch most;
  Stretch now;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const Moment& moment = moments[i];
    if (static_cast<double>(moment.missed()) <= permitted * static_cast<double>(moment.arrivals))
      continue;
    const bool goes_on = now.end > 0 && moment.t_s - moments[now.end - 1].t_s <= lull_s;
    if (!goes_on) now = {.begin = i, .end = i, .missed = 0};
    now.end = i + 1;
    now.missed += moment.missed();
    if (now.missed > most.missed) most = now;
  }
  return most;
}

}  // namespace

std::optional<Shortfall> worst_shortfall(const ServiceRun& run, WallTime begin) {
  const auto& moments = run.moments;
  const Stretch stretch = most_missed(moments, run.policy.objective.permitted_misses());
  if (stretch.missed == 0) return std::nullopt;
  const Moment& first = moments[stretch.begin];
  const Moment& before = stretch.begin > 0 ? moments[stretch.begin - 1] : first;
  const auto within = std::span(moments).subspan(stretch.begin, stretch.end - stretch.begin);
  const int max = run.policy.replicas.max;
  const auto at_max =
      std::ranges::count_if(within, [max](const Moment& moment) { return moment.wanted >= max; });
  const double from_s = first.t_s - first.dt_s;
  Shortfall found{.from = begin + from_seconds(from_s),
                  .length_s = moments[stretch.end - 1].t_s - from_s,
                  .missed = stretch.missed,
                  .demand_before = per_second(first),
                  .ready = before.ready,
                  .carried = before.ready * first.per_replica,
                  .startup_s = run.startup_s,
                  .at_max = 2 * at_max > std::ssize(within) ? max : 0};
  if (run.capacity.late_alone > run.policy.objective.permitted_misses())
    found.late_alone = run.capacity.late_alone;
  for (const Moment& moment : moments) found.missed_in_all += moment.missed();
  for (std::size_t i = stretch.begin; i > 0 && moments[i - 1].t_s > from_s - before_s; --i)
    found.demand_before = std::min(found.demand_before, per_second(moments[i - 1]));
  for (const Moment& moment : within) found.demand = std::max(found.demand, per_second(moment));
  return found;
}

std::string shortfall_text(const Shortfall& s) {
  std::string text =
      fmt::format("{} of {} missed requests in the {:.0f} s from {}: ", grouped(s.missed),
                  grouped(s.missed_in_all), s.length_s, format_time_of_day(s.from));
  text += fmt::format("demand went from {}/s to {}/s, ", rough(s.demand_before), rough(s.demand));
  if (s.ready == 0)
    text += "no replica was ready then";
  else
    text += fmt::format("the {} ready then {} {}/s",
                        counted(static_cast<std::uint64_t>(s.ready), "replica"),
                        s.ready == 1 ? "carries" : "carry", rough(s.carried));
  if (s.late_alone > 0)
    return text + fmt::format(
                      "; more of them cannot help, as {} are late even with little in "
                      "flight",
                      share_text(s.late_alone));
  if (s.at_max > 0)
    return text + fmt::format(", and replicas.max allows no more than {}", s.at_max);
  if (!s.wanted_replicas()) return text + "; more of them would not have helped";
  return text + fmt::format(", and a new one takes {:.1f} s to start", s.startup_s);
}

}  // namespace headroom::report
