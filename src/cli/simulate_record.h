// A simulated run as a journal, a page, or both.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/simulate_options.h"
#include "control/journal/reader.h"
#include "control/journal/store.h"
#include "core/result.h"
#include "prove/headroom_autoscaler.h"
#include "prove/score.h"
#include "report/run.h"

namespace headroom::cli {

/// Hands every decision on to the files that were asked for. What cannot be written is told at the
/// end: a simulation has nobody to tell it to before.
class RunRecord final : public prove::DecisionRecord {
 public:
  /// Nothing when neither file was asked for. A journal that is there is replaced when it is one of
  /// a simulation; any other file is refused.
  static Result<std::unique_ptr<RunRecord>> open(const SimulateOptions& options,
                                                 const SimulateOrder& order);

  void before(const scale::Policy& policy, const scale::Model& model,
              const scale::State& state) override;
  void decided(const scale::Observations& seen,
               const std::vector<scale::ServiceDecision>& decisions) override;

  /// Writes the page, which shows the scored part.
  Result<> finish(const prove::Score& score);

 private:
  RunRecord(std::string simulation, const SimulateOptions& options, std::size_t scored_from)
      : simulation_(std::move(simulation)),
        page_(options.report),
        journal_path_(options.journal),
        scored_from_(scored_from) {}
  Result<> close_journal();
  Result<> write(const control::StoredTick& tick);

  std::string simulation_;  // what it is of, in words
  std::string page_;        // a file; empty: none
  std::string journal_path_;
  std::size_t scored_from_;
  std::optional<control::Store> journal_;
  control::Series series_;                         // of the journal
  std::optional<control::Checkpoint> checkpoint_;  // of the next tick
  report::RunBuilder builder_;
  Result<> outcome_;
  std::int64_t ticks_ = 0;
};

/// A rival whose numbers go to `record`, which outlives it. `policy` says what the service
/// promises; what headroom would have learned on the way is worked out by whoever reads the record.
[[nodiscard]] std::unique_ptr<rivals::Autoscaler> recorded_rival(rivals::Autoscaler& inner,
                                                                 std::string name,
                                                                 scale::ServicePolicy policy,
                                                                 prove::DecisionRecord& record);

}  // namespace headroom::cli
