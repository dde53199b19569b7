// Names, hosts, addresses and paths: what is one and what is not.
#include "spec/names.h"

#include <gtest/gtest.h>

namespace headroom::spec {
namespace {

TEST(Names, labels) {
  for (const char* text : {"a", "shop", "a-1", "0", "x--y"}) EXPECT_TRUE(is_label(text)) << text;
  for (const char* text : {"", "-a", "a-", "A", "a.b", "a_b", "\xc3\xa4"})
    EXPECT_FALSE(is_label(text)) << text;
  EXPECT_TRUE(is_label(std::string(63, 'a')));
  EXPECT_FALSE(is_label(std::string(64, 'a')));
}

TEST(Names, hosts) {
  for (const char* text : {"shop", "Shop.Example.com", "10.0.0.1"})
    EXPECT_TRUE(is_host(text)) << text;
  for (const char* text : {"", ".", "a..b", "a.", "a:80", "*.a", "a b", "a/b"})
    EXPECT_FALSE(is_host(text)) << text;
}

TEST(Names, addresses) {
  const struct {
    const char* text;
    const char* host;
    int port;
  } cases[] = {{"127.0.0.1:8080", "127.0.0.1", 8080},
               {":80", "", 80},
               {"[::1]:1", "::1", 1},
               {"[::]:0", "::", 0},
               {"[2001:db8::7]:65535", "2001:db8::7", 65535},
               {"[1:2:3:4:5:6:7:8]:1", "1:2:3:4:5:6:7:8", 1},
               {"[::ffff:10.0.0.5]:80", "::ffff:10.0.0.5", 80}};
  for (const auto& [text, host, port] : cases) {
    EXPECT_EQ(split_address(text).host, host) << text;
    EXPECT_EQ(split_address(text).port, port) << text;
  }
  for (const char* text : {"",
                           ":",
                           "80",
                           "localhost:80",
                           "1.2.3:80",
                           "1.2.3.256:80",
                           "01.2.3.4:80",
                           "1.2.3.4:65536",
                           "1.2.3.4:-1",
                           "1.2.3.4:080",
                           "::1:80",
                           "[::1:80",
                           "[:::]:80",
                           "[1::2::3]:80",
                           "[12345::]:1",
                           "[1:2:3:4:5:6:7:8:9]:1",
                           "[1:2:3:4:5:6:7::8]:1x",
                           "[]:80",
                           "[127.0.0.1]:80",
                           "1.2.3.4: 80"})
    EXPECT_EQ(split_address(text).port, -1) << text;
}

TEST(Names, loopback) {
  for (const char* text : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(text)) << text;
  for (const char* text :
       {"", "0.0.0.0", "10.0.0.1", "::", "127.evil", "12.7.0.0", "::ffff:10.0.0.1"})
    EXPECT_FALSE(is_loopback(text)) << text;
}

TEST(Names, request_paths) {
  for (const char* text : {"/", "/a/b", "/a%20b", "/a;b=c"})
    EXPECT_TRUE(is_request_path(text)) << text;
  for (const char* text : {"", "a", "/a b", "/a?b", "/a#b", "/a\\b", "/\x7f", "/\xc3\xa4"})
    EXPECT_FALSE(is_request_path(text)) << text;
  EXPECT_FALSE(is_request_path("/" + std::string(1024, 'a')));
}

TEST(Names, variables) {
  for (const char* text : {"A", "_", "a1_B"}) EXPECT_TRUE(is_variable(text)) << text;
  for (const char* text : {"", "1a", "a-b", "a=b", "a b"}) EXPECT_FALSE(is_variable(text)) << text;
}

TEST(Names, the_path_of_a_route_is_decoded_and_one_that_every_reader_reads_alike) {
  EXPECT_EQ(route_path("/"), "/");
  EXPECT_EQ(route_path("/caf%C3%A9/%61/"), "/caf\xc3\xa9/a/");
  EXPECT_EQ(route_path("/...;x/.a/%252F"), "/...;x/.a/%2F");
  for (const char* path : {"/a//b", "//", "/a/../b", "/.", "/a/%2e/b", "/a%2Fb", "/a%5cb", "/a%00",
                           "/a%", "/a%2", "/..;x"})
    EXPECT_FALSE(route_path(path)) << path;
}

}  // namespace
}  // namespace headroom::spec
