// Time for requests under way: what it is when nothing is written, and when it is too short.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "spec/load.h"

namespace headroom::spec {
namespace {

struct Drains {
  std::string timeout = {};  // of the only route
  std::string run = {};
  std::string gateway = {};
};

std::string file_with(const Drains& drains) {
  const auto key = [](std::string_view name, const std::string& value) {
    return value.empty() ? std::string() : fmt::format("{}: {}", name, value);
  };
  return fmt::format(
      "services:\n"
      "  shop:\n"
      "    objective: {{ latency: {{ p99: 150ms }} }}\n"
      "    routes:\n"
      "      - {{ match: /cart, timeout: 1s }}\n"
      "      - {{ match: /, {} }}\n"
      "    run:\n"
      "      command: ./shop {{address}}\n"
      "      {}\n"
      "gateway: {{ {} }}\n",
      key("timeout", drains.timeout), key("drain", drains.run), key("drain", drains.gateway));
}

std::expected<Config, std::vector<Problem>> examined(const Drains& drains) {
  return examine(file_with(drains), "f", [](std::string_view) { return std::nullopt; });
}

std::string refusal(const Drains& drains) {
  const auto config = examined(drains);
  return config ? "fine" : format_problem("f", config.error().front());
}

TEST(Drain, not_written_it_lasts_as_long_as_the_longest_timeout) {
  const auto slow = examined({.timeout = "2m"});
  ASSERT_TRUE(slow) << slow.error().front().message;
  EXPECT_EQ(slow->services[0].run->drain, 2min);
  EXPECT_EQ(slow->gateway.drain, 2min);
  const auto quick = examined({.timeout = "2s"});
  ASSERT_TRUE(quick) << quick.error().front().message;
  EXPECT_EQ(quick->services[0].run->drain, 10s);
  EXPECT_EQ(quick->gateway.drain, 30s);
}

TEST(Drain, a_route_without_a_limit_promises_nothing) {
  const auto streams = examined({.timeout = "none"});
  ASSERT_TRUE(streams) << streams.error().front().message;
  EXPECT_EQ(streams->services[0].run->drain, 10s);
  EXPECT_EQ(streams->gateway.drain, 30s);
  EXPECT_EQ(refusal({.timeout = "none", .run = "2s", .gateway = "2s"}), "fine");
}

TEST(Drain, of_a_replica_is_not_shorter_than_a_route_permits) {
  EXPECT_EQ(refusal({.timeout = "20s", .run = "19s"}),
            "f:9: services.shop.run.drain: 19s is shorter than the timeout of route shop/root "
            "(20s on line 6)");
  EXPECT_EQ(refusal({.timeout = "{ total: 20s }", .run = "19s"}),
            "f:9: services.shop.run.drain: 19s is shorter than the timeout of route shop/root "
            "(20s on line 6)");
  EXPECT_EQ(refusal({.run = "10s"}),
            "f:9: services.shop.run.drain: 10s is shorter than the timeout of route shop/root "
            "(15s by default)");
  EXPECT_EQ(refusal({.timeout = "20s", .run = "20s"}), "fine");
}

TEST(Drain, of_the_gateway_is_not_shorter_than_a_route_permits) {
  EXPECT_EQ(refusal({.timeout = "20s", .gateway = "5s"}),
            "f:10: gateway.drain: 5s is shorter than the timeout of route shop/root (20s on line "
            "6)");
  EXPECT_EQ(refusal({.gateway = "15s"}), "fine");
}

}  // namespace
}  // namespace headroom::spec
