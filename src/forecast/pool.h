// Which experts to follow, by what following them would have cost.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "forecast/expert.h"
#include "forecast/quantiles.h"

namespace headroom::forecast {

/// An expert's answer; nothing where it has none yet.
using Answer = std::optional<Quantiles>;

/// How much an expert has to show before it is followed: a naive one nothing, a peer (exponential
/// smoothing) as good as nothing, a model that it beat them.
enum class Role : std::uint8_t { naive, peer, model };

struct Pooled {
  Quantiles quantiles{};
  /// Weight of the naive experts, for each p. Above one half the others are refused: they have no
  /// part in the quantile.
  Quantiles naive_share{};
};

/// Weights fall exponentially with the discounted pinball loss, in units of the best naive
/// expert's, for each p by itself; what was lost in the situation at hand counts twice. Models
/// carry a handicap and an evidence clause: see docs/concepts/forecast.md.
class Pool {
 public:
  /// The first expert is naive, and the one that ties go to.
  Pool(std::vector<Role> roles, std::size_t lead, double half_life_bins);

  /// What the answers given a lead ago cost. Requires one of the first expert.
  void learn(std::span<const Answer> answers, std::uint8_t situation, double value);
  /// Requires an answer of the first expert.
  [[nodiscard]] Pooled combine(std::span<const Answer> answers, std::uint8_t situation) const;

 private:
  struct Losses {
    std::vector<Quantiles> of;  // experts
    double count = 0;           // discounted as they are
  };
  void add(Losses& losses, std::span<const Answer> answers, double value) const;
  /// Logarithm of each expert's weight; minus infinity for who has no say.
  [[nodiscard]] std::vector<double> scores(std::size_t place, std::span<const Answer> answers,
                                           std::uint8_t situation) const;
  void combine_at(std::size_t place, std::span<const Answer> answers, std::uint8_t situation,
                  Pooled& pooled) const;

  std::vector<Role> roles_;
  std::size_t lead_;
  double discount_;
  std::size_t scored_ = 0;
  Losses all_;
  std::array<Losses, situation_count> by_situation_;
};

}  // namespace headroom::forecast
