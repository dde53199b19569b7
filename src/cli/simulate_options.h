// The options of `headroom simulate`, and the run that they ask for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/service_choice.h"
#include "cli/trace_file.h"
#include "core/result.h"
#include "prove/scenario.h"
#include "prove/simulate.h"
#include "scale/decision.h"
#include "scale/rivals/catalogue.h"

namespace headroom::cli {

/// As written on the command line; empty: not given.
struct SimulateOptions {
  ServiceChoice service{.file = "headroom.yaml", .service = ""};
  TraceChoice trace;
  bool requests = false;
  std::string speed;
  std::string scale;
  std::string peak_replicas;
  std::string history;
  std::string workload = "fast-web";
  std::string objective;
  std::string policy = "headroom";
  std::string target;
  std::string fleet;
  std::string stabilise;
  bool fresh_signal = false;
  std::string startup;
  std::string world;  // a file
  std::string replicas_at_first;
  std::string zones;
  std::string zone_fails;
  std::string zone_fails_for;
  std::string seed;
  std::string seeds;
  std::string plant = "fluid";
  std::vector<std::string> requirements;
  std::string timeline;
  std::string journal;
  std::string report;
  std::string format = "text";
};

struct SimulateOrder {
  std::string read;          // of the trace, for a person
  prove::Scenario scenario;  // with the service's policy
  rivals::Setting setting;   // for a rival
  int fleet_asked = 0;       // for a fixed fleet; 0: by the setting
  double factor = 1;         // on the trace's rates
  double cost_per_hour = 0;
  std::uint64_t seed = 1;  // the first
  int seeds = 1;
  prove::Plant plant = prove::Plant::fluid;
  spec::Journal journal;  // its limits are those of the live one

  [[nodiscard]] const scale::ServicePolicy& policy() const { return *scenario.policy; }
  /// The size of a fixed fleet.
  [[nodiscard]] int fleet() const;
};

/// Reads the files and checks that the options make sense together.
[[nodiscard]] Result<SimulateOrder> order_of(const SimulateOptions& options);

}  // namespace headroom::cli
