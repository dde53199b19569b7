// Counts every request once: in all, by target, by second, by reason.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "load/ending.h"
#include "load/plan.h"
#include "load/result.h"

namespace headroom::load {

/// No allocation per request; memory grows with the seconds and targets of the run only.
class Recorder {
 public:
  explicit Recorder(const LoadPlan& plan);

  /// `intended` and `done` run from the start of the run. Returns what the request counted as.
  Outcome record(std::uint16_t target, Duration intended, Duration done, const Ending& ending);
  /// Keeps the words of the first failure, for the message to the user.
  void explain(const std::string& error) {
    if (first_error_.empty()) first_error_ = error;
  }

  [[nodiscard]] const Tally& total() const { return total_; }
  /// The row of a second; zeros when nothing was due in it.
  [[nodiscard]] TimelineRow row(int t_s) const;
  /// Writes everything that was counted into `result`; the recorder is done after it.
  void finish(LoadResult& result);

 private:
  static constexpr int status_count = 1000;

  /// Latencies of one second, kept until none of its requests can still be under way.
  struct OpenSecond {
    int t_s = -1;
    Histogram latency;
  };

  void count(Tally& tally, Outcome outcome, Duration latency, bool timed);
  Histogram* open_second(int t_s);
  void seal(OpenSecond& second);

  std::vector<TargetResult> targets_;
  Tally total_;
  std::vector<TimelineRow> rows_;
  std::vector<OpenSecond> open_;  // a ring, by second
  std::array<std::uint64_t, reason_count> reasons_{};
  std::array<std::uint64_t, status_count> failed_statuses_{};
  std::array<std::uint64_t, status_count> shed_statuses_{};
  std::string first_error_;
};

}  // namespace headroom::load
