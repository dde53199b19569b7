// A fixed byte buffer that is filled at its end and drained at its front.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace headroom::gateway {

/// Never moves its content on its own, so views into it stay valid until clear() or compact().
template <std::size_t Capacity>
class Buffer {
 public:
  Buffer() {}  // not defaulted: leaves the bytes untouched, so unpaged

  [[nodiscard]] std::string_view readable() const { return {bytes_ + begin_, end_ - begin_}; }
  [[nodiscard]] std::span<char> writable() { return {bytes_ + end_, Capacity - end_}; }
  [[nodiscard]] std::size_t room() const { return Capacity - end_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t position() const { return begin_; }

  void commit(std::size_t count) { end_ += count; }
  void consume(std::size_t count) { begin_ += count; }
  /// Forgets what was consumed only in name: everything from `position` on is to be read again.
  void rewind(std::size_t position) { begin_ = position; }
  /// Replaces the first readable bytes. Requires bytes.size() <= readable().size().
  void overwrite(std::string_view bytes) {
    std::memcpy(bytes_ + begin_, bytes.data(), bytes.size());
  }
  void clear(std::size_t keep = 0) { begin_ = end_ = keep; }

  /// Moves what is left to the front.
  void compact() {
    std::memmove(bytes_, bytes_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }

  /// Requires bytes.size() <= room().
  void append(std::string_view bytes) {
    std::memcpy(bytes_ + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
  }

 private:
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  char bytes_[Capacity];
};

}  // namespace headroom::gateway
