// How long things last, from those that are over and those that still go on.
#pragma once

#include <optional>
#include <vector>

namespace headroom::scale {

/// Something that lasted so long, or has lasted so long by now.
struct Lifetime {
  double seconds = 0;
  bool over = true;
  double weight = 1;  // how much it counts, > 0
};

/// The shortest time that at most a `share` of them outlast; nothing where so many of those that
/// have lasted longest still go on that it is not known. Kaplan and Meier, Nonparametric Estimation
/// from Incomplete Observations, 1958: what goes on counts among those that may end until its age.
[[nodiscard]] std::optional<double> outlasted_by(double share, std::vector<Lifetime> lifetimes);

}  // namespace headroom::scale
