// Bins of five minutes by UTC day, and the median of each over days.
#include "scale/season.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "scale/demand.h"

namespace headroom::scale {
namespace {

constexpr std::size_t days_kept = 8;
constexpr std::size_t days_needed = 2;
constexpr std::int64_t day_s = 86400;

struct Place {
  std::int64_t day = 0;
  double bin = 0;  // with its fraction
};

Place place_of(WallTime wall, double later_s) {
  const double unix_s = static_cast<double>(unix_ns(wall)) * 1e-9 + later_s;
  const double day = std::floor(unix_s / day_s);
  return {static_cast<std::int64_t>(day), (unix_s - day * day_s) / season_bin_s};
}

/// Four digits: what is stored stays short.
double rounded(double per_second) {
  if (per_second <= 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(per_second)) - 3);
  return std::round(per_second / unit) * unit;
}

/// The logarithm of the lower median of the days before the newest.
std::optional<double> usual(const Season& season, std::size_t bin) {
  std::array<double, days_kept> known{};
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < std::min(season.days.size(), days_kept); ++i)
    if (bin < season.days[i].size() && season.days[i][bin] >= 0)
      known[count++] = season.days[i][bin];
  if (count < days_needed) return std::nullopt;
  const auto median = known.begin() + static_cast<std::ptrdiff_t>((count - 1) / 2);
  std::nth_element(known.begin(), median, known.begin() + static_cast<std::ptrdiff_t>(count));
  return *median;
}

/// Straight between the middles of neighbouring bins.
std::optional<double> usual_at(const Season& season, double bin) {
  const double from_middle = bin - 0.5 + static_cast<double>(season_bins);
  const auto lower = static_cast<std::size_t>(from_middle);
  const auto first = usual(season, lower % season_bins);
  const auto second = usual(season, (lower + 1) % season_bins);
  if (!first || !second) return std::nullopt;
  const double share = from_middle - static_cast<double>(lower);
  return *first * (1 - share) + *second * share;
}

/// The clock was ahead: nothing of what it told for later times is of those. Seconds cost nothing:
/// a bin that is over keeps what was seen of it, and so does a day of which the next had hardly
/// begun.
void go_back(const Place& now, Season& season) {
  if (now.day < season.day) {
    const bool begun = std::ranges::any_of(season.days.back(), [](double b) { return b >= 0; });
    season.days.pop_back();
    if (begun || season.days.empty()) season.days.emplace_back(season_bins, -1);
  }
  auto& today = season.days.back();
  std::fill(today.begin() + static_cast<std::ptrdiff_t>(now.bin) + 1, today.end(), -1);
  season.day = now.day;
  season.bin = static_cast<int>(now.bin);
  season.requests = season.seen_s = 0;
}

}  // namespace

void learn_season(WallTime wall, double per_second, double tick_s, Season& season) {
  const Place now = place_of(wall, 0);
  const int bin = static_cast<int>(now.bin);
  const bool first = season.days.empty();
  if (!first && (now.day < season.day || (now.day == season.day && bin < season.bin)))
    go_back(now, season);
  if (first || now.day != season.day || bin != season.bin) {
    if (!first && season.seen_s >= season_bin_s / 2)
      season.days.back()[static_cast<std::size_t>(season.bin)] =
          rounded(season.requests / season.seen_s);
    if (first || now.day != season.day) season.days.emplace_back(season_bins, -1);
    if (season.days.size() > days_kept) season.days.erase(season.days.begin());
    season.day = now.day;
    season.bin = bin;
    season.requests = season.seen_s = 0;
  }
  season.requests += per_second * tick_s;
  season.seen_s += tick_s;
}

double season_rise(const Season& season, WallTime wall, double lead_s) {
  if (season.days.size() <= days_needed) return 0;
  const auto from = usual_at(season, place_of(wall, 0).bin);
  const auto to = usual_at(season, place_of(wall, lead_s).bin);
  return from && to ? *to - *from : 0;
}

}  // namespace headroom::scale
