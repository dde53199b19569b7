// Looks for the kind of unevenness.
#include "core/uneven.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/csv.h"
#include "core/stamps.h"
#include "core/text.h"

namespace headroom {
namespace {

/// Stamps and the step that most of them are apart.
class Uneven {
 public:
  Uneven(const std::vector<double>& stamps, const Grid& grid) : stamps_(stamps), grid_(grid) {
    std::vector<double> steps;
    for (std::size_t row = 1; row < stamps.size(); ++row) steps.push_back(step_s(row));
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::ranges::nth_element(steps, middle);
    usual_s_ = *middle;
  }

  /// What is wrong and what to do, from the line on.
  [[nodiscard]] std::string text() const {
    std::size_t broken = 0;  // steps that are no whole number of bins
    std::size_t gap = 0;     // the first of them that is a long one
    for (std::size_t row = 1; row < stamps_.size(); ++row) {
      if (std::abs(beyond(row)) <= grid_tolerance) continue;
      ++broken;
      if (gap == 0 && step_s(row) > long_step * usual_s_) gap = row;
    }
    if (static_cast<double>(broken) > few * static_cast<double>(stamps_.size())) return at_random();
    return gap > 0 ? shifted(gap) : early_or_late(grid_.first_misfit);
  }

 private:
  static constexpr double long_step = 1.5;  // times the usual one
  static constexpr double few = 0.4;        // of the steps; one stray stamp breaks two

  [[nodiscard]] double step_s(std::size_t row) const { return stamps_[row] - stamps_[row - 1]; }
  /// What the step to this row has beyond whole bins, in bins.
  [[nodiscard]] double beyond(std::size_t row) const {
    const double bins = step_s(row) / usual_s_;
    return bins - std::round(bins);
  }

  [[nodiscard]] std::string at_random() const {
    return fmt::format(
        "{}: rows are not evenly spaced: a rate needs a row for each bin; where "
        "each row is one request, say --requests",
        line_of(grid_.first_misfit));
  }

  /// What began again after a gap has begun at another moment within its bin.
  [[nodiscard]] std::string shifted(std::size_t row) const {
    return fmt::format(
        "{}: {} {} is {} after the line before, no whole number of bins of {:.6g} "
        "s: shift it and all that follow by {:.6g} s",
        line_of(row), stamp_column, stamp_text(stamps_[row]), length_text(step_s(row)), usual_s_,
        -beyond(row) * usual_s_);
  }

  [[nodiscard]] std::string early_or_late(std::size_t row) const {
    const double late_s = stamps_[row] - grid_.start - grid_.places[row] * grid_.bin;
    return fmt::format("{}: {} {} is {:.3g} s {} for rows that are {:.6g} s apart from {} on",
                       line_of(row), stamp_column, stamp_text(stamps_[row]), std::abs(late_s),
                       late_s > 0 ? "late" : "early", grid_.bin, stamp_text(grid_.start));
  }

  const std::vector<double>& stamps_;
  const Grid& grid_;
  double usual_s_ = 0;
};

}  // namespace

std::string length_text(double s) {
  return format_duration(std::chrono::round<std::chrono::milliseconds>(from_seconds(s)));
}

std::string uneven_text(const std::vector<double>& stamps, const Grid& grid) {
  return Uneven(stamps, grid).text();
}

}  // namespace headroom
