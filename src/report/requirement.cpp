// Reading and judging requirements.
#include "report/requirement.h"

#include <fmt/format.h>

#include "core/text.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

std::string violation(const Requirement& requirement, const ServiceVerdict& service) {
  if (!requirement.fixed_below) {
    if (service.met) return {};
    return fmt::format("the objective of {} is not met: {} of {} requests missed ({:.3g}%)",
                       service.service, grouped(service.counts.missed()),
                       grouped(service.counts.all()), 100 * service.counts.missed_share());
  }
  const std::string unmet = fmt::format("{} is not met by {}", requirement.text, service.service);
  const auto ratio = service.ratio();
  if (!ratio) return unmet + ": the smallest fixed fleet cannot be estimated";
  if (*ratio < *requirement.fixed_below) return {};
  return fmt::format("{}: {:.3g} × the smallest fixed fleet's replica-hours were used", unmet,
                     *ratio);
}

}  // namespace

Result<Requirement> parse_requirement(std::string_view text) {
  constexpr std::string_view fixed = "fixed<";
  if (text == "met") return Requirement{.text = std::string(text), .fixed_below = std::nullopt};
  if (text.starts_with(fixed)) {
    const auto number = parse_number(text.substr(fixed.size()));
    if (number && *number > 0)
      return Requirement{.text = std::string(text), .fixed_below = *number};
  }
  return fail(ErrorCode::invalid,
              fmt::format("'{}' is not a requirement such as met or fixed<0.75", text));
}

std::string violation(const Requirement& requirement, const Verdict& verdict) {
  if (verdict.saturated)
    return fmt::format("{} cannot be judged: this machine is saturated", requirement.text);
  for (const auto& service : verdict.services)
    if (std::string found = violation(requirement, service); !found.empty()) return found;
  return {};
}

}  // namespace headroom::report
