// Behind another proxy: whom the gateway believes about who asked, in headers and by the PROXY
// protocol.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gateway/testing/front.h"
#include "io/folder_for_test.h"

namespace headroom::gateway::testing {
namespace {

using std::chrono_literals::operator""s;
using std::string_literals::operator""s;

/// A replica that answers with the head it was sent, behind a gateway that trusts `networks`.
class Behind {
 public:
  explicit Behind(const std::vector<const char*>& networks, Duration head_timeout = 20s,
                  const std::string& address = "127.0.0.1:0") {
    spec::Config config = shop();
    config.gateway.listen.front().address = address;
    for (const char* network : networks)
      config.gateway.trusted_proxies.push_back(*IpNetwork::parse(network));
    config.gateway.access_log = log_path();
    config.gateway.access_log_sample = 1;
    config.gateway.head_timeout = head_timeout;
    front_ = std::make_unique<Front>(config, replica_);
  }
  [[nodiscard]] Front& front() { return *front_; }
  [[nodiscard]] Client client() { return front_->client(); }
  [[nodiscard]] std::string sent(const std::string& fields) {
    return client().ask(get("/", fields)).body;
  }
  [[nodiscard]] bool refused(std::string_view reason) {
    return eventually([&] { return front_->totals().refused.contains(reason); });
  }
  /// The access log's lines, after the gateway has ended.
  [[nodiscard]] std::vector<nlohmann::json> logged() {
    front_.reset();
    std::vector<nlohmann::json> lines;
    std::ifstream in(log_path());
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

 private:
  [[nodiscard]] std::string log_path() const { return folder_.path() + "/access.jsonl"; }

  [[nodiscard]] static std::string fields_of(const Message& request) {
    std::string lines;
    for (const auto& [name, value] : request.fields) lines += name + ": " + value + "\r\n";
    return lines;
  }

  TestFolder folder_;
  ScriptedReplica replica_{
      ScriptedReplica::always([](const Message& request) { return ok(fields_of(request)); })};
  std::unique_ptr<Front> front_;
};

bool has(const std::string& head, const std::string& line) {
  return head.find(line + "\r\n") != std::string::npos;
}

TEST(TrustedProxy, what_it_says_of_who_asked_is_kept_and_extended) {
  Behind behind({"127.0.0.1"});
  const std::string head = behind.sent(
      "X-Forwarded-For: 6.6.6.6, 203.0.113.7\r\nX-Forwarded-Proto: https\r\n"
      "X-Forwarded-Host: shop.example\r\nX-Forwarded-Port: 443\r\nX-Real-IP: 203.0.113.7\r\n");
  EXPECT_TRUE(has(head, "x-forwarded-for: 6.6.6.6, 203.0.113.7, 127.0.0.1")) << head;
  EXPECT_TRUE(has(head, "x-forwarded-proto: https")) << head;
  EXPECT_TRUE(has(head, "x-forwarded-host: shop.example")) << head;
  EXPECT_TRUE(has(head, "x-forwarded-port: 443")) << head;
  EXPECT_TRUE(has(head, "x-real-ip: 203.0.113.7")) << head;
  const auto lines = behind.logged();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("client"), "203.0.113.7");
  EXPECT_EQ(lines[0].at("peer"), "127.0.0.1");
}

TEST(TrustedProxy, is_nobody_unless_the_file_says_so) {
  Behind behind({"10.0.0.0/8", "::/0"});
  const std::string head = behind.sent(
      "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\n"
      "X-Real-IP: 6.6.6.6\r\n");
  EXPECT_TRUE(has(head, "x-forwarded-for: 127.0.0.1")) << head;
  EXPECT_TRUE(has(head, "x-forwarded-proto: http")) << head;
  EXPECT_EQ(head.find("6.6.6.6"), std::string::npos) << head;
  const auto lines = behind.logged();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("client"), "127.0.0.1");
  EXPECT_EQ(lines[0].at("peer"), "");
}

TEST(TrustedProxy, may_come_and_go_with_a_reload_even_within_a_connection) {
  Behind behind({});
  Client client = behind.client();
  const std::string request = get("/", "X-Forwarded-Proto: https\r\n");
  EXPECT_TRUE(has(client.ask(request).body, "x-forwarded-proto: http"));
  spec::Config config = shop();
  config.gateway.trusted_proxies = {*IpNetwork::parse("127.0.0.0/8")};
  ASSERT_TRUE(behind.front().gateway().reload(config).has_value());
  EXPECT_TRUE(
      eventually([&] { return has(client.ask(request).body, "x-forwarded-proto: https"); }));
}

TEST(TrustedProxy, is_known_by_its_ipv4_address_where_ipv6_carries_it) {
  if (!io::listen_on(*io::Address::parse("[::1]:0"))) GTEST_SKIP() << "no IPv6 here";
  Behind behind({"127.0.0.1"}, 20s, "[::]:0");
  Client client(io::Address::loopback(behind.front().gateway().address().port()));
  const std::string head = client.ask(get("/", "X-Forwarded-For: 203.0.113.7\r\n")).body;
  EXPECT_TRUE(has(head, "x-forwarded-for: 203.0.113.7, 127.0.0.1")) << head;
}

TEST(ProxyProtocol, names_the_client_of_a_trusted_proxy) {
  const std::string headers[] = {
      "PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\r\n",
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x07\x0a\0\0\x01\x12\x34\x01\xbb"s};
  for (const std::string& header : headers) {
    Behind behind({"127.0.0.1"});
    Client client = behind.client();
    // The client itself is not trusted: what its requests say is as from anybody.
    const std::string request = get("/", "X-Forwarded-For: 6.6.6.6\r\n");
    for (const std::string& bytes : {header + request, request}) {
      const std::string head = client.ask(bytes).body;
      EXPECT_TRUE(has(head, "x-forwarded-for: 203.0.113.7")) << head;
      EXPECT_TRUE(has(head, "forwarded: for=203.0.113.7;host=\"shop\";proto=http")) << head;
    }
    const auto lines = behind.logged();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[1].at("client"), "203.0.113.7");
    EXPECT_EQ(lines[1].at("peer"), "127.0.0.1");
  }
}

TEST(ProxyProtocol, is_read_byte_by_byte_and_before_any_request) {
  Behind behind({"127.0.0.1"});
  Client client = behind.client();
  const std::string bytes = "PROXY TCP6 2001:db8::7 ::1 1 2\r\n" + get("/");
  for (const char c : bytes) client.wire.send({&c, 1});
  EXPECT_TRUE(has(client.answer().body, "x-forwarded-for: 2001:db8::7"));
  Client other = behind.client();
  ASSERT_TRUE(other.wire.send("PROXY TCP4 203.0.113.7 10.0.0.1 1 2\r\n"));
  ASSERT_EQ(behind.client().ask(get("/")).status(), 200);  // others go on meanwhile
  EXPECT_TRUE(has(other.ask(get("/")).body, "x-forwarded-for: 203.0.113.7"));
}

TEST(ProxyProtocol, may_pass_on_trusted_proxies) {
  Behind behind({"127.0.0.1", "10.0.0.0/8"});
  const std::string head = behind.client()
                               .ask("PROXY TCP4 10.0.0.5 10.0.0.1 1 2\r\n" +
                                    get("/", "X-Forwarded-For: 203.0.113.7\r\n"))
                               .body;
  EXPECT_TRUE(has(head, "x-forwarded-for: 203.0.113.7, 10.0.0.5")) << head;
}

TEST(ProxyProtocol, tells_the_proxys_own_connections_from_those_of_hidden_clients) {
  Behind behind({"127.0.0.1"});
  const std::string mark = "\r\n\r\n\0\r\nQUIT\n"s;
  const std::string request = get("/", "X-Forwarded-For: 6.6.6.6\r\n");
  const std::string own = behind.client().ask(mark + "\x20\0\0\0"s + request).body;
  EXPECT_TRUE(has(own, "x-forwarded-for: 6.6.6.6, 127.0.0.1")) << own;
  for (const std::string& hidden : {mark + "\x21\0\0\0"s, "PROXY UNKNOWN\r\n"s}) {
    const std::string head = behind.client().ask(hidden + request).body;
    EXPECT_TRUE(has(head, "x-forwarded-for: 127.0.0.1")) << head;
  }
}

TEST(ProxyProtocol, from_anybody_else_is_no_request) {
  Behind behind({"10.0.0.0/8"});
  const std::string binary =
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x06\x06\x06\x06\x0a\0\0\x01\x12\x34\x01\xbb"s;
  EXPECT_EQ(behind.client().ask(binary + get("/")).status(), 400);
  Client client = behind.client();
  EXPECT_EQ(client.ask("PROXY TCP4 6.6.6.6 10.0.0.1 1 2\r\n" + get("/")).status(), 501)
      << "no method that is known";
  EXPECT_TRUE(client.wire.ended());
}

TEST(ProxyProtocol, that_is_malformed_ends_the_connection_and_is_counted) {
  Behind behind({"127.0.0.1"});
  Client client = behind.client();
  EXPECT_EQ(client.ask("PROXY TCP9 6.6.6.6 10.0.0.1 1 2\r\n" + get("/")).status(), 0);
  EXPECT_TRUE(behind.refused("proxy_header_malformed"));
  Client large = behind.client();
  EXPECT_EQ(large.ask("\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"s).status(), 0);
  EXPECT_TRUE(behind.refused("proxy_header_too_large"));
}

TEST(ProxyProtocol, that_does_not_end_has_the_time_of_a_head) {
  Behind behind({"127.0.0.1"}, 100ms);
  Client client = behind.client();
  client.wire.send("PROXY TCP4 203.0.");
  (void)client.wire.rest();
  EXPECT_EQ(client.wire.end(), Wire::End::closed);
  EXPECT_TRUE(behind.refused("head_timeout"));
}

}  // namespace
}  // namespace headroom::gateway::testing
