// Losses in words.
#include "report/losses.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/text.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

constexpr double rounding = 1e-9;

}  // namespace

std::string reasons_text(const Reasons& reasons) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(reasons.begin(), reasons.end());
  std::ranges::sort(sorted, {}, [](const auto& reason) {
    return std::pair(~reason.second, reason.first);  // the most frequent first, then by name
  });
  std::string text;
  for (const auto& [reason, count] : sorted)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), reason);
  return text;
}

std::string promise_text(const spec::Objective& objective) {
  if (objective.latency <= Duration::zero())
    return "not recorded, as headroom does not decide on it: name the file with -f";
  return fmt::format("{:g}% within {}, at most {} failed", objective.quantile * 100,
                     format_duration(objective.latency), format_share(1 - objective.availability));
}

std::string broken_text(const Counts& counts, const spec::Objective& objective) {
  if (counts.all() == 0) return {};
  std::string text;
  const auto hold = [&text](double share, double permitted, std::string_view what) {
    if (share > permitted + rounding)
      text += fmt::format("{}{} {}, at most {} may", text.empty() ? "" : "; ", share_text(share),
                          what, share_text(permitted));
  };
  hold(counts.missed_share(), objective.permitted_misses(), "missed");
  hold(static_cast<double>(counts.failed) / static_cast<double>(counts.all()),
       1 - objective.availability, "failed");
  return text;
}

}  // namespace headroom::report
