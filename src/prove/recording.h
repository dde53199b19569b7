// Requests as they were recorded one by one: when each came, and how long it took.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "prove/scenario.h"

namespace headroom::prove {

/// More are refused: 12 bytes are kept of each, 28 while it is read.
inline constexpr std::size_t recorded_requests_max = 10'000'000;

/// In the order of arrival; requests of the same moment in the order of the file.
struct Recording {
  double start_s = 0;               // the stamp that moments count from
  double length_s = 0;              // up to the end of the last request's second
  bool whole_seconds = false;       // no stamp tells more than the second
  bool less_duration = false;       // they did, of when it ended, before a duration was taken off
  std::vector<std::int64_t> at_ns;  // since start_s
  std::vector<float> service_s;     // as many, or none when the file does not tell
};

struct RecordingFormat {
  std::string_view file = "recording";  // for messages
  std::string_view column;              // of durations; empty: `duration_seconds` or `duration_ms`
};

/// Whether the header line of `csv` is that of a recording and not of a rate over time: it has
/// `timestamp_seconds` alone, or `duration_seconds` or `duration_ms` beside it.
[[nodiscard]] bool is_recording(std::string_view csv);

/// One row a request, in any order: `timestamp_seconds`, and how long it took, in seconds or, when
/// the column's name ends in `_ms`, in milliseconds. Stamps that are whole seconds less the
/// duration would bunch requests that were spread over a second: they are taken for whole seconds.
/// Refused: what is no CSV (core/foreign.h), a stamp that is no number and no date, a duration that
/// is missing or negative, durations that are all 0, no request, more than recorded_requests_max.
/// Messages name file and line.
[[nodiscard]] Result<Recording> parse_recording(std::string_view csv,
                                                const RecordingFormat& format);

/// The requests within [from_s, to_s), where infinity leaves an end as it is. Refused when there
/// is none.
[[nodiscard]] Result<Recording> slice(const Recording& recording, double from_s, double to_s);

/// Every request at its own moment, `speed` times as fast. Refused: more than demand_seconds_max.
[[nodiscard]] Result<Demand> demand_of(Recording recording, double speed, double history_share);

/// `like` with the recorded durations as its service time, and the objective that they alone
/// would have by default. Requires durations.
[[nodiscard]] Workload workload_of(const Recording& recording, Workload like);

}  // namespace headroom::prove
