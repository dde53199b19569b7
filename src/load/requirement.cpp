// Reading and judging requirements.
#include "load/requirement.h"

#include <fmt/format.h>

#include <optional>

#include "core/text.h"

namespace headroom::load {
namespace {

/// "p99" as 0.99; above 0 and below 100%.
std::optional<double> parse_percentile(std::string_view text) {
  if (!text.starts_with('p')) return std::nullopt;
  const auto percent = parse_number(text.substr(1));
  if (!percent || *percent <= 0 || *percent >= 100) return std::nullopt;
  return *percent / 100;
}

std::unexpected<Error> wrong(std::string_view text) {
  return fail(ErrorCode::invalid,
              fmt::format("'{}' is not a requirement such as missed<1% or p99<150ms", text));
}

}  // namespace

std::optional<Comparison> split_comparison(std::string_view text) {
  const std::size_t sign = text.find('<');
  if (sign == std::string_view::npos) return std::nullopt;
  const bool or_equal = text.substr(sign).starts_with("<=");
  return Comparison{.name = trim(text.substr(0, sign)),
                    .bound = trim(text.substr(sign + (or_equal ? 2 : 1))),
                    .or_equal = or_equal};
}

Result<Requirement> parse_requirement(std::string_view text) {
  const auto comparison = split_comparison(text);
  if (!comparison) return wrong(text);
  Requirement requirement;
  requirement.text = text;
  requirement.or_equal = comparison->or_equal;
  if (comparison->name == "missed") {
    const auto share = parse_share(comparison->bound);
    if (!share) return wrong(text);
    requirement.missed_below = *share;
    return requirement;
  }
  const auto quantile = parse_percentile(comparison->name);
  const auto latency = parse_duration(comparison->bound);
  if (!quantile || !latency) return wrong(text);
  requirement.share = false;
  requirement.quantile = *quantile;
  requirement.latency_below = *latency;
  return requirement;
}

std::string violation(const Requirement& requirement, const LoadResult& result) {
  const Tally& total = result.total;
  if (requirement.share) {
    if (within(total.missed_share(), requirement.missed_below, requirement.or_equal)) return {};
    return fmt::format("{} is not met: {} of {} requests missed ({:.3g}%)", requirement.text,
                       total.missed(), total.sent(), 100 * total.missed_share());
  }
  if (total.latency.count() == 0)
    return fmt::format("{} is not met: no request was answered", requirement.text);
  const Duration found = total.quantile(requirement.quantile);
  if (within(found, requirement.latency_below, requirement.or_equal)) return {};
  return fmt::format("{} is not met: p{:g} was {:.3g} ms", requirement.text,
                     100 * requirement.quantile, milliseconds(found));
}

Result<LoadObjective> parse_objective(std::string_view text) {
  const std::size_t sign = text.find('=');
  const auto quantile = parse_percentile(text.substr(0, sign));
  if (sign != std::string_view::npos && quantile) {
    const auto latency = parse_duration(text.substr(sign + 1));
    if (latency && latency->count() > 0)
      return LoadObjective{.quantile = *quantile, .latency = *latency};
  }
  return fail(ErrorCode::invalid, fmt::format("'{}' is not an objective such as p99=150ms", text));
}

}  // namespace headroom::load
