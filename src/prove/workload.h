// The workloads that have names, and those that a file describes.
#pragma once

#include <string_view>
#include <vector>

#include "core/result.h"
#include "prove/scenario.h"

namespace headroom::prove {

/// An objective that says nothing about replicas yet: half as much again as the 99th percentile of
/// the service time alone.
[[nodiscard]] double default_objective_s(const Workload& workload);

/// An error when so many of the requests' service times alone are over the objective that no number
/// of replicas meets it at that quantile.
[[nodiscard]] Result<> check_objective(const Workload& workload, double quantile = 0.99);

/// The same with every service time, and what is promised, `factor` times as long: as busy with so
/// many times fewer requests.
[[nodiscard]] Workload slowed(Workload workload, double factor);

/// `fast-web`, `slow-api`, `go-with-pauses`, or a message that names them.
[[nodiscard]] Result<Workload> named_workload(std::string_view name);
[[nodiscard]] std::vector<std::string_view> workload_names();

}  // namespace headroom::prove
