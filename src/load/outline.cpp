// Adds a plan up.
#include "load/outline.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "load/shape.h"

namespace headroom::load {

Result<Outline> outline_of(const LoadPlan& plan) {
  if (plan.recorded)
    return Outline{.length = plan.length(),
                   .requests = static_cast<double>(plan.recorded->at.size()),
                   .rates = std::nullopt};
  if (!plan.curve)
    return fail(ErrorCode::invalid,
                "what --closed sends depends on the answers: --dry-run has nothing to tell");
  const auto [lowest, highest] = std::ranges::minmax(plan.curve->per_s());
  return Outline{.length = plan.length(),
                 .requests = plan.curve->expected(),
                 .rates = Outline::Rates{.lowest_per_s = lowest,
                                         .highest_per_s = highest,
                                         .doubles_within = fastest_doubling(*plan.curve)}};
}

std::string to_text(const Outline& outline) {
  std::string text = fmt::format("{:.0f} requests expected in {:.1f} s", outline.requests,
                                 seconds(outline.length));
  if (!outline.rates) return text + "\n";
  text += fmt::format(", {:.1f}/s to {:.1f}/s", outline.rates->lowest_per_s,
                      outline.rates->highest_per_s);
  if (const auto within = outline.rates->doubles_within)
    text += fmt::format("; doubles within {}",
                        format_duration(std::chrono::round<std::chrono::milliseconds>(*within)));
  return text + "\n";
}

std::string to_json(const Outline& outline) {
  nlohmann::ordered_json out{{"length_s", seconds(outline.length)}, {"requests", outline.requests}};
  if (outline.rates) {
    out["lowest_per_second"] = outline.rates->lowest_per_s;
    out["highest_per_second"] = outline.rates->highest_per_s;
    out["doubles_within_s"] = nullptr;
    if (const auto within = outline.rates->doubles_within)
      out["doubles_within_s"] = seconds(*within);
  }
  return out.dump(2) + "\n";
}

}  // namespace headroom::load
