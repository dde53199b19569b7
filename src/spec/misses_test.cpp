// `objective.misses`: what replicas are planned for, beside what is promised.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "spec/load.h"

namespace headroom::spec {
namespace {

constexpr std::string_view started = "    run: { command: \"./shop {address}\" }\n";

std::string messages(std::string_view text) {
  const Environment environment = [](std::string_view) { return std::optional<std::string>(); };
  const auto config = examine(text, "f", environment);
  if (config) return "none";
  std::string out;
  for (const Problem& problem : config.error()) out += format_problem("f", problem) + "\n";
  return out;
}

TEST(Misses, that_are_planned_are_no_more_than_promised_and_of_the_service) {
  const auto with = [](std::string_view objective, std::string_view more = "") {
    return messages(
        fmt::format("services:\n  shop:\n    objective: {}\n{}{}", objective, started, more));
  };
  EXPECT_EQ(with("{ latency: { p99: 150ms }, misses: 0.1% }"), "none");
  EXPECT_EQ(with("{ latency: { p99: 150ms }, misses: 1% }"), "none");
  EXPECT_EQ(with("{ latency: { p99: 150ms }, misses: 1.5% }"),
            "f:3: services.shop.objective.misses: 1.5% is more than the 1% that the latency "
            "objective leaves\n");
  EXPECT_EQ(
      with("{ latency: { p99: 150ms }, misses: 0% }"),
      "f:3: services.shop.objective.misses: found '0%', allowed a share from 0.001% to 50%\n");
  EXPECT_EQ(
      with("{ latency: { p99: 150ms } }",
           "    routes: [{ match: /, objective: { misses: 0.1% } }]\n"),
      "f:5: services.shop.routes[0].objective.misses: is planned for all routes of a service: "
      "state it there\n");
}

TEST(Misses, are_what_the_percentile_leaves_unless_stated) {
  Objective objective;
  objective.quantile = 0.99;
  EXPECT_NEAR(objective.planned_misses(), 0.01, 1e-12);
  objective.misses = 0.001;
  EXPECT_DOUBLE_EQ(objective.planned_misses(), 0.001);
  EXPECT_NEAR(objective.permitted_misses(), 0.01, 1e-12) << "the promise stays";
}

}  // namespace
}  // namespace headroom::spec
