// Ports: the range, the turn, and ports that are taken.
#include "control/supervisor/ports.h"

#include <gtest/gtest.h>

#include "io/no_descriptors_for_test.h"
#include "io/socket.h"

namespace headroom::supervisor {
namespace {

TEST(PortsTest, the_range_stays_clear_of_the_kernels_ephemeral_one) {
  EXPECT_EQ(range_beside({32768, 60999}), (PortRange{20000, 29999}));
  EXPECT_EQ(range_beside({1024, 19999}), (PortRange{20000, 29999}));
  EXPECT_EQ(range_beside({25000, 65000}), (PortRange{10000, 24999}));
  EXPECT_EQ(range_beside({11000, 30000}), (PortRange{30001, 65535}));
  EXPECT_EQ(range_beside({1024, 65535}), (PortRange{20000, 29999}));
}

TEST(PortsTest, ports_are_handed_out_in_turn) {
  Ports ports({20000, 29999}, 12345);
  const auto first = ports.next({});
  const auto second = ports.next({});
  ASSERT_TRUE(first && second);
  EXPECT_GE(*first, 22345);
  EXPECT_GT(*second, *first);
}

TEST(PortsTest, a_service_with_a_range_gets_ports_of_it_and_nobody_else_does) {
  const PortRange all{20000, 20009};
  const PortRange stated{20002, 20003};
  Ports ports(all, 0);
  ports.keep_for_others({stated});
  std::set<std::uint16_t> taken;
  for (int i = 0; i < 2; ++i) {
    const auto port = ports.next(taken, stated);
    ASSERT_TRUE(port) << port.error().message;
    EXPECT_TRUE(stated.contains(*port)) << *port;
    taken.insert(*port);
  }
  const auto beyond = ports.next(taken, stated);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().message, "no port of 20002-20003 is free for another replica");
  for (int i = 0; i < 20; ++i) {
    const auto port = ports.next({});
    ASSERT_TRUE(port) << port.error().message;
    EXPECT_FALSE(stated.contains(*port)) << *port;
  }
}

TEST(PortsTest, a_port_that_somebody_listens_on_is_skipped) {
  const auto listener = io::listen_on(io::Address::loopback(0));
  ASSERT_TRUE(listener) << listener.error().message;
  const std::uint16_t taken = io::local_address(listener->get())->port();
  const PortRange only{taken, taken};
  EXPECT_FALSE(Ports(only, 0).next({}));
  EXPECT_FALSE(Ports({20000, 29999}, 0).next({}, only));
}

TEST(PortsTest, a_port_of_a_living_replica_is_skipped_although_nobody_listens_yet) {
  std::uint16_t free = 0;
  {
    const auto listener = io::listen_on(io::Address::loopback(0));
    ASSERT_TRUE(listener) << listener.error().message;
    free = io::local_address(listener->get())->port();
  }
  EXPECT_FALSE(Ports({free, free}, 0).next({free}));
}

TEST(PortsTest, with_no_descriptor_left_it_is_not_the_ports_that_are_said_to_be_taken) {
  Ports ports({20000, 29999}, 0);
  const io::NoDescriptors none;
  const auto port = ports.next({});
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().message, "cannot open a socket: Too many open files");
}

}  // namespace
}  // namespace headroom::supervisor
