// What happens next: a heap of events by time, four to a node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace headroom::prove {

/// Times are nanoseconds. Events of one time come in an order that depends on nothing but the
/// calls before. Four children to a node: half the levels of a binary heap, and the four lie on
/// one cache line.
class Timeline {
 public:
  struct Event {
    std::int64_t at_ns = 0;
    std::uint32_t what = 0;
  };
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] std::size_t size() const { return events_.size(); }
  [[nodiscard]] std::int64_t next_at() const {
    return events_.empty() ? never : events_.front().at_ns;
  }

  void add(Event event) {
    std::size_t hole = events_.size();
    events_.push_back(event);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (events_[parent].at_ns <= event.at_ns) break;
      events_[hole] = events_[parent];
      hole = parent;
    }
    events_[hole] = event;
  }

  /// Requires that there is one.
  Event take() {
    const Event first = events_.front();
    const Event last = events_.back();
    events_.pop_back();
    if (!events_.empty()) sink(last);
    return first;
  }

 private:
  /// Puts `event` where it belongs, from the root's place down.
  void sink(Event event) {
    const std::size_t size = events_.size();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = 4 * hole + 1;
      if (first >= size) break;
      std::size_t least = first;
      const std::size_t end = first + 4 < size ? first + 4 : size;
      for (std::size_t child = first + 1; child < end; ++child)
        if (events_[child].at_ns < events_[least].at_ns) least = child;
      if (events_[least].at_ns >= event.at_ns) break;
      events_[hole] = events_[least];
      hole = least;
    }
    events_[hole] = event;
  }

  std::vector<Event> events_;
};

}  // namespace headroom::prove
