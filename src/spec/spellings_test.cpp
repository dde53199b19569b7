// The same host or address in two spellings is the same.
#include <gtest/gtest.h>

#include "spec/load.h"

namespace headroom::spec {
namespace {

/// The first message about a file with these services and this gateway, or "fine".
std::string refusal(const std::string& services, const std::string& gateway = "{}") {
  const auto config = examine("services:\n" + services + "gateway: " + gateway + "\n", "f",
                              [](std::string_view) { return std::nullopt; });
  return config ? "fine" : config.error().front().message;
}

std::string service(const std::string& name, const std::string& more) {
  return "  " + name + ": { objective: { latency: { p99: 1s } }, " + more + " }\n";
}

TEST(Spellings, of_one_endpoint_are_the_same_endpoint) {
  EXPECT_EQ(refusal(service("a", "endpoints: [\"127.0.0.1:19\", \"[::ffff:127.0.0.1]:19\"]")),
            "the same endpoint is there twice");
  EXPECT_EQ(refusal(service("a", "endpoints: [\"[::1]:19\", \"[0:0::1]:19\"]")),
            "the same endpoint is there twice");
  EXPECT_EQ(refusal(service("a", "endpoints: [\"127.0.0.1:19\", \"127.0.0.1:20\"]")), "fine");
}

TEST(Spellings, of_one_listener_are_the_same_listener) {
  const std::string one = service("a", "endpoints: [\"127.0.0.1:19\"]");
  const auto listen = [](const std::string& a, const std::string& b) {
    return "{ listen: [{ name: x, address: \"" + a + "\" }, { name: y, address: \"" + b + "\" }] }";
  };
  EXPECT_EQ(refusal(one, listen(":80", "0.0.0.0:80")), "another listener has this address");
  EXPECT_EQ(refusal(one, listen("127.0.0.1:80", "[::ffff:127.0.0.1]:80")),
            "another listener has this address");
  EXPECT_EQ(refusal(one, listen("127.0.0.1:80", "127.0.0.2:80")), "fine");
}

TEST(Spellings, of_one_host_are_the_same_host) {
  const std::string more = "endpoints: [\"127.0.0.1:19\"], routes: [{ match: / }], hosts: ";
  EXPECT_NE(refusal(service("a", more + "[shop.example]") + service("b", more + "[Shop.Example]"))
                .find("one of them would never get a request"),
            std::string::npos);
  EXPECT_EQ(refusal(service("a", more + "[shop.example]") + service("b", more + "[other.example]")),
            "fine");
  EXPECT_NE(refusal(service("checkout", more + "[x.example]") + service("b", more + "[Checkout]"))
                .find("is the name of another service"),
            std::string::npos);
}

}  // namespace
}  // namespace headroom::spec
