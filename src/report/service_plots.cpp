// Bins a service's moments and says what each plot shows.
#include "report/service_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/text.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

/// Several moments of a service as one point of its plots.
struct Bin {
  double end_s = 0;
  double arrivals_per_s = 0;
  double capacity_per_s = 0;
  int ready = 0;
  int starting = 0;
  int draining = 0;
  int wanted = 0;
  double p50_ms = no_value;
  double p99_ms = no_value;
  double late = 0;
  double shed = 0;
  double failed = 0;
};

Bin bin_of(std::span<const Moment> moments) {
  Bin bin;
  double time_s = 0;
  double p50_s = 0;
  double p99_s = 0;
  for (const auto& moment : moments) {
    time_s += moment.dt_s;
    bin.arrivals_per_s += static_cast<double>(moment.arrivals);
    bin.capacity_per_s += moment.ready * moment.per_replica * moment.dt_s;
    bin.late += static_cast<double>(moment.late);
    bin.shed += static_cast<double>(moment.shed);
    bin.failed += static_cast<double>(moment.failed);
    p50_s = std::max(p50_s, moment.p50_s);
    p99_s = std::max(p99_s, moment.p99_s);
  }
  const Moment& last = moments.back();
  bin.end_s = last.t_s;
  bin.ready = last.ready;
  bin.starting = last.starting;
  bin.draining = last.draining;
  bin.wanted = last.wanted;
  if (p50_s > 0) bin.p50_ms = p50_s * 1e3;
  if (p99_s > 0) bin.p99_ms = p99_s * 1e3;
  if (time_s > 0)
    for (double* sum :
         {&bin.arrivals_per_s, &bin.capacity_per_s, &bin.late, &bin.shed, &bin.failed})
      *sum /= time_s;
  return bin;
}

std::vector<Bin> bins_of(const std::vector<Moment>& moments) {
  const std::size_t width = (moments.size() + bins_max - 1) / bins_max;
  std::vector<Bin> bins;
  for (std::size_t i = 0; i < moments.size(); i += width)
    bins.push_back(bin_of(std::span(moments).subspan(i, std::min(width, moments.size() - i))));
  return bins;
}

template <class Member>
std::vector<double> values(const std::vector<Bin>& bins, Member member) {
  std::vector<double> out;
  out.reserve(bins.size());
  for (const auto& bin : bins) out.push_back(static_cast<double>(bin.*member));
  return out;
}

Plot titled(std::string title, std::string unit) {
  Plot plot;
  plot.title = std::move(title);
  plot.unit = std::move(unit);
  return plot;
}

Plot demand_plot(const std::vector<Bin>& bins) {
  Plot plot = titled("Demand and capacity", "requests/s");
  plot.note =
      "Capacity: ready replicas × what one was believed to carry with the objective met, as "
      "learned "
      "by then.";
  plot.stacked = {{"capacity", "capacity", Shape::area, values(bins, &Bin::capacity_per_s)}};
  plot.lines = {{"demand", "demand", Shape::line, values(bins, &Bin::arrivals_per_s)}};
  return plot;
}

Plot replicas_plot(const std::vector<Bin>& bins) {
  Plot plot = titled("Replicas", "alive; wanted is starting and ready together");
  plot.whole_numbers = true;
  plot.stacked = {{"ready", "ready", Shape::area, values(bins, &Bin::ready)},
                  {"starting", "starting", Shape::area, values(bins, &Bin::starting)},
                  {"draining", "draining", Shape::area, values(bins, &Bin::draining)}};
  plot.lines = {{"wanted", "wanted", Shape::steps, values(bins, &Bin::wanted)}};
  plot.height_px = 150;
  return plot;
}

Plot latency_plot(const std::vector<Bin>& bins, const spec::Objective& objective) {
  Plot plot = titled("Latency", "ms, at the gateway");
  plot.lines = {{"p99", "p99", Shape::line, values(bins, &Bin::p99_ms)},
                {"p50", "p50", Shape::line, values(bins, &Bin::p50_ms)}};
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  const auto reaches = [&](double value) {
    if (value <= 0) return;
    least = std::min(least, value);
    most = std::max(most, value);
  };
  for (const auto& series : plot.lines) std::ranges::for_each(series.values, reaches);
  if (objective.latency > Duration::zero()) {
    plot.levels = {{fmt::format("objective: p{:g} within {}", objective.quantile * 100,
                                format_duration(objective.latency)),
                    milliseconds(objective.latency)}};
    reaches(milliseconds(objective.latency));
  }
  plot.logarithmic = most > 12 * least;
  return plot;
}

Plot misses_plot(const std::vector<Bin>& bins, const ServiceRun& run) {
  Plot plot = titled("Misses", "requests/s");
  plot.stacked = {{"late", "late", Shape::area, values(bins, &Bin::late)},
                  {"shed", "shed", Shape::area, values(bins, &Bin::shed)},
                  {"failed", "failed", Shape::area, values(bins, &Bin::failed)}};
  if (!run.reasons.empty())
    plot.note = fmt::format("Shed and failed by reason: {}.", reasons_text(run.reasons));
  plot.height_px = 120;
  return plot;
}

}  // namespace

std::vector<Plot> plots_of(const ServiceRun& run, std::span<const Important> important) {
  if (run.moments.empty()) return {};
  const auto bins = bins_of(run.moments);
  std::vector<Plot> plots{demand_plot(bins), replicas_plot(bins),
                          latency_plot(bins, run.policy.objective), misses_plot(bins, run)};
  for (auto& plot : plots) {
    plot.bin_ends_s = values(bins, &Bin::end_s);
    for (const auto& one : important)
      if (one.service == run.name()) plot.marks.push_back({one.number, one.t_s});
  }
  return plots;
}

}  // namespace headroom::report
