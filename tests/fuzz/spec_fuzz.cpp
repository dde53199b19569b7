// The file parser on any bytes: a valid Config, or problems that name a line of the input.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/result.h"
#include "spec/load.h"

namespace {

using namespace headroom;

void check_config(const spec::Config& config) {
  CHECK(!config.services.empty());
  for (const spec::Service& service : config.services) {
    CHECK(!service.name.empty());
    CHECK(!service.routes.empty());
    CHECK(service.run.has_value() == service.endpoints.empty());
    CHECK(!service.run || !service.run->command.empty());
    CHECK(service.replicas.min >= 0 && service.replicas.max >= std::max(1, service.replicas.min));
    for (const spec::Route& route : service.routes) {
      CHECK(route.match.path.starts_with('/'));
      CHECK(route.objective.latency > Duration{});
      CHECK(route.objective.quantile > 0 && route.objective.quantile < 1);
      CHECK(route.timeouts.total >= route.objective.latency);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const spec::Environment environment = [](std::string_view name) {
    return name == "A" ? std::optional<std::string>("1s {port}") : std::nullopt;
  };
  const auto config = spec::examine(text, "folder/headroom.yaml", environment);
  if (config) {
    check_config(*config);
    return 0;
  }
  CHECK(!config.error().empty());
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
  for (const spec::Problem& problem : config.error()) {
    CHECK(problem.line >= 1 && problem.line <= lines);
    CHECK(!problem.message.empty());
    CHECK(format_problem("f", problem).find('\n') == std::string::npos);
  }
  return 0;
}
