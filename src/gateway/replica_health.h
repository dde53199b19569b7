// The passive health of one replica as all workers share it: words that are exchanged as a whole.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "core/time.h"
#include "protect/outlier.h"

namespace headroom::gateway {

/// Any thread may call anything. A change is the step of `protect` from one whole state to the
/// next: what was computed from a state that another thread has replaced meanwhile is computed
/// again.
class ReplicaHealth {
 public:
  /// Answers are compared over the slices of time in this window.
  static constexpr Duration slice = std::chrono::seconds(1);
  static constexpr std::size_t slice_count = 10;

  explicit ReplicaHealth(Instant ready_since) : ready_since_(ready_since) {}

  [[nodiscard]] protect::Health state() const {
    return protect::unpacked(state_.load(std::memory_order_seq_cst));
  }
  /// Replaces the state unless it is not `seen` any more.
  bool replace(const protect::Health& seen, const protect::Health& next);

  [[nodiscard]] bool ejected(Instant now) const { return state().ejected(now); }

  /// Counts one ended attempt; the state after it.
  protect::Health attempt_ended(protect::AttemptEnd end, Instant now);
  void eject(const protect::OutlierRule& rule, Instant now);

  /// Since when it has been in use without a break: only from then on is it compared.
  [[nodiscard]] Instant in_use_since() const;
  /// What it answered in the window up to `now`, not counting slices before `from` or before it
  /// came into use.
  [[nodiscard]] protect::Answers answers(Instant from, Instant now) const;

 private:
  void count(bool error, Instant now);

  const Instant ready_since_;
  alignas(64) std::atomic<std::uint64_t> state_{0};
  /// A slice's number, answers and errors in one word each.
  alignas(64) std::array<std::atomic<std::uint64_t>, slice_count> slices_{};
};

}  // namespace headroom::gateway
