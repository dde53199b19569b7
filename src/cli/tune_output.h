// What `headroom tune` found, for programs and for people.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/case_options.h"
#include "prove/tune.h"

namespace headroom::cli {

/// A policy's best setting, and what came of it on both parts.
struct Tuned {
  prove::Setting setting;
  std::size_t tried = 1;  // settings
  prove::Score searched;
  prove::Score judged;
};

struct TunedCase {
  prove::Case of;
  std::size_t searched_s = 0;  // scored seconds
  std::size_t judged_s = 0;
  int replicas_min = 0;
  int replicas_max = 0;
  double objective_s = 0;  // answered within
  std::vector<Tuned> policies;
  Tuned headroom;  // with nothing tuned: its objective permits what was asked for
};

struct TuneResult {
  report::Yardstick yardstick;
  std::vector<TunedCase> cases;
};

[[nodiscard]] std::string to_json(const TuneResult& result, const CaseOptions& options);
/// Lines of at most `width` columns.
[[nodiscard]] std::vector<std::string> to_text(const TuneResult& result, std::size_t width);

}  // namespace headroom::cli
