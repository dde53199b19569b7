// Timers of one loop: an intrusive hashed wheel, so that arming and disarming cost nothing.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "core/time.h"

namespace headroom::io {

/// A place in a circular list; on its own, the head of one.
struct TimerLink {
  TimerLink* next = nullptr;
  TimerLink* previous = nullptr;
  void unlink();
};

/// A timer that lives inside its owner; disarms itself when destroyed.
class Timer : private TimerLink {
 public:
  explicit Timer(std::function<void()> on_fire) : on_fire_(std::move(on_fire)) {}
  ~Timer() { unlink(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  [[nodiscard]] bool armed() const { return next != nullptr; }
  [[nodiscard]] Instant due() const { return due_; }

 private:
  friend class TimerWheel;

  Instant due_{};
  std::function<void()> on_fire_;
};

/// A wheel of 1 ms slots; a timer further away than one turn waits in its slot for later turns.
/// arm and disarm O(1); advance O(slots passed + timers met).
class TimerWheel {
 public:
  static constexpr std::size_t slot_count = 1024;

  explicit TimerWheel(Instant now);

  void arm(Timer& timer, Instant due);
  void disarm(Timer& timer) { timer.unlink(); }

  /// Fires everything due at or before `now`, in slot order. A callback may arm, disarm and destroy
  /// timers, its own included.
  void advance(Instant now);

  /// How long until the next slot that holds a timer, at most `limit`; 0 when one is due.
  [[nodiscard]] Duration until_next(Instant now, Duration limit) const;

 private:
  using Tick = std::int64_t;
  static Tick tick_of(Instant t) { return t.time_since_epoch().count() / 1'000'000; }
  static std::size_t slot_of(Tick tick) { return static_cast<std::size_t>(tick) % slot_count; }
  void append(std::size_t slot, Timer& timer);

  std::array<TimerLink, slot_count> slots_;  // heads of circular lists
  /// A bit for each slot that may hold a timer: every turn of the loop asks for the next one, and
  /// disarming leaves the bit set until somebody looks.
  mutable std::array<std::uint64_t, slot_count / 64> occupied_{};
  Tick done_;  // every slot up to this tick has been fired
};

}  // namespace headroom::io
