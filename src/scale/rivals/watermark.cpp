// The band, its steps, and the waits between them.
#include "scale/rivals/watermark.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"
#include "scale/rivals/replicas_seen.h"

namespace headroom::rivals {
namespace {

constexpr double replicas_limit = 1e9;

int up_to_multiple(double replicas, int modulo) {
  return static_cast<int>(std::ceil(std::min(replicas, replicas_limit) / modulo) * modulo);
}

double high_edge(const WatermarkRules& rules) {
  return rules.high * (1 + rules.tolerance);
}
double low_edge(const WatermarkRules& rules) {
  return rules.low * (1 - rules.tolerance);
}

/// One step towards a mark, unless that would overshoot it.
int converged(const WatermarkRules& rules, int current, double total) {
  const auto bounded = [&](double replicas) {
    return std::clamp(std::min(replicas, replicas_limit), double(rules.min), double(rules.max));
  };
  if (rules.converge == Converge::high) {
    const int step = std::max(current - rules.modulo, 1);
    return step >= bounded(std::ceil(total / rules.high)) ? step : current;
  }
  if (rules.converge == Converge::low) {
    const int step = current + rules.modulo;
    return step <= bounded(std::floor(total / rules.low)) ? step : current;
  }
  return current;
}

}  // namespace

int watermark_proposal(const WatermarkRules& rules, int current, int ready, double total) {
  if (ready <= 0) return current;
  const double usage = total / ready;
  if (usage > high_edge(rules))
    return std::max(current, up_to_multiple(std::ceil(total / rules.high), rules.modulo));
  if (usage < low_edge(rules))
    return std::min(current,
                    up_to_multiple(std::max(1.0, std::floor(total / rules.low)), rules.modulo));
  return converged(rules, current, total);
}

int watermark_limited(const WatermarkRules& rules, int current, int proposal) {
  const auto step = [&](double factor) {
    return factor > 0 ? std::max(1, static_cast<int>(std::floor(factor * current))) : 0;
  };
  return std::clamp(proposal, current - step(rules.down_factor), current + step(rules.up_factor));
}

Watermark::Watermark(const WatermarkConfig& config)
    : config_(config),
      sync_(config.sync_s, config.sync_offset_s),
      rate_(config.signal, Quantity::counter) {
  const WatermarkRules& rules = config.rules;
  CHECK(rules.low > 0 && rules.high >= rules.low && rules.modulo >= 1);
  CHECK(rules.min >= 1 && rules.max >= rules.min);
}

int Watermark::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const double at_s = elapsed_.at(now, dt);
  const double dt_s = seconds(dt);
  if (wanted_ < 0) wanted_ = std::max(config_.rules.min, existing_replicas(seen, 0));
  if (seen.completeness > 0 && dt_s > 0)
    rate_.add(at_s, dt_s, static_cast<double>(seen.arrivals) / dt_s);
  else
    rate_.add_unseen(at_s);
  if (sync_.due(at_s)) wanted_ = sync(at_s, seen);
  return wanted_;
}

int Watermark::sync(double at_s, const scale::ServiceSeen& seen) {
  const WatermarkRules& rules = config_.rules;
  const int bounded = std::clamp(wanted_, rules.min, rules.max);
  const auto rate = rate_.value(at_s);
  const int ready = seen.completeness > 0 ? ready_replicas(seen) : 0;
  if (bounded != wanted_ || !rate || ready == 0) return bounded;
  note_side(at_s, *rate / ready);
  const int proposal =
      watermark_limited(rules, wanted_, watermark_proposal(rules, wanted_, ready, *rate));
  const int next = std::clamp(proposal, rules.min, rules.max);
  if (next == wanted_ || !allowed(at_s, next > wanted_)) return wanted_;
  changed_at_s_ = at_s;
  return next;
}

/// Since when the metric has been on that side of the band without a break.
void Watermark::note_side(double at_s, double per_replica) {
  const auto note = [&](bool there, std::optional<double>& since_s) {
    if (!there) since_s.reset();
    if (there && !since_s) since_s = at_s;
  };
  note(per_replica > high_edge(config_.rules), above_since_s_);
  note(per_replica < low_edge(config_.rules), below_since_s_);
}

bool Watermark::allowed(double at_s, bool up) const {
  const WatermarkRules& rules = config_.rules;
  const double wait_s = up ? rules.up_wait_s : rules.down_wait_s;
  if (changed_at_s_ && at_s - *changed_at_s_ < wait_s) return false;
  const auto& since_s = up ? above_since_s_ : below_since_s_;
  const double delay_s = up ? rules.above_delay_s : rules.below_delay_s;
  return !since_s || at_s - *since_s >= delay_s;  // within the band there is nothing to debounce
}

}  // namespace headroom::rivals
