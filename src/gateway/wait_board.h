// The order of waiting for one service over all workers: whose waiter comes first, and who is told.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "protect/waiting.h"

namespace headroom::gateway {

/// Each worker keeps its own queue and notes here the turn of the first in it. A free place belongs
/// to the first of all: only the worker where that one waits may take it, others wake that worker.
///
/// No place stays free while somebody waits, as the worker sees it where the first one does (it may
/// leave places at a replica that it finds slow). A worker notes its waiter, then looks for a
/// place; another frees a place, then looks for a note. In one order for all (seq_cst, here and in
/// Replica) at least one of them sees the other. Whoever was woken clears the mark of it before it
/// looks for places, so that who finds the mark set may rely on it; it passes on what it does not
/// need itself.
class WaitBoard {
 public:
  static constexpr std::size_t workers_max = 256;

  explicit WaitBoard(std::size_t workers) : cells_(workers) {}

  void note(std::size_t worker, protect::Turn first) {
    cells_[worker].first.store(first.word(), std::memory_order_seq_cst);
  }

  /// How many wait on a worker, for before_newcomer().
  void count(std::size_t worker, const protect::WaitingQueue::Sizes& sizes) {
    for (std::size_t rank = 0; rank < sizes.size(); ++rank)
      cells_[worker].waiting[rank].store(sizes[rank], std::memory_order_relaxed);
  }
  /// How many of all who wait a newcomer of this rank has to stand behind; may be a moment old.
  [[nodiscard]] std::size_t before_newcomer(std::uint8_t rank) const {
    std::size_t before = 0;
    for (const Cell& cell : cells_)
      for (std::size_t r = 0; r <= rank; ++r)
        before += cell.waiting[r].load(std::memory_order_relaxed);
    return before;
  }

  /// One of this rank comes to wait, and is not noted yet: where nobody stands before it, those of
  /// its rank, and of lesser ones, whom it stands before, begin to wait now.
  void joins(std::uint8_t rank, Instant now) {
    const protect::Turn turn = first().turn;
    for (std::size_t r = rank; r < begun_.size(); ++r)
      if (!turn.before_newcomer(static_cast<std::uint8_t>(r)))
        begun_[r].store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  /// For how long, without a break, there was somebody whom a newcomer of this rank has to stand
  /// behind. Zero while there is nobody.
  [[nodiscard]] Duration standing(std::uint8_t rank, Instant now) const {
    if (!first().turn.before_newcomer(rank)) return {};
    return now - Instant(Duration(begun_[rank].load(std::memory_order_relaxed)));
  }

  struct First {
    std::size_t worker = 0;
    protect::Turn turn;  // nobody's when nobody waits
  };
  /// O(workers): words that are only read while nobody waits.
  [[nodiscard]] First first() const {
    First first;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const auto turn = protect::Turn::of(cells_[i].first.load(std::memory_order_seq_cst));
      if (turn < first.turn) first = {i, turn};
    }
    return first;
  }

  /// Whether the caller is to wake this worker: nobody else has since it woke last.
  [[nodiscard]] bool mark(std::size_t worker) {
    return !cells_[worker].woken.exchange(true, std::memory_order_seq_cst);
  }
  void clear_mark(std::size_t worker) {
    cells_[worker].woken.store(false, std::memory_order_seq_cst);
  }

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> first{protect::Turn().word()};
    std::atomic<bool> woken{false};
    std::array<std::atomic<std::uint32_t>, protect::Turn::rank_count> waiting{};
  };
  std::vector<Cell> cells_;
  std::array<std::atomic<Duration::rep>, protect::Turn::rank_count> begun_{};
};

}  // namespace headroom::gateway
