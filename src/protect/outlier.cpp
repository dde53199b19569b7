// Verdicts on replicas that fail.
#include "protect/outlier.h"

#include <algorithm>
#include <cmath>

namespace headroom::protect {
namespace {

// A word: failures in 8 bits, ejections in 8, the end of the ejection in milliseconds in 48.
constexpr int until_bits = 48;
constexpr std::int32_t byte_max = 255;

/// How surprising a share is where another was to be expected, in nats per answer.
double divergence(double share, double expected) {
  const auto term = [](double p, double q) { return p > 0 ? p * std::log(p / q) : 0.0; };
  return term(share, expected) + term(1 - share, 1 - expected);
}

}  // namespace

Health after_attempt(Health health, AttemptEnd end, Instant now) {
  if (health.ejected(now) || end == AttemptEnd::abandoned) return health;
  health.failures = end == AttemptEnd::broke ? std::min(health.failures + 1, byte_max) : 0;
  return health;
}

Health after_ejection(const OutlierRule& rule, Health health, Instant now) {
  const auto forgiven = (now - health.ejected_until) / rule.forgiven_after;
  const auto remembered = std::max<std::int64_t>(0, health.ejections - forgiven);
  health.failures = 0;
  health.ejections = static_cast<std::int32_t>(std::min<std::int64_t>(remembered + 1, byte_max));
  const Duration absence = std::min(rule.longest, rule.base * health.ejections);
  health.ejected_until = std::chrono::ceil<std::chrono::milliseconds>(now + absence);
  return health;
}

std::uint64_t packed(const Health& health) {
  const auto until = std::chrono::ceil<std::chrono::milliseconds>(health.ejected_until);
  const auto counts = static_cast<std::uint64_t>(health.failures << 8 | health.ejections);
  return counts << until_bits | static_cast<std::uint64_t>(until.time_since_epoch().count());
}

Health unpacked(std::uint64_t word) {
  const auto counts = static_cast<std::int32_t>(word >> until_bits);
  const auto until = static_cast<std::int64_t>(word & ((std::uint64_t{1} << until_bits) - 1));
  return {.failures = counts >> 8,
          .ejections = counts & byte_max,
          .ejected_until = Instant(std::chrono::milliseconds(until))};
}

void Siblings::add(const OutlierRule& rule, const Answers& answers) {
  if (answers.count < rule.answers_min) return;
  count_ += 1;
  shares_ += answers.share();
  inverses_ += 1.0 / answers.count;
}

bool stands_out(const OutlierRule& rule, const Answers& own, const Siblings& siblings) {
  if (own.errors < rule.errors_min || !siblings.any()) return false;
  if (own.share() - siblings.share() < rule.excess) return false;
  // Were all alike, this would be the share of each; the statistic is that of a squared deviation.
  const double common =
      (own.errors + siblings.share() * siblings.answers()) / (own.count + siblings.answers());
  const double evidence = own.count * divergence(own.share(), common) +
                          siblings.answers() * divergence(siblings.share(), common);
  return 2 * evidence >= rule.deviations * rule.deviations;
}

}  // namespace headroom::protect
