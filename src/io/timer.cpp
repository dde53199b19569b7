// The timer wheel.
#include "io/timer.h"

#include <algorithm>

namespace headroom::io {

void Timer::unlink() {
  if (next_ == nullptr) return;
  next_->previous_ = previous_;
  previous_->next_ = next_;
  next_ = previous_ = nullptr;
}

TimerWheel::TimerWheel(Instant now) : done_(tick_of(now)) {
  for (Timer& head : slots_) head.next_ = head.previous_ = &head;
}

void TimerWheel::append(Timer& list, Timer& timer) {
  timer.previous_ = list.previous_;
  timer.next_ = &list;
  list.previous_->next_ = &timer;
  list.previous_ = &timer;
}

void TimerWheel::arm(Timer& timer, Instant due) {
  timer.unlink();
  timer.due_ = due;
  // Rounded up: a timer never fires early. What is already due goes into the next slot.
  const Tick tick = std::max(tick_of(due + std::chrono::nanoseconds(999'999)), done_ + 1);
  append(slots_[static_cast<std::size_t>(tick) % slot_count], timer);
}

void TimerWheel::advance(Instant now) {
  const Tick target = tick_of(now);
  if (target <= done_) return;
  const Tick slots = std::min<Tick>(target - done_, slot_count);
  const Tick first = target - slots + 1;
  done_ = target;
  for (Tick tick = first; tick <= target; ++tick) {
    Timer& head = slots_[static_cast<std::size_t>(tick) % slot_count];
    // Take the slot's list away first, so that timers armed by callbacks wait for the next turn.
    Timer pending;
    if (head.next_ == &head) continue;
    pending.next_ = head.next_;
    pending.previous_ = head.previous_;
    pending.next_->previous_ = pending.previous_->next_ = &pending;
    head.next_ = head.previous_ = &head;
    while (pending.next_ != &pending) {
      Timer& timer = *pending.next_;
      timer.unlink();
      if (timer.due_ > now) append(head, timer);  // a later turn of the wheel
      else timer.on_fire_();
    }
    pending.next_ = pending.previous_ = nullptr;
  }
}

Duration TimerWheel::until_next(Instant now, Duration limit) const {
  const Tick from = tick_of(now);
  const Tick ahead = std::min<Tick>(limit.count() / 1'000'000, slot_count);
  for (Tick tick = done_ + 1; tick <= from + ahead; ++tick) {
    const Timer& head = slots_[static_cast<std::size_t>(tick) % slot_count];
    if (head.next_ != &head) {
      const Instant at{std::chrono::milliseconds(tick)};
      return std::clamp(at - now, Duration{0}, limit);
    }
  }
  return limit;
}

}  // namespace headroom::io
