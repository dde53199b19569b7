// Waiting by formulas: who has to wait, for how long, and who is late because of it.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "prove/scenario.h"

namespace headroom::prove {

/// P(an arrival has to wait) in M/M/m: Erlang's second formula, computed through the recurrence of
/// the first one (Erlang 1917; Jagerman 1974), tabulated per number of servers when first asked
/// for, log-linear in utilisation. Above `exact_max` servers the limit of Halfin and Whitt (1981).
class ErlangC {
 public:
  static constexpr int exact_max = 512;

  /// Requires servers >= 1, 0 <= utilisation; 1 from a utilisation of 1 on.
  [[nodiscard]] double wait_share(int servers, double utilisation);

  /// Without a table. Requires 0 <= utilisation < 1.
  [[nodiscard]] static double exact(int servers, double utilisation);
  [[nodiscard]] static double halfin_whitt(int servers, double utilisation);

 private:
  static constexpr std::size_t cells = 128;
  using Row = std::array<float, cells + 1>;  // logarithms, by utilisation from 0 to 1
  std::vector<std::vector<Row>> rows_ = std::vector<std::vector<Row>>(exact_max + 1);
};

/// The time a request takes at its replica when it has the replica to itself: its service time, a
/// noisy neighbour's share in it, and the pauses that hit it. No number of replicas shortens it.
class AloneTime {
 public:
  AloneTime(const Workload& workload, const World& world);

  /// P(time > x).
  [[nodiscard]] double exceeds(double x) const { return time_.exceeds(x); }
  [[nodiscard]] double quantile(double q) const { return time_.quantile(q); }

 private:
  Distribution time_;
};

/// P(time alone + wait > x) for a wait that is exponential, for x up to the objective; from a
/// table over x and the mean wait θ, filled by the differential equation that it obeys,
/// θ dK/dx = P(alone > x) − K, and log-linear between its points.
class LateTable {
 public:
  LateTable(const AloneTime& alone, double objective_s);

  /// P(alone > x); 1 below 0.
  [[nodiscard]] double alone(double x) const;
  /// P(alone + exponential wait of mean `wait_s` > x).
  [[nodiscard]] double with_wait(double x, double wait_s);

 private:
  static constexpr std::size_t x_cells = 256;
  static constexpr std::size_t wait_cells = 64;
  using Row = std::vector<float>;

  /// Filled when it is first asked for.
  [[nodiscard]] const Row& row(std::size_t w);

  double objective_s_;
  std::array<double, x_cells + 1> alone_{};
  std::vector<Row> rows_;  // logarithms, by logarithm of mean wait
};

}  // namespace headroom::prove
