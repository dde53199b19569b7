// The form of a load result for people.
#include <fmt/format.h>

#include <iterator>

#include "core/text.h"
#include "load/output.h"

namespace headroom::load {
namespace {

std::string time_text(Duration d) {
  const double ms = milliseconds(d);
  if (ms >= 10'000) return fmt::format("{:.1f} s", seconds(d));
  return ms < 10 ? fmt::format("{:.2f} ms", ms) : fmt::format("{:.0f} ms", ms);
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void put_outcomes(std::string& out, const Tally& tally) {
  const struct {
    const char* name;
    std::uint64_t count;
  } rows[] = {
      {"good", tally.good}, {"late", tally.late}, {"shed", tally.shed}, {"failed", tally.failed}};
  for (const auto& row : rows)
    fmt::format_to(std::back_inserter(out), "  {:<8}{:>12}  {:>7.3f}%\n", row.name, row.count,
                   percent(row.count, tally.sent()));
}

void put_latency(std::string& out, const Tally& tally) {
  if (tally.latency.count() == 0) return;
  fmt::format_to(std::back_inserter(out), "  latency  p50 {}, p90 {}, p99 {}, p99.9 {}, max {}\n",
                 time_text(tally.quantile(0.5)), time_text(tally.quantile(0.9)),
                 time_text(tally.quantile(0.99)), time_text(tally.quantile(0.999)),
                 time_text(tally.latency_max));
}

void put_objective(std::string& out, const TargetResult& target) {
  if (!target.objective) return;
  fmt::format_to(std::back_inserter(out), "  objective p{:g} within {}: {}\n",
                 100 * target.objective->quantile, format_duration(target.objective->latency),
                 target.objective_met() ? "met" : "NOT met");
}

void put_generator(std::string& out, const LoadResult& result) {
  const Generator& generator = result.generator;
  fmt::format_to(std::back_inserter(out),
                 "generator: {} connections, {:.1f} us CPU a request, longest lag {}\n",
                 generator.connections_opened,
                 result.total.sent() == 0
                     ? 0.0
                     : seconds(generator.cpu) * 1e6 / static_cast<double>(result.total.sent()),
                 time_text(generator.lag_max));
  if (generator.missed_schedule == 0) return;
  fmt::format_to(std::back_inserter(out), "  {} requests left more than {} after they were due\n",
                 generator.missed_schedule, format_duration(generator.late_after));
  fmt::format_to(std::back_inserter(out), "  ({} found no free connection; own delay at most {})\n",
                 generator.waited, time_text(generator.wake_max));
}

}  // namespace

std::string to_text(const LoadResult& result) {
  std::string out = fmt::format(
      "{} requests in {:.1f} s ({:.1f}/s){}\n", result.total.sent(), seconds(result.elapsed),
      result.elapsed.count() == 0
          ? 0.0
          : static_cast<double>(result.total.sent()) / seconds(result.elapsed),
      result.interrupted ? ", interrupted" : "");
  put_outcomes(out, result.total);
  put_latency(out, result.total);
  if (result.targets.size() == 1) put_objective(out, result.targets.front());
  for (const auto& [reason, count] : result.errors)
    fmt::format_to(std::back_inserter(out), "  {:<20}{:>10}\n", reason, count);
  if (!result.first_error.empty()) out += fmt::format("  first: {}\n", result.first_error);
  if (result.targets.size() > 1) {
    for (const TargetResult& target : result.targets) {
      out += fmt::format("{}\n", target.name);
      put_outcomes(out, target.tally);
      put_latency(out, target.tally);
      put_objective(out, target);
    }
  }
  put_generator(out, result);
  return out;
}

std::string to_line(const Progress& progress) {
  const TimelineRow& last = progress.last;
  return fmt::format("{:.0f}/{:.0f} s  {}/s  p99 {}  in flight {}  missed {:.2f}%",
                     seconds(progress.elapsed), seconds(progress.length), last.sent(),
                     time_text(last.p99), progress.in_flight, 100 * progress.total->missed_share());
}

}  // namespace headroom::load
