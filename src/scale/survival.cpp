// The product-limit estimator, with weights.
#include "scale/survival.h"

#include <algorithm>

namespace headroom::scale {
namespace {

constexpr double rounding = 1e-9;

}  // namespace

std::optional<double> outlasted_by(double share, std::vector<Lifetime> lifetimes) {
  // Of equal ones those that are over come first: what goes on lasts longer than its age.
  std::ranges::sort(lifetimes, [](const Lifetime& a, const Lifetime& b) {
    return a.seconds != b.seconds ? a.seconds < b.seconds : a.over && !b.over;
  });
  double there = 0;
  for (const Lifetime& one : lifetimes) there += one.weight;
  double outlast = 1;
  for (const Lifetime& one : lifetimes) {
    if (one.over) outlast *= 1 - one.weight / there;
    there -= one.weight;
    if (one.over && outlast <= share + rounding) return one.seconds;
  }
  return std::nullopt;
}

}  // namespace headroom::scale
