// Reading and judging requirements.
#include "report/requirement.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

#include "core/text.h"
#include "load/requirement.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

using Of = Requirement::Of;

std::string fixed_violation(const Requirement& requirement, const ServiceVerdict& service) {
  const std::string unmet = fmt::format("{} is not met by {}", requirement.text, service.service);
  const auto ratio = service.ratio();
  if (!ratio)
    return unmet + ": the smallest fixed fleet cannot be estimated: " + service.fixed_unknown;
  if (load::within(*ratio, requirement.below, requirement.or_equal)) return {};
  return fmt::format("{}: {:.3g} × the smallest fixed fleet's replica-hours were used", unmet,
                     *ratio);
}

std::string violation(const Requirement& requirement, const ServiceVerdict& service) {
  if (requirement.of == Of::met)
    return service.met
               ? std::string()
               : fmt::format("the objective of {} is not met: {}", service.service, service.broken);
  if (requirement.of == Of::fixed) return fixed_violation(requirement, service);
  const bool worst = requirement.of == Of::worst;
  const double found = worst ? service.worst_share : service.longest_spell_s;
  if (load::within(found, requirement.below, requirement.or_equal)) return {};
  return fmt::format(
      "{} is not met by {}: {}", requirement.text, service.service,
      worst ? fmt::format("{} missed in the worst five minutes", share_text(found))
            : fmt::format("more than {} missed for {}", share_text(service.spell_share),
                          format_duration(from_seconds(std::round(found)))));
}

/// The bound as a number: a positive one, a share, or seconds.
std::optional<double> bound_of(Of of, std::string_view text) {
  if (of == Of::worst) {
    const auto share = parse_share(text);
    return share ? std::optional(*share) : std::nullopt;
  }
  if (of == Of::spell) {
    const auto time = parse_duration(text);
    return time && *time >= Duration::zero() ? std::optional(seconds(*time)) : std::nullopt;
  }
  const auto number = parse_number(text);
  return number && *number > 0 ? std::optional(*number) : std::nullopt;
}

}  // namespace

Result<Requirement> parse_requirement(std::string_view text) {
  Requirement out{.text = std::string(text)};
  if (text == "met") return out;
  constexpr std::pair<std::string_view, Of> named[] = {
      {"fixed", Of::fixed}, {"worst5m", Of::worst}, {"spell", Of::spell}};
  const auto comparison = load::split_comparison(text);
  for (const auto& [name, of] : named) {
    if (!comparison || comparison->name != name) continue;
    const auto bound = bound_of(of, comparison->bound);
    if (!bound) break;
    out.of = of;
    out.below = *bound;
    out.or_equal = comparison->or_equal;
    return out;
  }
  return fail(
      ErrorCode::invalid,
      fmt::format("'{}' is not a requirement such as met, fixed<0.75, worst5m<5% or spell<3m",
                  text));
}

std::string violation(const Requirement& requirement, const Verdict& verdict) {
  if (verdict.saturated)
    return fmt::format("{} cannot be judged: this machine is saturated", requirement.text);
  for (const auto& service : verdict.services)
    if (std::string found = violation(requirement, service); !found.empty()) return found;
  return {};
}

}  // namespace headroom::report
