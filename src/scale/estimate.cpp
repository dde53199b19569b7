// Wilson's interval and the pooling of adjacent violators.
#include "scale/estimate.h"

#include <cmath>
#include <cstddef>

namespace headroom::scale {

double wilson(double part, double whole, double z) {
  const double share = part / whole;
  const double z2 = z * z / whole;
  const double spread = std::sqrt(share * (1 - share) / whole + z2 / (4 * whole));
  return (share + z2 / 2 + z * spread) / (1 + z2);
}

double quantile_loss(const QuantileCase& one) {
  if (one.expected >= one.came) return one.expected - one.came;
  return (one.came - one.expected) * (1 - one.exceeded_share) / one.exceeded_share;
}

std::vector<Pooled> nondecreasing(std::span<const Pooled> points) {
  struct Block {
    Pooled pooled;
    std::size_t length = 0;
  };
  std::vector<Block> blocks;
  for (const auto& point : points) {
    blocks.push_back({point, 1});
    while (blocks.size() > 1) {
      const Block last = blocks.back();
      Block& before = blocks[blocks.size() - 2];
      if (before.pooled.mean() < last.pooled.mean()) break;
      before.pooled.sum += last.pooled.sum;
      before.pooled.weight += last.pooled.weight;
      before.length += last.length;
      blocks.pop_back();
    }
  }
  std::vector<Pooled> out;
  out.reserve(points.size());
  for (const auto& block : blocks) out.insert(out.end(), block.length, block.pooled);
  return out;
}

}  // namespace headroom::scale
