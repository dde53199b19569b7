// Ranges of ports: what is refused, in full.
#include <gtest/gtest.h>

#include "spec/load.h"

namespace headroom::spec {
namespace {

constexpr std::string_view head =
    "services:\n  shop:\n    objective: { latency: { p99: 150ms } }\n";

std::string messages(const std::string& text) {
  const auto config = examine(text, "f", [](std::string_view) { return std::nullopt; });
  if (config) return "none";
  std::string out;
  for (const Problem& problem : config.error()) out += format_problem("f", problem) + "\n";
  return out;
}

TEST(PortRanges, are_large_enough_and_nobody_elses) {
  const std::string service =
      "    replicas: { max: 3 }\n    run: { command: \"./s {port}\", ports: ";
  const std::string other =
      "  stock:\n    objective: { latency: { p99: 1s } }\n    replicas: { max: 1 }\n"
      "    run: { command: \"./s {port}\", ports: ";
  const std::string allowed = "allowed a range of ports such as 9000-9099";
  const std::pair<std::string, std::string> cases[] = {
      {"9000 }", "f:5: services.shop.run.ports: found '9000', " + allowed},
      {"9009-9000 }", "f:5: services.shop.run.ports: found '9009-9000', " + allowed},
      {"0-9 }", "f:5: services.shop.run.ports: found '0-9', " + allowed},
      {"65000-65536 }", "f:5: services.shop.run.ports: found '65000-65536', " + allowed},
      {"9000-9002 }",
       "f:5: services.shop.run.ports: 9000-9002 has 3 ports, but 3 replicas and one more during a "
       "roll-out need 4"},
      {"9000-9003 }\ngateway: { listen: \":9003\" }",
       "f:5: services.shop.run.ports: 9000-9003 has the port of gateway.listen (:9003)"},
      {"9900-9903 }",
       "f:5: services.shop.run.ports: 9900-9903 has the port of gateway.admin (127.0.0.1:9900)"},
      {"9000-9003 }\n" + other + "9003-9009 }",
       "f:9: services.stock.run.ports: 9003-9009 overlaps with 9000-9003 of shop (line 5)"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_EQ(messages(std::string(head) + service + text), expected + "\n") << text;
  const std::string beside = "9000-9003 }\n" + other + "9004-9005 }";
  EXPECT_EQ(messages(std::string(head) + service + beside), "none");
}

}  // namespace
}  // namespace headroom::spec
