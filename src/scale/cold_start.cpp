// Services that go down to nothing, and what their routes give a start.
#include "scale/cold_start.h"

#include <fmt/format.h>

#include "core/text.h"

namespace headroom::scale {

std::vector<std::string> cold_start_warnings(const spec::Config& config) {
  std::vector<std::string> warnings;
  for (const spec::Service& service : config.services) {
    if (!service.run || service.replicas.min > 0) continue;
    for (const spec::Route& route : service.routes) {
      const Duration total = route.timeouts.total;
      if (total >= cold_start_prior) continue;
      warnings.push_back(fmt::format(
          "services.{}: with replicas.min 0 a request may have to wait for a replica to start, but "
          "the timeout of route {} ends that after {}: is a start quicker?",
          service.name, route.name, format_duration(total)));
    }
  }
  return warnings;
}

}  // namespace headroom::scale
