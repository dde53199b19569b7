// Rates by source, and what is missing filled in from what is usual.
#include "evidence/traffic.h"

#include <algorithm>
#include <cmath>

namespace headroom::evidence {
namespace {

/// How fast what a source usually brings follows what it brings.
constexpr double memory_s = 30;
/// A source is asked at the tick's end and answers a little later, or within a turn that had begun
/// a little before.
constexpr double end_part = 0.5;
/// That no request was told of says nothing where those that did not tell usually bring so many
/// times what the others do.
constexpr double says_nothing = 3;

/// What one source told since the tick before.
struct Told {
  double length_s = 0;
  double arrivals = 0;
  Instant until{};

  [[nodiscard]] double per_second() const { return arrivals / length_s; }
};

std::vector<Told> by_source(std::span<const Sample> samples, std::size_t sources) {
  std::vector<Told> all(sources);
  for (const Sample& sample : samples) {
    if (sample.source >= sources || sample.of.length_s() <= 0) continue;
    Told& told = all[sample.source];
    told.length_s += sample.of.length_s();
    told.arrivals += static_cast<double>(sample.arrivals);
    told.until = std::max(told.until, sample.of.to);
  }
  return all;
}

/// What is usual with those that told, or with those that did not. Of one of which that is not
/// known, `otherwise`.
double usual_of(const std::vector<Told>& all, bool that_told, const Usual& usual,
                double otherwise) {
  double per_second = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if ((all[i].length_s > 0) == that_told) per_second += usual[i] >= 0 ? usual[i] : otherwise;
  return per_second;
}

void follow(const std::vector<Told>& all, Usual& usual) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].length_s <= 0) continue;
    const double share = usual[i] < 0 ? 1 : 1 - std::exp(-all[i].length_s / memory_s);
    usual[i] += share * (all[i].per_second() - usual[i]);
  }
}

}  // namespace

Traffic traffic_of(std::span<const Sample> samples, std::size_t sources, const Interval& tick,
                   Usual& usual) {
  usual.resize(sources, -1);
  const std::vector<Told> all = by_source(samples, sources);
  double told_per_second = 0;
  double arrivals = 0;
  double length_s = 0;
  double telling = 0;
  double in_time = 0;
  for (const Told& told : all) {
    if (told.length_s <= 0) continue;
    told_per_second += told.per_second();
    arrivals += told.arrivals;
    length_s += told.length_s;
    ++telling;
    if (seconds(tick.to - told.until) < end_part * tick.length_s()) ++in_time;
  }
  if (telling <= 0 || tick.length_s() <= 0) return {};
  const double mean = told_per_second / telling;
  const double missing = usual_of(all, false, usual, mean);
  const bool unknown = arrivals <= 0 && missing > says_nothing * usual_of(all, true, usual, mean);
  follow(all, usual);
  if (unknown) return {};
  const auto count = static_cast<double>(sources);
  Traffic traffic{.per_second = told_per_second + missing,
                  .covered = length_s / count / tick.length_s(),
                  .completeness = in_time / count};
  if (arrivals > 0) traffic.covered = arrivals / (traffic.per_second * tick.length_s());
  return traffic;
}

}  // namespace headroom::evidence
