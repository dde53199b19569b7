// Text written into a buffer of the caller's, which it never leaves.
#pragma once

#include <charconv>
#include <cstring>
#include <span>
#include <string_view>

namespace headroom::http {

/// Once something did not fit, nothing more is written and size() is 0.
class Writer {
 public:
  explicit Writer(std::span<char> out)
      : begin_(out.data()), at_(out.data()), end_(out.data() + out.size()) {}

  void put(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(end_ - at_)) return overflow();
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

  void put(char c) { put(std::string_view(&c, 1)); }

  template <std::integral T>
    requires(!std::same_as<T, char>)
  void number(T value, int base = 10) {
    const std::to_chars_result result = std::to_chars(at_, end_, value, base);
    if (result.ec != std::errc{}) return overflow();
    at_ = result.ptr;
  }

  /// "name: value" and the end of the line.
  void field(std::string_view name, std::string_view value) {
    if (name.size() + value.size() + 4 > static_cast<std::size_t>(end_ - at_)) return overflow();
    append(name);
    append(": ");
    append(value);
    append("\r\n");
  }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }

 private:
  void append(std::string_view text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void overflow() { at_ = end_ = begin_; }

  char* begin_;
  char* at_;
  char* end_;
};

}  // namespace headroom::http
