// A recorded series on a regular grid of time, read from CSV text.
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace headroom {

/// One value per bin; NaN where the source has none (which is not zero).
struct Trace {
  std::string column;  // the name of the values in the file
  double start_s = 0;  // stamp of the first bin: where it begins, seconds
  double bin_s = 1;    // width of a bin, seconds
  std::vector<double> values;

  [[nodiscard]] double end_s() const {
    return start_s + bin_s * static_cast<double>(values.size());
  }
  [[nodiscard]] static bool unknown(double value) { return std::isnan(value); }
};

struct TraceFormat {
  std::string_view file = "trace";  // for messages
  std::string_view column;          // empty: the only value column, or `requests_per_second`
};

/// Longer traces are refused; 50 million bins are 19 months of seconds.
inline constexpr std::size_t trace_bins_max = 50'000'000;

/// Reads CSV text with a header line, `timestamp_seconds` and one or more value columns, and makes
/// rates per second of the values by the unit in the column's name (core/rate_unit.h). The bin is
/// found from all stamps (core/grid.h), which may be rounded or jitter; steps of several bins leave
/// unknown ones between. Refused: what is no CSV (core/foreign.h), an unknown column, a value that
/// is not a finite number, a counter that only grows, stamps that are unsorted, repeated, off the
/// grid or not seconds (core/stamps.h), fewer than two rows. Messages name file and line, and quote
/// a short piece of the file, fit for a terminal.
[[nodiscard]] Result<Trace> parse_trace(std::string_view csv, const TraceFormat& format);

/// The bins that begin within [from_s, to_s). Refused when none does.
[[nodiscard]] Result<Trace> slice(const Trace& trace, double from_s, double to_s);

/// Replaces unknown values: linear between known neighbours, the nearest known value at both ends.
/// A run of more than `longest` unknown bins is refused: what happened there cannot be guessed.
[[nodiscard]] Result<Trace> fill_gaps(Trace trace, std::size_t longest);

}  // namespace headroom
