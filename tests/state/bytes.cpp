// One long random text; each body begins somewhere in it and goes round.
#include "bytes.h"

#include <algorithm>
#include <vector>

#include "core/random.h"

namespace headroom::state {
namespace {

constexpr std::size_t text_size = 1'000'003;  // prime: no block of a buffer repeats within it

const std::vector<char>& text() {
  static const std::vector<char> made = [] {
    Random random(1);
    std::vector<char> bytes(text_size + piece_max);
    for (std::size_t i = 0; i < text_size; ++i) bytes[i] = static_cast<char>(random.next() >> 56);
    std::copy_n(bytes.begin(), piece_max, bytes.begin() + text_size);
    return bytes;
  }();
  return made;
}

}  // namespace

std::string_view body_bytes(std::uint64_t id, Side side, std::uint64_t offset, std::uint64_t size) {
  const std::uint64_t begin = Random(id * 2 + static_cast<std::uint64_t>(side)).next() % text_size;
  return {text().data() + (begin + offset) % text_size, std::min<std::uint64_t>(size, piece_max)};
}

std::size_t first_difference(std::uint64_t id, Side side, std::uint64_t offset,
                             std::string_view found) {
  for (std::size_t at = 0; at < found.size(); at += piece_max) {
    const std::string_view right = body_bytes(id, side, offset + at, found.size() - at);
    const std::string_view part = found.substr(at, piece_max);
    const auto differ = std::mismatch(part.begin(), part.end(), right.begin());
    if (differ.first != part.end())
      return at + static_cast<std::size_t>(differ.first - part.begin());
  }
  return std::string_view::npos;
}

}  // namespace headroom::state
