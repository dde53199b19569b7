// Finds the figure of a score that a requirement bounds.
#include "cli/score_requirement.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

namespace headroom::cli {
namespace {

std::optional<double> quantile_s(const prove::Score& score, double quantile) {
  constexpr double same = 1e-9;
  for (const auto& [known, found_s] : {std::pair{0.5, score.p50_s},
                                       {0.95, score.p95_s},
                                       {0.99, score.p99_s},
                                       {0.999, score.p999_s}})
    if (std::abs(known - quantile) <= same) return found_s;
  return std::nullopt;
}

std::string violation(const load::Requirement& requirement, const prove::Score& score) {
  if (requirement.share) {
    if (score.missed_share() < requirement.missed_below) return {};
    return fmt::format("{} is not met: {:.0f} of {:.0f} requests missed ({:.3g}%)",
                       requirement.text, score.missed(), score.requests,
                       100 * score.missed_share());
  }
  const double found_s = quantile_s(score, requirement.quantile).value_or(0);
  if (found_s < seconds(requirement.latency_below)) return {};
  return fmt::format("{} is not met: p{:g} was {:.3g} ms", requirement.text,
                     100 * requirement.quantile, 1e3 * found_s);
}

}  // namespace

Result<std::vector<load::Requirement>> parse_requirements(const std::vector<std::string>& texts) {
  std::vector<load::Requirement> out;
  for (const std::string& text : texts) {
    out.push_back(TRY(load::parse_requirement(text)));
    if (!out.back().share && !quantile_s({}, out.back().quantile))
      return fail(ErrorCode::invalid,
                  fmt::format("'{}': a simulation knows p50, p95, p99 and p99.9", text));
  }
  return out;
}

std::string violation(const std::vector<load::Requirement>& requirements,
                      const prove::Score& score) {
  for (const load::Requirement& requirement : requirements)
    if (std::string found = violation(requirement, score); !found.empty()) return found;
  return {};
}

}  // namespace headroom::cli
