// A comparison of autoscalers for people and for programs.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "prove/grid.h"
#include "prove/summary.h"

namespace headroom::report {

/// What a policy was set to: {target, stabilise_s, signal}, where `signal` is "own" or "1s", or
/// its one knob, {permitted_share} or {share_of_max}.
[[nodiscard]] nlohmann::ordered_json setting_json(const prove::Setting& setting);
/// Shares are of requests.
[[nodiscard]] nlohmann::ordered_json score_json(const prove::Score& score);

/// One run as JSON, and back: its case, its setting and its score.
[[nodiscard]] nlohmann::ordered_json trial_json(const prove::Trial& trial);
[[nodiscard]] Result<prove::Trial> parse_trial(const nlohmann::ordered_json& json);

/// {runs, frontier, summary}.
[[nodiscard]] nlohmann::ordered_json frontier_json(std::span<const prove::Trial> trials,
                                                   const std::vector<prove::Comparison>& summary);

/// The same as a self-contained page with the frontiers plotted.
[[nodiscard]] std::string frontier_page(std::span<const prove::Trial> trials,
                                        const std::vector<prove::Comparison>& summary);

/// The summary as lines of at most `width` columns: headroom's cost over each other's.
[[nodiscard]] std::vector<std::string> frontier_text(const std::vector<prove::Comparison>& summary,
                                                     std::size_t width);

}  // namespace headroom::report
