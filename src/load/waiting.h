// Requests that wait for a connection: a bounded queue that allocates only while it grows.
#pragma once

#include <cstddef>
#include <vector>

#include "core/result.h"
#include "load/request.h"

namespace headroom::load {

class Waiting {
 public:
  static constexpr std::size_t limit = std::size_t{1} << 20;

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] bool try_push(const Request& request) {
    if (size_ == limit) return false;
    if (size_ == ring_.size()) grow();
    ring_[(head_ + size_++) % ring_.size()] = request;
    return true;
  }
  [[nodiscard]] const Request& front() const {
    CHECK(size_ > 0);
    return ring_[head_];
  }
  Request pop() {
    const Request request = front();
    head_ = (head_ + 1) % ring_.size();
    --size_;
    return request;
  }

 private:
  void grow() {
    std::vector<Request> larger(ring_.empty() ? 64 : ring_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = ring_[(head_ + i) % ring_.size()];
    ring_.swap(larger);
    head_ = 0;
  }

  std::vector<Request> ring_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace headroom::load
