// Interpolating wide bins, adding up narrow ones.
#include "prove/demand.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace headroom::prove {
namespace {

constexpr double places_taken = 0.8;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

Result<std::size_t> length_of(const Trace& trace, double speed) {
  const double length_s = trace.bin_s * static_cast<double>(trace.values.size()) / speed;
  if (length_s > static_cast<double>(demand_seconds_max))
    return wrong(
        fmt::format("the trace lasts {:.0f} days, at most {} are simulated: choose a part "
                    "of it or play it faster",
                    length_s / 86400, demand_seconds_max / 86400));
  if (length_s < 1)
    return wrong(fmt::format("the trace lasts {:g} s, less than a second", length_s));
  return static_cast<std::size_t>(length_s + 1e-6);
}

/// Requests from the trace's begin up to a moment, by bins of an even rate.
std::vector<double> sums_of(const Trace& trace) {
  std::vector<double> sums(trace.values.size() + 1);
  for (std::size_t i = 0; i < trace.values.size(); ++i)
    sums[i + 1] = sums[i] + trace.values[i] * trace.bin_s;
  return sums;
}

/// Recorded counts; a bin that two seconds share is divided evenly.
void add_up(const Trace& trace, double speed, Demand& demand) {
  const std::vector<double> sums = sums_of(trace);
  const auto until = [&](double second) {
    const double bins =
        std::min(second * speed / trace.bin_s, static_cast<double>(trace.values.size()));
    const auto whole = static_cast<std::size_t>(bins);
    const double part = bins - static_cast<double>(whole);
    return whole + 1 < sums.size() ? std::lerp(sums[whole], sums[whole + 1], part) : sums[whole];
  };
  double before = 0;
  for (std::size_t i = 0; i < demand.per_second.size(); ++i) {
    const double after = until(static_cast<double>(i + 1));
    demand.per_second[i] = std::max(0.0, after - before);
    before = after;
  }
}

/// The rate at a moment, counted in bins.
double interpolated(const std::vector<double>& rates, double moment) {
  const std::size_t last = rates.size() - 1;
  const std::size_t i = std::min(static_cast<std::size_t>(moment), last);
  const double before = (rates[i > 0 ? i - 1 : 0] + rates[i]) / 2;
  const double after = (rates[i] + rates[std::min(i + 1, last)]) / 2;
  const double centre = std::max(0.0, 2 * rates[i] - (before + after) / 2);
  const double within = moment - static_cast<double>(i);
  return within < 0.5 ? std::lerp(before, centre, 2 * within)
                      : std::lerp(centre, after, 2 * within - 1);
}

}  // namespace

Result<Demand> demand_of(Trace trace, const DemandOptions& options) {
  CHECK(options.factor > 0 && options.speed > 0);
  if (trace.values.empty()) return wrong("the trace is empty");
  const auto longest =
      std::max(gap_longest_bins, static_cast<std::size_t>(gap_longest_s / trace.bin_s));
  trace = TRY(fill_gaps(std::move(trace), longest));
  const auto negative = std::ranges::find_if(trace.values, [](double v) { return v < 0; });
  if (negative != trace.values.end()) {
    const auto bin = static_cast<double>(negative - trace.values.begin());
    return wrong(fmt::format("{} is {:g} at {}: rates are 0 or more", trace.column, *negative,
                             trace.start_s + trace.bin_s * bin));
  }
  Demand demand;
  demand.per_second.resize(TRY(length_of(trace, options.speed)));
  demand.start_s = trace.start_s;
  demand.bin_s = trace.bin_s / options.speed;
  demand.counts = trace.bin_s <= options.speed;
  if (demand.counts) {
    add_up(trace, options.speed, demand);
  } else {
    for (std::size_t i = 0; i < demand.per_second.size(); ++i) {
      const double moment = (static_cast<double>(i) + 0.5) * options.speed / trace.bin_s;
      demand.per_second[i] = options.speed * interpolated(trace.values, moment);
    }
  }
  for (double& rate : demand.per_second) rate *= options.factor;
  demand.scored_from = static_cast<std::size_t>(options.history_share *
                                                static_cast<double>(demand.per_second.size()));
  return demand;
}

Result<> check_scored(const Demand& demand) {
  const auto scored = std::span(demand.per_second).subspan(demand.scored_from);
  if (std::ranges::any_of(scored, [](double rate) { return rate > 0; })) return {};
  return wrong("not a single request arrives in the scored part");
}

double peak_per_second(const Demand& demand) {
  constexpr std::size_t minute_s = 60;
  std::vector<double> minutes;
  for (std::size_t begin = 0; begin < demand.per_second.size(); begin += minute_s) {
    const std::size_t end = std::min(begin + minute_s, demand.per_second.size());
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += demand.per_second[i];
    minutes.push_back(sum / static_cast<double>(end - begin));
  }
  if (minutes.empty()) return 0;
  const double rank = std::ceil(0.999 * static_cast<double>(minutes.size()));
  const auto at = minutes.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::ranges::nth_element(minutes, at);
  return *at;
}

double carried_per_second(const Workload& workload, double replicas) {
  return places_taken * replicas * workload.concurrency / workload.service_time.mean();
}

Result<double> scaled_to_peak(const Trace& trace, const Workload& workload, double replicas,
                              double speed) {
  const Demand demand = TRY(demand_of(trace, {.speed = speed}));
  const double peak = peak_per_second(demand);
  if (peak <= 0)
    return wrong("nothing arrives in 99.9% of the trace's minutes: it has no peak to scale to");
  return carried_per_second(workload, replicas) / peak;
}

}  // namespace headroom::prove
