// What the client saw: the results of `headroom load`, beside the gateway's own counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace headroom::report {

/// How requests ended, each once.
struct Counts {
  std::uint64_t good = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;

  [[nodiscard]] std::uint64_t missed() const { return late + shed + failed; }
  [[nodiscard]] std::uint64_t all() const { return good + missed(); }
  [[nodiscard]] double missed_share() const {
    return all() == 0 ? 0 : static_cast<double>(missed()) / static_cast<double>(all());
  }
  Counts& operator+=(const Counts& other) {
    good += other.good;
    late += other.late;
    shed += other.shed;
    failed += other.failed;
    return *this;
  }
  bool operator==(const Counts&) const = default;
};

/// One target of one load run.
struct ClientResult {
  std::string target;   // its address, or whatever the generator called it
  std::string service;  // stated by the user, or empty
  Counts counts;
  std::optional<double> p50_s;
  std::optional<double> p99_s;
};

/// The targets in the JSON that `headroom load --format json` prints; `service` may be empty.
/// Counts without a target make one target without a name.
[[nodiscard]] Result<std::vector<ClientResult>> parse_load(std::string_view json,
                                                           const std::string& service);

/// The results that belong to `service`, added up: those that name it as theirs, or whose target
/// contains its name; when there is only one service in the run, all of them.
[[nodiscard]] std::optional<ClientResult> client_of(const std::vector<ClientResult>& results,
                                                    const std::string& service, bool only_service);

}  // namespace headroom::report
