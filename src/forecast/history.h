// What was observed, on a regular grid of time, as the models read it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace headroom::forecast {

/// The grid of a series and its seasons, in bins; a season of 0 is none.
struct Grid {
  double bin_s = 60;
  std::size_t day = 0;
  std::size_t week = 0;

  /// Of bins that divide a day: a day and a week, unless `bins` of history are too few to learn
  /// them (three days, 16 days).
  [[nodiscard]] static Grid of(double bin_s, std::size_t bins);
};

/// The latest bins, newest last. Unknown ones, and those of an outage, are filled in by what is
/// usual so that features can be computed; they are marked, and no model learns from them.
class History {
 public:
  History(const Grid& grid, std::size_t bins_max);

  /// The next bin: a rate, or NaN.
  void add(double value);

  /// Looks at all that is kept again: the offset of the logarithms, what is too little to be
  /// anything but an outage, and whether the level has shifted; then all before the shift is moved
  /// to the new level. Returns how many bins ago the shift was.
  std::optional<std::size_t> review();

  [[nodiscard]] std::size_t size() const { return logs_.size(); }
  [[nodiscard]] const std::vector<double>& logs() const { return logs_; }
  [[nodiscard]] double log_at(std::size_t at) const { return logs_[at]; }
  [[nodiscard]] bool known(std::size_t at) const { return known_[at] != 0; }
  [[nodiscard]] const std::vector<char>& known() const { return known_; }
  /// Whether the latest bins are an outage: demand that was there and is expected back.
  [[nodiscard]] bool outage() const { return outage_; }
  /// Mean logarithm of the `bins` up to and including `at`, or of as many as there are.
  [[nodiscard]] double mean(std::size_t at, std::size_t bins) const;
  /// Bins that were given up at the front so far: a whole number of weeks (or days).
  [[nodiscard]] std::size_t dropped() const { return dropped_; }

  /// What is added to a value before its logarithm: one request a bin at least.
  [[nodiscard]] double offset() const { return offset_; }
  [[nodiscard]] double to_log(double value) const;
  /// Back, within [0, 10 × the highest seen].
  [[nodiscard]] double to_value(double log) const;
  [[nodiscard]] double clamp(double value) const;

 private:
  void append(double log, bool known);
  [[nodiscard]] double usual() const;
  void rebuild(double offset);
  void shift_before(std::size_t at, double by);
  void drop_oldest();

  Grid grid_;
  std::size_t bins_max_;
  double offset_;
  double highest_ = 0;
  double outage_below_ = -1;  // values under it are one
  bool outage_ = false;
  std::size_t outage_bins_ = 0;
  std::size_t dropped_ = 0;
  bool offset_settled_ = false;
  std::vector<double> logs_;
  std::vector<double> sums_;  // sums_[i]: of the first i logarithms
  std::vector<char> known_;
};

/// Where the level has shifted for good: bins from the end, at most two days ago. A shift is a
/// change from week to week that is at least 30% over most of a day, four times the usual change
/// from day to day, and there from the day before too. Needs nine days of `day` bins.
struct LevelShift {
  std::size_t bins_ago = 0;
  double by = 0;  // in logarithms
};
[[nodiscard]] std::optional<LevelShift> level_shift(const std::vector<double>& logs,
                                                    std::size_t day);

}  // namespace headroom::forecast
