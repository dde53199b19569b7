// The levels of concurrency that attempts are counted by.
#include "scale/observation.h"

#include <algorithm>

namespace headroom::scale {
namespace {

constexpr std::size_t level_count = ByConcurrency::level_count;

/// edges[i] is the least in-flight count of level i; the last entry closes the last level.
constexpr std::array<std::uint32_t, level_count + 1> edges = [] {
  std::array<std::uint32_t, level_count + 1> out{};
  std::uint32_t edge = 1;
  for (auto& e : out) {
    e = edge;
    edge += edge < 16 ? 1 : edge / 8;
  }
  return out;
}();

}  // namespace

std::size_t ByConcurrency::level_of(std::uint32_t in_flight) {
  const auto above = std::upper_bound(edges.begin(), edges.end() - 1, in_flight);
  return above == edges.begin() ? 0 : static_cast<std::size_t>(above - edges.begin()) - 1;
}

std::uint32_t ByConcurrency::edge(std::size_t level) {
  return edges[level];
}

}  // namespace headroom::scale
