// Writing and collecting problems.
#include "spec/problem.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::spec {

std::string format_problem(std::string_view file, const Problem& problem) {
  if (problem.path.empty()) return fmt::format("{}:{}: {}", file, problem.line, problem.message);
  return fmt::format("{}:{}: {}: {}", file, problem.line, problem.path, problem.message);
}

void Problems::add(Problem problem) {
  ++count_;
  if (kept_.size() >= kept_max) return;
  // Sorted by line, those of one line in the order in which they were found.
  const auto place = std::ranges::upper_bound(kept_, problem.line, {}, &Problem::line);
  kept_.insert(place, std::move(problem));
}

bool Problems::any_below(std::string_view path) const {
  if (count_ > kept_.size()) return true;  // those not kept may be below
  return std::ranges::any_of(kept_, [&](const Problem& problem) {
    if (!problem.path.starts_with(path)) return false;
    const std::string_view rest = std::string_view(problem.path).substr(path.size());
    return rest.empty() || path.empty() || rest.front() == '.' || rest.front() == '[';
  });
}

std::vector<Problem> Problems::take() {
  if (count_ > kept_.size()) {
    kept_.push_back({kept_.back().line, "", fmt::format("{} more problems", count_ - kept_max)});
  }
  count_ = 0;
  return std::exchange(kept_, {});
}

}  // namespace headroom::spec
