// Finds the figure of a score that a requirement bounds.
#include "cli/score_requirement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/text.h"
#include "load/requirement.h"
#include "report/losses.h"

namespace headroom::cli {
namespace {

using Of = ScoreRequirement::Of;

std::optional<double> quantile_s(const prove::Score& score, double quantile) {
  constexpr double same = 1e-9;
  for (const auto& [known, found_s] : {std::pair{0.5, score.p50_s},
                                       {0.95, score.p95_s},
                                       {0.99, score.p99_s},
                                       {0.999, score.p999_s}})
    if (std::abs(known - quantile) <= same) return found_s;
  return std::nullopt;
}

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

/// Those that are named, each with how its bound is read.
struct Named {
  std::string_view name;
  Of of;
  enum class Bound : std::uint8_t { number, share, time } bound;
};

constexpr Named named[] = {{"wanting", Of::wanting, Named::Bound::share},
                           {"worst5m", Of::worst, Named::Bound::share},
                           {"spell", Of::spell, Named::Bound::time},
                           {"replica-hours", Of::replica_hours, Named::Bound::number},
                           {"cost", Of::cost, Named::Bound::number}};

Result<double> parse_bound(Named::Bound kind, std::string_view bound, const std::string& text) {
  if (kind == Named::Bound::number) {
    const auto number = parse_number(bound);
    if (number && *number >= 0) return *number;
    return wrong(fmt::format("'{}' is not bounded by a number", text));
  }
  if (kind == Named::Bound::share) {
    const auto share = parse_share(bound);
    if (share) return *share;
    return wrong(fmt::format("'{}' is not bounded by a share such as 1%", text));
  }
  const auto time = parse_duration(bound);
  if (time && *time >= Duration::zero()) return seconds(*time);
  return wrong(fmt::format("'{}' is not bounded by a duration such as 3m", text));
}

Result<ScoreRequirement> parse(const std::string& text) {
  ScoreRequirement out{.text = text};
  if (text == "met") {
    out.of = Of::met;
    return out;
  }
  const auto amount = load::split_comparison(text);
  for (const Named& one : named) {
    if (!amount || amount->name != one.name) continue;
    out.of = one.of;
    out.bound = TRY(parse_bound(one.bound, amount->bound, text));
    out.or_equal = amount->or_equal;
    return out;
  }
  const auto known = load::parse_requirement(text);
  if (!known)
    return wrong(
        fmt::format("'{}' is not a requirement such as met, missed<1%, wanting<0.1%, worst5m<5%, "
                    "spell<3m, p99<150ms, replica-hours<=40 or cost<20",
                    text));
  out.or_equal = known->or_equal;
  out.bound = known->share ? known->missed_below : seconds(known->latency_below);
  if (known->share) return out;
  out.of = Of::latency;
  out.quantile = known->quantile;
  if (!quantile_s({}, out.quantile))
    return wrong(fmt::format("'{}': a simulation knows p50, p95, p99 and p99.9", text));
  return out;
}

/// A figure, and how it is said.
struct Found {
  double value = 0;
  std::string text;
};

Found find(const ScoreRequirement& requirement, const prove::Score& score, double cost_per_hour) {
  switch (requirement.of) {
    case Of::missed:
      return {score.missed_share(),
              fmt::format("{:.0f} of {:.0f} requests missed ({:.3g}%)", score.missed(),
                          score.requests, 100 * score.missed_share())};
    case Of::wanting:
      return {score.wanting_share(),
              fmt::format("{:.0f} of {:.0f} requests missed for want of replicas ({:.3g}%)",
                          score.wanting(), score.requests, 100 * score.wanting_share())};
    case Of::worst:
      return {score.worst_share,
              fmt::format("{:.3g}% wanting in the worst five minutes", 100 * score.worst_share)};
    case Of::spell:
      return {score.longest_spell_s,
              fmt::format("more than 1% wanting for {}",
                          format_duration(from_seconds(score.longest_spell_s)))};
    case Of::latency: {
      const double found_s = quantile_s(score, requirement.quantile).value_or(0);
      return {found_s,
              fmt::format("p{:g} was {:.3g} ms", 100 * requirement.quantile, 1e3 * found_s)};
    }
    case Of::replica_hours:
      return {score.replica_hours(), fmt::format("{:.2f} were used", score.replica_hours())};
    case Of::met:
    case Of::cost:
      break;
  }
  const double cost = score.replica_hours() * cost_per_hour;
  return {cost, fmt::format("it was {:.2f}", cost)};
}

}  // namespace

Result<std::vector<ScoreRequirement>> parse_requirements(const std::vector<std::string>& texts) {
  std::vector<ScoreRequirement> out;
  for (const std::string& text : texts) out.push_back(TRY(parse(text)));
  return out;
}

std::string broken_text(const prove::Score& score, const spec::Objective& objective) {
  // Rounding to whole requests would break a promise of 99.99% where few came.
  constexpr double parts = 1000;
  const auto whole = [](double count) {
    return static_cast<std::uint64_t>(std::llround(parts * count));
  };
  const double good = std::max(0.0, score.requests - score.missed());
  return report::broken_text({.good = whole(good),
                              .late = whole(score.late + score.late_alone),
                              .shed = whole(score.shed),
                              .failed = whole(score.failed)},
                             objective);
}

std::string violation(const std::vector<ScoreRequirement>& requirements, const prove::Score& score,
                      const spec::Objective& objective, double cost_per_hour) {
  const prove::Score one = score.per_run();
  std::string unmet;
  for (const ScoreRequirement& requirement : requirements) {
    if (requirement.of == Of::met) {
      const std::string broken = broken_text(one, objective);
      if (broken.empty()) continue;
      unmet += (unmet.empty() ? "" : "; ") + ("the objective is not met: " + broken);
      continue;
    }
    const Found found = find(requirement, one, cost_per_hour);
    if (load::within(found.value, requirement.bound, requirement.or_equal)) continue;
    if (!unmet.empty()) unmet += "; ";
    unmet += fmt::format("{} is not met: {}", requirement.text, found.text);
  }
  return unmet;
}

}  // namespace headroom::cli
