// What is wrong with a file: where, and what a person can do about it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"

namespace headroom::spec {

struct Problem {
  int line = 1;              // of the file, from 1
  std::string path = {};     // "services.checkout.replicas.max"; empty for the whole file
  std::string message = {};  // "found 'x', allowed 1 to 1000"
  auto operator<=>(const Problem&) const = default;
};

/// "headroom.yaml:14: services.checkout.replicas.max: 3 is below replicas.min (5)"
[[nodiscard]] std::string format_problem(std::string_view file, const Problem& problem);

/// Collects the problems of one file; keeps the first `kept_max` and counts the rest.
class Problems {
 public:
  static constexpr std::size_t kept_max = 100;

  void add(Problem problem);
  [[nodiscard]] std::size_t count() const { return count_; }
  /// Whether something at or below `path` is wrong, so that follow-up checks make no sense.
  [[nodiscard]] bool any_below(std::string_view path) const;
  /// In the order of the file.
  [[nodiscard]] std::vector<Problem> take();

 private:
  std::vector<Problem> kept_;
  std::size_t count_ = 0;
};

}  // namespace headroom::spec
