// Requests waiting for a replica: bounded, by priority, first come first served within one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/time.h"

namespace headroom::protect {

/// Something that can wait; lives inside its owner and leaves the queue when it is destroyed.
class Waiter {
 public:
  Waiter() = default;
  ~Waiter() { leave(); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  [[nodiscard]] bool waiting() const { return queue_ != nullptr; }
  void leave();

 private:
  friend class WaitingQueue;
  class WaitingQueue* queue_ = nullptr;
  Waiter* next_ = nullptr;
  Waiter* previous_ = nullptr;
  std::uint8_t rank_ = 0;
  Instant since_{};
};

/// Rank 0 is the most important. When full, a newcomer displaces the latest waiter of the least
/// important rank below its own, otherwise it is refused.
class WaitingQueue {
 public:
  static constexpr std::size_t rank_count = 3;

  explicit WaitingQueue(std::size_t limit) : limit_(limit) {}

  struct Joined {
    bool accepted = false;
    Waiter* displaced = nullptr;  // no longer waiting; its owner must answer it
  };
  [[nodiscard]] Joined join(Waiter& waiter, std::uint8_t rank, Instant now);

  /// The one to serve next, or null. It keeps waiting until it leaves.
  [[nodiscard]] Waiter* first() const;
  /// The one of that rank that has waited longest, or null.
  [[nodiscard]] Waiter* first(std::uint8_t rank) const { return ranks_[rank].first; }
  /// Since when first() waits; the greatest instant when nobody does.
  [[nodiscard]] Instant first_since() const;
  [[nodiscard]] std::size_t size() const { return size_; }
  void set_limit(std::size_t limit) { limit_ = limit; }

 private:
  friend class Waiter;
  struct Rank {
    Waiter* first = nullptr;
    Waiter* last = nullptr;
  };
  void remove(Waiter& waiter);
  [[nodiscard]] Waiter* last_below(std::uint8_t rank) const;

  std::array<Rank, rank_count> ranks_{};
  std::size_t size_ = 0;
  std::size_t limit_;
};

}  // namespace headroom::protect
