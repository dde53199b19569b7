// The service of a headroom.yaml that is planned for, and what its file says of a scenario.
#pragma once

#include <string>

#include "core/result.h"
#include "prove/scenario.h"
#include "spec/config.h"

namespace CLI {
class App;
}

namespace headroom::cli {

/// As written on the command line; empty: not given.
struct ServiceChoice {
  std::string file;
  std::string service;
};

/// -f and --service.
void add_service_options(CLI::App& command, ServiceChoice& choice);

struct PlannedService {
  spec::Service service;
  spec::Queue queue;
  spec::Journal journal;
  prove::SharedLimits limits;  // of those in the file that bound this service
};

/// Needs neither `run` nor `endpoints` in the file. Errors name the file. Where other services
/// share its budget or downstreams, standard error says that they are not simulated.
[[nodiscard]] Result<PlannedService> read_service(const ServiceChoice& choice);

/// Objective, bounds, places of a replica, zones, patience, and what the workload's routes promise
/// are those of the file, and so are its limits for all services together. `scenario` has its
/// workload already. Whether the objective can be met is prove::check_objective's to say.
[[nodiscard]] Result<> plan_for(const PlannedService& planned, prove::Scenario& scenario);

}  // namespace headroom::cli
