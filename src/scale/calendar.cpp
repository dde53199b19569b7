// Which events bear on the present: a pure function of wall time.
#include "scale/calendar.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace headroom::scale {
namespace {

constexpr double ahead_max_s = 7 * 86'400;

/// How long before the begin the first replica must be started.
Duration ahead_of(const ServicePolicy& policy, const ServiceModel& model, int at_least) {
  const int step = policy.scale.step;
  const int waves = step > 0 ? (at_least + step - 1) / step : 1;
  return from_seconds(std::min(ahead_max_s, model.lead_s * waves));
}

std::string describe(const spec::Event& event, Duration until_begin) {
  const auto whole = [](Duration d) {
    return format_duration(std::chrono::ceil<std::chrono::seconds>(d));
  };
  const bool ahead = until_begin > Duration::zero();
  const std::string where =
      event.zone.is_utc() ? std::string() : fmt::format(" ({})", event.zone.name());
  return fmt::format("the event '{}'{} {} and needs {}", event.cron.text, where,
                     ahead ? fmt::format("begins in {}", whole(until_begin))
                           : fmt::format("lasts {} more", whole(until_begin + event.length)),
                     event.at_least);
}

}  // namespace

std::optional<Need> calendar_need(const ServicePolicy& policy, const ServiceModel& model,
                                  WallTime now, Explain explain) {
  const spec::Event* largest = nullptr;
  Duration until_begin{};
  for (const spec::Event& event : policy.scale.calendar) {
    if (largest != nullptr && event.at_least <= largest->at_least) continue;
    const auto begin = spec::last_begin(event.cron, event.zone, now - event.length,
                                        now + ahead_of(policy, model, event.at_least));
    if (!begin) continue;
    largest = &event;
    until_begin = *begin - now;
  }
  if (largest == nullptr) return std::nullopt;
  return Need{Rule::calendar, static_cast<double>(largest->at_least),
              explain == Explain::yes ? describe(*largest, until_begin) : std::string()};
}

}  // namespace headroom::scale
