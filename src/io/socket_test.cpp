// Addresses as sockets tell them.
#include "io/socket.h"

#include <gtest/gtest.h>

namespace headroom::io {
namespace {

TEST(Address, is_read_and_written_alike) {
  const struct {
    const char* text;
    const char* again;
  } cases[] = {{"127.0.0.1:8080", "127.0.0.1:8080"},
               {":80", "0.0.0.0:80"},
               {"localhost:1", "127.0.0.1:1"},
               {"[::1]:65535", "[::1]:65535"},
               {"[::]:0", "[::]:0"},
               {"[::ffff:127.0.0.1]:80", "127.0.0.1:80"}};
  for (const auto& [text, again] : cases) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), again);
  }
  for (const char* text :
       {"", "80", "::1:80", "[127.0.0.1]:80", "1.2.3.4:65536", "1.2.3.4:-1", "shop:80", "[::1]80"})
    EXPECT_FALSE(Address::parse(text)) << text;
}

TEST(Address, of_an_ipv4_peer_of_an_ipv6_socket_is_the_ipv4_one) {
  sockaddr_storage from{};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(from);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(80);
  v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;
  v6.sin6_addr.s6_addr[12] = 127;
  v6.sin6_addr.s6_addr[15] = 1;
  const Address address = Address::of_peer(from);
  EXPECT_EQ(address.text(), "127.0.0.1:80");
  EXPECT_EQ(address.family(), AF_INET);
}

TEST(Address, of_many_are_listed) {
  EXPECT_EQ(texts_of({Address::loopback(1), *Address::parse("[::1]:2")}), "127.0.0.1:1, [::1]:2");
}

}  // namespace
}  // namespace headroom::io
