// The timer wheel.
#include "io/timer.h"

#include <algorithm>
#include <bit>

namespace headroom::io {

void TimerLink::unlink() {
  if (next == nullptr) return;
  next->previous = previous;
  previous->next = next;
  next = previous = nullptr;
}

TimerWheel::TimerWheel(Instant now) : done_(tick_of(now)) {
  for (TimerLink& head : slots_) head.next = head.previous = &head;
}

void TimerWheel::append(std::size_t slot, Timer& timer) {
  TimerLink& list = slots_[slot];
  timer.previous = list.previous;
  timer.next = &list;
  list.previous->next = &timer;
  list.previous = &timer;
  occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void TimerWheel::arm(Timer& timer, Instant due) {
  timer.unlink();
  timer.due_ = due;
  // Rounded up: a timer never fires early. What is already due goes into the next slot.
  const Tick tick = std::max(tick_of(due + std::chrono::nanoseconds(999'999)), done_ + 1);
  append(slot_of(tick), timer);
}

void TimerWheel::advance(Instant now) {
  const Tick target = tick_of(now);
  if (target <= done_) return;
  const Tick slots = std::min<Tick>(target - done_, slot_count);
  const Tick first = target - slots + 1;
  done_ = target;
  for (Tick tick = first; tick <= target; ++tick) {
    TimerLink& head = slots_[slot_of(tick)];
    if (head.next == &head) continue;
    // Take the slot's list away first, so that timers armed by callbacks wait for the next turn.
    TimerLink pending{head.next, head.previous};
    pending.next->previous = pending.previous->next = &pending;
    head.next = head.previous = &head;
    while (pending.next != &pending) {
      Timer& timer = static_cast<Timer&>(*pending.next);
      timer.unlink();
      if (timer.due_ > now)
        append(slot_of(tick), timer);  // a later turn of the wheel
      else
        timer.on_fire_();
    }
  }
}

Duration TimerWheel::until_next(Instant now, Duration limit) const {
  const Tick last = tick_of(now) + std::min<Tick>(limit.count() / 1'000'000, slot_count);
  for (Tick tick = done_ + 1; tick <= last;) {
    const std::size_t slot = slot_of(tick);
    const std::uint64_t ahead = occupied_[slot / 64] >> (slot % 64);
    if (ahead == 0) {
      tick += static_cast<Tick>(64 - slot % 64);
      continue;
    }
    tick += std::countr_zero(ahead);
    if (tick > last) break;
    const TimerLink& head = slots_[slot_of(tick)];
    if (head.next != &head) {
      const Instant at{std::chrono::milliseconds(tick)};
      return std::clamp(at - now, Duration{0}, limit);
    }
    occupied_[slot_of(tick) / 64] &= ~(std::uint64_t{1} << (slot_of(tick) % 64));
    ++tick;
  }
  return limit;
}

}  // namespace headroom::io
