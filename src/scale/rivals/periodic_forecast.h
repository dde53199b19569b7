// Crane's forecast of a periodic series: is it periodic, and what is its next period like.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace headroom::rivals {

inline constexpr std::size_t minutes_of_hour = 60;
inline constexpr std::size_t minutes_of_day = 1440;
inline constexpr std::size_t minutes_of_week = 10080;

/// One value a minute, not a number where it is unknown. Unknown ones are filled in, linear between
/// their neighbours; what lies before an unknown hour or more is dropped, and so is all but the
/// last whole days. Values beyond the 0.1st and 99.9th percentile become their predecessor.
[[nodiscard]] std::vector<double> prepared(std::vector<double> minutes);

/// The strongest of the periods N / k whose share of the spectrum chance would not have brought
/// (99 of 100 shufflings) and at which the autocorrelation peaks; only a day or a week counts.
/// In minutes.
[[nodiscard]] std::optional<std::size_t> period_of(std::span<const double> minutes);

/// The mean error in shares of what came; what is missing counts −ln(1 − share) / ln 1.25. The mean
/// absolute error where something that came is next to nothing. Requires the same length.
[[nodiscard]] double forecast_error(std::span<const double> came, std::span<const double> forecast);

/// A way to forecast the next period from whole past ones.
struct Estimator {
  std::size_t items_min = 0;  // of the spectrum, that are kept at least; 0: the greatest value that
                              // each minute of the period has had, instead of a spectrum
  double amplitude_min = 0;   // below which they are noise, when faster than once an hour
  double margin = 0;          // share that is added
};

[[nodiscard]] std::vector<double> estimated(const Estimator& estimator,
                                            std::span<const double> minutes, std::size_t period);

/// The next period by the estimator that would have been best for the last one. Nothing when there
/// is no period or less than two of it.
[[nodiscard]] std::optional<std::vector<double>> next_period(std::vector<double> minutes);

}  // namespace headroom::rivals
