// Where clients connect and which proxies are believed: read as written, or refused in full.
#include <gtest/gtest.h>

#include "spec/load.h"

namespace headroom::spec {
namespace {

/// A right service, then `gateway`.
std::string with_service(std::string_view gateway) {
  return "services:\n  shop:\n    objective: { latency: { p99: 150ms } }\n"
         "    run: { command: \"./shop {address}\" }\n" +
         std::string(gateway);
}

std::expected<Config, std::vector<Problem>> read(std::string_view gateway) {
  return examine(with_service(gateway), "f", [](std::string_view) { return std::nullopt; });
}

std::string messages(std::string_view gateway) {
  const auto config = read(gateway);
  if (config) return "none";
  std::string out;
  for (const Problem& problem : config.error())
    out += (out.empty() ? "" : "\n") + format_problem("f", problem);
  return out;
}

struct Case {
  const char* text;
  const char* expected;
};

TEST(GatewayMessages, of_listeners) {
  const Case cases[] = {
      {"gateway: { listen: [] }", "f:5: gateway.listen: found a list of 0, allowed 1 to 16"},
      {"gateway: { listen: [{ name: a }] }",
       "f:5: gateway.listen[0].address: missing; allowed an IP address and port such as "
       "127.0.0.1:8080, [::1]:8080, or :8080 for all of IPv4"},
      {"gateway: { listen: [{ name: A, address: \":1\" }] }",
       "f:5: gateway.listen[0].name: found 'A', allowed a DNS label such as outer"},
      {"gateway:\n  listen:\n    - { name: a, address: \":1\" }\n    - { name: a, address: \":1\" "
       "}",
       "f:8: gateway.listen[1].name: another listener has this name\n"
       "f:8: gateway.listen[1].address: another listener has this address"},
      {"gateway: { listen: [{ name: a, address: \"127.0.0.1:9900\" }] }",
       "f:5: gateway.admin: 127.0.0.1:9900 is gateway.listen too"},
      {"gateway: { listen: [{ name: a, address: \":1\", services: [] }] }",
       "f:5: gateway.listen[0].services: found a list of 0, allowed 1 to 100"},
      {"gateway: { listen: [{ name: a, address: \":1\", services: [shpo] }] }",
       "f:5: gateway.listen[0].services[0]: unknown service; did you mean 'shop'? Allowed: shop"},
  };
  for (const Case& c : cases) EXPECT_EQ(messages(c.text), c.expected);
}

TEST(GatewayMessages, of_trusted_proxies) {
  const Case cases[] = {
      {"gateway: { trusted_proxies: 10.0.0.1 }",
       "f:5: gateway.trusted_proxies: found '10.0.0.1', allowed a list of IP addresses and "
       "networks "
       "such as 10.0.0.5, 10.0.0.0/8 or 2001:db8::/32"},
      {"gateway: { trusted_proxies: [10.0.0.0/33] }",
       "f:5: gateway.trusted_proxies[0]: found '10.0.0.0/33', allowed IP addresses and networks "
       "such as 10.0.0.5, 10.0.0.0/8 or 2001:db8::/32"},
      {"gateway: { trusted_proxies: [10.0.0.1/8] }",
       "f:5: gateway.trusted_proxies[0]: '10.0.0.1/8' has bits set behind its prefix: write the "
       "network, or the one address without a prefix"},
  };
  for (const Case& c : cases) EXPECT_EQ(messages(c.text), c.expected);
}

TEST(Gateway, has_the_listeners_that_are_written) {
  const auto config = read(
      "gateway:\n  listen:\n"
      "    - { name: outer, address: \":8080\", services: [shop] }\n"
      "    - { name: inner, address: \"127.0.0.1:8081\" }\n");
  ASSERT_TRUE(config);
  const std::vector<Listener>& listen = config->gateway.listen;
  ASSERT_EQ(listen.size(), 2U);
  EXPECT_EQ(listen[0].name, "outer");
  EXPECT_EQ(listen[0].address, ":8080");
  EXPECT_EQ(listen[0].services, std::vector<std::string>{"shop"});
  EXPECT_EQ(listen[1].name, "inner");
  EXPECT_TRUE(listen[1].services.empty());
}

}  // namespace
}  // namespace headroom::spec
