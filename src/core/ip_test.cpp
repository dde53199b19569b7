// Addresses and networks as people write them.
#include "core/ip.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

TEST(IpAddress, is_read_and_written_in_its_shortest_form) {
  const struct {
    const char* text;
    const char* again;
  } cases[] = {{"127.0.0.1", "127.0.0.1"},
               {"0.0.0.0", "0.0.0.0"},
               {"::1", "::1"},
               {"::", "::"},
               {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
               {"::ffff:127.0.0.1", "127.0.0.1"},
               {"::ffff:7f00:1", "127.0.0.1"},
               {"64:ff9b::192.0.2.1", "64:ff9b::c000:201"}};
  for (const auto& [text, again] : cases) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), again);
    EXPECT_EQ(IpAddress::parse(again), address);
  }
}

TEST(IpAddress, is_nothing_but_an_address) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {""sv,
                                      "1"sv,
                                      "1.2.3"sv,
                                      "1.2.3.256"sv,
                                      "01.2.3.4"sv,
                                      "1.2.3.4.5"sv,
                                      " 1.2.3.4"sv,
                                      "1.2.3.4 "sv,
                                      "1.2.3.4:80"sv,
                                      "[::1]"sv,
                                      ":::"sv,
                                      "1::2::3"sv,
                                      "fe80::1%eth0"sv,
                                      "1.2.3.4\0"sv,
                                      "1.2.3.4\0.5"sv,
                                      "::1\0"sv,
                                      "unknown"sv,
                                      "_hidden"sv,
                                      "0x7f.0.0.1"sv,
                                      "0000:0000:0000:0000:0000:0000:0000:0000:0000:0001"sv})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
}

TEST(IpAddress, of_loopback) {
  for (const char* text : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(IpAddress::parse(text)->is_loopback()) << text;
  for (const char* text : {"0.0.0.0", "10.0.0.1", "::", "::2", "1::1", "128.0.0.1"})
    EXPECT_FALSE(IpAddress::parse(text)->is_loopback()) << text;
}

TEST(IpNetwork, contains_what_its_prefix_covers) {
  const struct {
    const char* network;
    const char* address;
    bool inside;
  } cases[] = {{"10.0.0.0/8", "10.255.0.1", true},       {"10.0.0.0/8", "11.0.0.1", false},
               {"10.0.0.0/8", "::ffff:10.1.2.3", true},  {"10.0.0.5", "10.0.0.5", true},
               {"10.0.0.5", "10.0.0.4", false},          {"10.0.0.4/31", "10.0.0.5", true},
               {"10.0.0.4/31", "10.0.0.6", false},       {"0.0.0.0/0", "203.0.113.7", true},
               {"0.0.0.0/0", "2001:db8::1", false},      {"::/0", "2001:db8::1", true},
               {"::/0", "203.0.113.7", false},           {"2001:db8::/32", "2001:db8:1::1", true},
               {"2001:db8::/32", "2001:db9::1", false},  {"::1", "::1", true},
               {"::ffff:10.0.0.0/104", "10.1.1.1", true}};
  for (const auto& [network, address, inside] : cases) {
    const auto parsed = IpNetwork::parse(network);
    ASSERT_TRUE(parsed) << network;
    EXPECT_EQ(parsed->contains(*IpAddress::parse(address)), inside) << network << " " << address;
    EXPECT_FALSE(parsed->has_host_bits()) << network;
  }
}

TEST(IpNetwork, tells_when_bits_are_set_behind_its_prefix) {
  for (const char* text : {"10.0.0.1/8", "10.0.0.5/31", "2001:db8::1/32", "1.0.0.0/0"})
    EXPECT_TRUE(IpNetwork::parse(text)->has_host_bits()) << text;
}

TEST(IpNetwork, is_nothing_but_a_network) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08",
                           "10.0.0.0/8/8", "::/129", "10/8", "localhost", "10.0.0.0 /8", "all"})
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
}

}  // namespace
}  // namespace headroom
