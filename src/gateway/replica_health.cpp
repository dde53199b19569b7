// Counting what a replica answers, and leaving it out.
#include "gateway/replica_health.h"

#include <algorithm>

namespace headroom::gateway {
namespace {

/// What one slice's word holds. 28 bits of seconds last for eight years.
struct Slice {
  static constexpr int count_bits = 18;
  static constexpr std::uint64_t count_max = (1U << count_bits) - 1;
  static constexpr std::uint64_t number_max = (1U << 28) - 1;

  std::uint64_t number;
  std::uint64_t answers;
  std::uint64_t errors;

  [[nodiscard]] static std::uint64_t number_at(Instant at) {
    return static_cast<std::uint64_t>(at.time_since_epoch() / ReplicaHealth::slice) & number_max;
  }
  [[nodiscard]] static Slice of(std::uint64_t word) {
    return {.number = word >> 2 * count_bits,
            .answers = word >> count_bits & count_max,
            .errors = word & count_max};
  }
  [[nodiscard]] std::uint64_t word() const {
    return number << 2 * count_bits | answers << count_bits | errors;
  }
};

}  // namespace

bool ReplicaHealth::replace(const protect::Health& seen, const protect::Health& next) {
  std::uint64_t expected = protect::packed(seen);
  return state_.compare_exchange_strong(expected, protect::packed(next), std::memory_order_seq_cst);
}

protect::Health ReplicaHealth::attempt_ended(protect::AttemptEnd end, Instant now) {
  if (end != protect::AttemptEnd::abandoned) count(end != protect::AttemptEnd::answered, now);
  while (true) {
    const protect::Health seen = state();
    const protect::Health next = protect::after_attempt(seen, end, now);
    // Most attempts change nothing, and a word that is only read stays in every core's cache.
    if (next == seen || replace(seen, next)) return next;
  }
}

void ReplicaHealth::eject(const protect::OutlierRule& rule, Instant now) {
  while (true) {
    const protect::Health seen = state();
    if (replace(seen, protect::after_ejection(rule, seen, now))) return;
  }
}

void ReplicaHealth::count(bool error, Instant now) {
  const std::uint64_t number = Slice::number_at(now);
  std::atomic<std::uint64_t>& word = slices_[number % slice_count];
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  while (true) {
    Slice next = Slice::of(seen);
    if (next.number != number) next = {.number = number, .answers = 0, .errors = 0};
    if (next.answers == Slice::count_max) return;  // enough to know the share by
    ++next.answers;
    next.errors += error ? 1 : 0;
    if (word.compare_exchange_weak(seen, next.word(), std::memory_order_relaxed)) return;
  }
}

Instant ReplicaHealth::in_use_since() const {
  return std::max(ready_since_, state().ejected_until);
}

protect::Answers ReplicaHealth::answers(Instant from, Instant now) const {
  const Instant oldest = now - slice * (slice_count - 1);
  const std::uint64_t last = Slice::number_at(now);
  const std::uint64_t first = Slice::number_at(std::max({from, in_use_since(), oldest}));
  protect::Answers sum;
  for (const std::atomic<std::uint64_t>& word : slices_) {
    const Slice one = Slice::of(word.load(std::memory_order_relaxed));
    if (one.number < first || one.number > last) continue;
    sum.count += static_cast<std::uint32_t>(one.answers);
    sum.errors += static_cast<std::uint32_t>(one.errors);
  }
  return sum;
}

}  // namespace headroom::gateway
