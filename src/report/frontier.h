// A comparison of autoscalers for people and for programs.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "prove/grid.h"
#include "prove/ranking.h"
#include "prove/summary.h"
#include "spec/config.h"

namespace headroom::report {

/// What a policy was set to: {target, stabilise_s, signal, floor_share}, `signal` "own" or "1s", or
/// its one knob, {permitted_share} or {share_of_max}.
[[nodiscard]] nlohmann::ordered_json setting_json(const prove::Setting& setting);
/// Shares are of requests.
[[nodiscard]] nlohmann::ordered_json score_json(const prove::Score& score);

/// One run as JSON, and back: its case, its setting and its score.
[[nodiscard]] nlohmann::ordered_json trial_json(const prove::Trial& trial);
[[nodiscard]] Result<prove::Trial> parse_trial(const nlohmann::ordered_json& json);

/// What policies are judged by.
struct Yardstick {
  double permitted = 0;                 // share of the requests that may be missed
  std::string service;                  // "checkout in headroom.yaml"; empty: the workload's own
  std::optional<double> cost_per_hour;  // of a replica; nothing: no price is known
  spec::Objective objective = {};       // of the service; latency 0: the workload's own

  /// "judged by 150 ms, the objective of checkout in headroom.yaml: 1% may be missed"
  [[nodiscard]] std::string text(double objective_s, std::string_view workload) const;
};

/// {service, permitted_share, cost_per_hour}.
[[nodiscard]] nlohmann::ordered_json yardstick_json(const Yardstick& yardstick);

/// {judged_by, ranking, runs, frontier, summary}.
[[nodiscard]] nlohmann::ordered_json frontier_json(std::span<const prove::Trial> trials,
                                                   const Yardstick& yardstick,
                                                   const std::vector<prove::Comparison>& summary);

/// The same as a self-contained page with the frontiers plotted.
[[nodiscard]] std::string frontier_page(std::span<const prove::Trial> trials,
                                        const Yardstick& yardstick,
                                        const std::vector<prove::Comparison>& summary);

/// Lines of at most `width` columns: for each case its policies beside each other, then the
/// summary, headroom's replica-hours over each other's.
[[nodiscard]] std::vector<std::string> frontier_text(std::span<const prove::Trial> trials,
                                                     const Yardstick& yardstick,
                                                     const std::vector<prove::Comparison>& summary,
                                                     std::size_t width);

/// How settings are chosen, in a sentence.
extern const char* const ranking_note;

/// What the ratios of a comparison are, a sentence each.
extern const char* const promise_note;
extern const char* const equal_note;

/// A case by its trace, workload, start-up time and part.
[[nodiscard]] std::string case_text(const prove::Case& of);

/// What its figures rest on: bins of a minute, longer service times; empty where neither.
[[nodiscard]] std::string basis_text(const prove::Trial& run);

/// That a policy misses more than it may; empty where it does not.
[[nodiscard]] std::string standing_note(const prove::Standing& standing, double permitted);

}  // namespace headroom::report
