// Who asked, as the proxies in front tell it, and what nobody can make them tell.
#include "http/origin.h"

#include <gtest/gtest.h>

#include "http/parser.h"

namespace headroom::http {
namespace {

const std::vector<IpNetwork> trusted = {*IpNetwork::parse("10.0.0.0/8"),
                                        *IpNetwork::parse("2001:db8:1::/48")};
const IpAddress proxy = *IpAddress::parse("10.0.0.1");

struct Told {
  std::string client, proto, host;
  bool broken = false;
};

Told told_by(const IpAddress& peer, const std::string& fields) {
  RequestParser parser(Limits{});
  const std::string bytes = "GET / HTTP/1.1\r\nHost: shop\r\n" + fields + "\r\n";
  EXPECT_EQ(parser.next(bytes).event, Event::head) << bytes;
  const Origin origin = read_origin(parser.head(), peer, trusted);
  return {origin.client.text(), std::string(origin.proto), std::string(origin.host),
          origin.forwarded_broken};
}

TEST(Origin, is_the_last_address_that_is_no_trusted_proxy) {
  const struct {
    const char* fields;
    const char* client;
  } cases[] = {{"", "10.0.0.1"},
               {"X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7"},
               {"X-Forwarded-For: 203.0.113.7, 10.0.0.2\r\n", "203.0.113.7"},
               {"X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.0.0.2, 10.0.0.3\r\n", "203.0.113.7"},
               {"X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7"},
               {"X-Forwarded-For: 10.0.0.9, 10.0.0.2\r\n", "10.0.0.9"},
               {"X-Forwarded-For: 203.0.113.7:4711\r\n", "203.0.113.7"},
               {"X-Forwarded-For: [2001:db8::7]:4711, 2001:db8:1::1\r\n", "2001:db8::7"},
               {"X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7"},
               {"X-Forwarded-For: ::ffff:203.0.113.7, ::ffff:10.0.0.2\r\n", "203.0.113.7"},
               {"X-Forwarded-For: , ,203.0.113.7,,\r\n", "203.0.113.7"},
               {"Forwarded: for=203.0.113.7\r\n", "203.0.113.7"},
               {"Forwarded: For=6.6.6.6, for=\"203.0.113.7:80\";proto=https, for=10.0.0.2\r\n",
                "203.0.113.7"},
               {"Forwarded: for=\"[2001:db8::7]:4711\";by=x\r\n", "2001:db8::7"},
               {"Forwarded: proto=https;for=203.0.113.7 ; by=\"_x\"\r\n", "203.0.113.7"},
               {"Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7"},
               {"X-Real-IP: 6.6.6.6\r\n", "10.0.0.1"}};
  for (const auto& [fields, client] : cases)
    EXPECT_EQ(told_by(proxy, fields).client, client) << fields;
}

TEST(Origin, of_a_hidden_client_is_the_proxy_that_told_of_it) {
  const struct {
    const char* fields;
    const char* client;
  } cases[] = {{"X-Forwarded-For: 6.6.6.6, unknown\r\n", "10.0.0.1"},
               {"X-Forwarded-For: 6.6.6.6, unknown, 10.0.0.3, 10.0.0.2\r\n", "10.0.0.3"},
               {"X-Forwarded-For: 6.6.6.6, 999.1.1.1\r\n", "10.0.0.1"},
               {"X-Forwarded-For: 6.6.6.6, 1.2.3.4:5:6\r\n", "10.0.0.1"},
               {"X-Forwarded-For: 6.6.6.6, [1.2.3.4]\r\n", "10.0.0.1"},
               {"X-Forwarded-For: 6.6.6.6, [::1\r\n", "10.0.0.1"},
               {"X-Forwarded-For: 6.6.6.6, \"7.7.7.7\"\r\n", "10.0.0.1"},
               {"Forwarded: for=6.6.6.6, for=_hidden, for=10.0.0.3\r\n", "10.0.0.3"},
               {"Forwarded: for=6.6.6.6, for=unknown\r\n", "10.0.0.1"},
               {"Forwarded: for=6.6.6.6, proto=https\r\n", "10.0.0.1"},
               {"Forwarded: for=6.6.6.6, for=\"7.7.7\\.7\"\r\n", "10.0.0.1"}};
  for (const auto& [fields, client] : cases)
    EXPECT_EQ(told_by(proxy, fields).client, client) << fields;
}

/// What a client writes to swallow the element that the proxy in front appends.
TEST(Origin, is_not_believed_from_a_forwarded_that_breaks_its_grammar) {
  for (const char* fields :
       {"Forwarded: for=6.6.6.6, for=\"x, for=203.0.113.7\r\n",
        "Forwarded: for=6.6.6.6;x=\", for=\"[2001:db8::7]\"\r\n",
        "Forwarded: for=6.6.6.6;x=\", for=203.0.113.7;host=\"shop\"\r\n",
        "Forwarded: for=6.6.6.6, for 203.0.113.7\r\n",
        "Forwarded: for=6.6.6.6, for=203.0.113.7 x\r\n", "Forwarded: for=6.6.6.6, =\r\n"}) {
    const Told told = told_by(proxy, fields);
    EXPECT_EQ(told.client, "10.0.0.1") << fields;
    EXPECT_TRUE(told.broken) << fields;
  }
  EXPECT_EQ(told_by(proxy, "Forwarded: for=\"6.6.6.6\r\nForwarded: for=203.0.113.7\r\n").client,
            "203.0.113.7");
}

TEST(Origin, of_an_untrusted_peer_is_that_peer_whatever_it_says) {
  const IpAddress stranger = *IpAddress::parse("203.0.113.7");
  const Told told = told_by(stranger,
                            "X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6;proto=https\r\n"
                            "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n");
  EXPECT_EQ(told.client, "203.0.113.7");
  EXPECT_EQ(told.proto, "http");
  EXPECT_EQ(told.host, "");
}

TEST(Origin, tells_the_scheme_and_the_host_that_the_client_used) {
  const struct {
    const char* fields;
    const char* proto;
    const char* host;
  } cases[] = {
      {"X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n", "https", "a.example"},
      {"X-Forwarded-Proto: HTTPS, http\r\nX-Forwarded-Host: a.example:8, b\r\n", "HTTPS",
       "a.example:8"},
      {"X-Forwarded-Proto: gopher\r\nX-Forwarded-Host: a b\r\n", "http", ""},
      {"Forwarded: for=6.6.6.6;proto=http;host=evil, for=203.0.113.7;proto=https;host=\"a:1\"\r\n",
       "https", "a:1"},
      {"Forwarded: for=203.0.113.7;proto=ftp;host=\"a\\b\"\r\n", "http", ""}};
  for (const auto& [fields, proto, host] : cases) {
    EXPECT_EQ(told_by(proxy, fields).proto, proto) << fields;
    EXPECT_EQ(told_by(proxy, fields).host, host) << fields;
  }
}

TEST(Origin, of_a_thousand_addresses_is_still_the_last) {
  std::string list;
  for (int i = 0; i < 1000; ++i) list += "6.6.6.6, ";
  EXPECT_EQ(told_by(proxy, "X-Forwarded-For: " + list + "203.0.113.7, 10.0.0.2\r\n").client,
            "203.0.113.7");
}

}  // namespace
}  // namespace headroom::http
