// Requests waiting for a replica: bounded, by priority, first come first served within one.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "core/time.h"

namespace headroom::protect {

/// Where somebody stands in the order of waiting: the more important first (rank 0 most), within a
/// rank who has waited longer. One word, so that threads can share it. The lesser is served first.
class Turn {
 public:
  static constexpr std::size_t rank_count = 3;

  /// Nobody's: after all others.
  constexpr Turn() = default;
  /// Requires rank < rank_count and `since` not before the clock's zero.
  constexpr Turn(std::uint8_t rank, Instant since)
      : word_(std::uint64_t{rank} << since_bits |
              static_cast<std::uint64_t>(since.time_since_epoch().count())) {}
  [[nodiscard]] static constexpr Turn of(std::uint64_t word) {
    Turn turn;
    turn.word_ = word;
    return turn;
  }

  [[nodiscard]] constexpr std::uint64_t word() const { return word_; }
  [[nodiscard]] constexpr bool nobody() const { return word_ == UINT64_MAX; }
  /// Whether a newcomer of this rank has to stand behind it.
  [[nodiscard]] constexpr bool before_newcomer(std::uint8_t rank) const {
    return word_ >> since_bits <= rank;
  }
  [[nodiscard]] constexpr Instant since() const {
    return Instant(Duration(word_ & ((std::uint64_t{1} << since_bits) - 1)));
  }
  constexpr auto operator<=>(const Turn&) const = default;

 private:
  static constexpr int since_bits = 62;  // 146 years in nanoseconds
  std::uint64_t word_ = UINT64_MAX;
};

/// Something that can wait; lives inside its owner and leaves the queue when it is destroyed.
class Waiter {
 public:
  Waiter() = default;
  ~Waiter() { leave(); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  [[nodiscard]] bool waiting() const { return queue_ != nullptr; }
  /// Since when it waits, or did last.
  [[nodiscard]] Instant waiting_since() const { return turn_.since(); }
  void leave();

 private:
  friend class WaitingQueue;
  class WaitingQueue* queue_ = nullptr;
  Waiter* next_ = nullptr;
  Waiter* previous_ = nullptr;
  std::uint8_t rank_ = 0;
  Turn turn_;
};

/// Rank 0 is the most important. When full, a newcomer displaces the latest waiter of the least
/// important rank below its own, otherwise it is refused.
class WaitingQueue {
 public:
  static constexpr std::size_t rank_count = Turn::rank_count;

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
  /// The turn of first().
  [[nodiscard]] Turn first_turn() const;
  [[nodiscard]] std::size_t size() const { return size_; }
  /// How many wait of each rank.
  using Sizes = std::array<std::uint32_t, rank_count>;
  [[nodiscard]] Sizes sizes() const;
  void set_limit(std::size_t limit) { limit_ = limit; }

 private:
  friend class Waiter;
  struct Rank {
    Waiter* first = nullptr;
    Waiter* last = nullptr;
    std::uint32_t size = 0;
  };
  void remove(Waiter& waiter);
  [[nodiscard]] Waiter* last_below(std::uint8_t rank) const;

  std::array<Rank, rank_count> ranks_{};
  std::size_t size_ = 0;
  std::size_t limit_;
};

}  // namespace headroom::protect
