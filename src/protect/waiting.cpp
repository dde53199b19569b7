// The waiting queue.
#include "protect/waiting.h"

#include "core/result.h"

namespace headroom::protect {

void Waiter::leave() {
  if (queue_ != nullptr) queue_->remove(*this);
}

WaitingQueue::Joined WaitingQueue::join(Waiter& waiter, std::uint8_t rank, Instant now) {
  CHECK(!waiter.waiting() && rank < rank_count);
  Joined joined;
  if (size_ >= limit_) {
    joined.displaced = last_below(rank);
    if (joined.displaced == nullptr) return joined;
    joined.displaced->leave();
  }
  Rank& list = ranks_[rank];
  waiter.queue_ = this;
  waiter.rank_ = rank;
  waiter.turn_ = Turn(rank, now);
  waiter.next_ = nullptr;
  waiter.previous_ = list.last;
  (list.last != nullptr ? list.last->next_ : list.first) = &waiter;
  list.last = &waiter;
  ++list.size;
  ++size_;
  joined.accepted = true;
  return joined;
}

Waiter* WaitingQueue::last_below(std::uint8_t rank) const {
  for (std::size_t r = rank_count - 1; r > rank; --r)
    if (ranks_[r].last != nullptr) return ranks_[r].last;
  return nullptr;
}

Waiter* WaitingQueue::first() const {
  for (const Rank& rank : ranks_)
    if (rank.first != nullptr) return rank.first;
  return nullptr;
}

Turn WaitingQueue::first_turn() const {
  const Waiter* waiter = first();
  return waiter != nullptr ? waiter->turn_ : Turn();
}

WaitingQueue::Sizes WaitingQueue::sizes() const {
  Sizes sizes{};
  for (std::size_t rank = 0; rank < rank_count; ++rank) sizes[rank] = ranks_[rank].size;
  return sizes;
}

void WaitingQueue::remove(Waiter& waiter) {
  Rank& list = ranks_[waiter.rank_];
  (waiter.previous_ != nullptr ? waiter.previous_->next_ : list.first) = waiter.next_;
  (waiter.next_ != nullptr ? waiter.next_->previous_ : list.last) = waiter.previous_;
  waiter.queue_ = nullptr;
  waiter.next_ = waiter.previous_ = nullptr;
  --list.size;
  --size_;
}

}  // namespace headroom::protect
