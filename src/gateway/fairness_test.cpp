// One connection that has much to move leaves its worker's others their turns.
#include <gtest/gtest.h>

#include <thread>

#include "gateway/testing/bodies.h"
#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

constexpr std::size_t large = 256 << 20;
// Without budgets there are one or two. Each costs this test a wake-up, so that a busy machine
// shows it far fewer than there are.
constexpr int few = 10;

/// How often the only worker turned to something else while `transfer` ran: each answer to a
/// collection takes a turn of its loop.
int turns_during(Front& front, const std::function<void()>& transfer) {
  std::atomic<bool> over{false};
  std::thread running([&] {
    transfer();
    over = true;
  });
  int turns = 0;
  for (; !over; ++turns) (void)front.totals();
  running.join();
  return turns;
}

/// Takes bytes off the wire without looking at them, faster than any gateway passes them on.
std::size_t discard(Wire& wire, std::size_t wanted) {
  std::size_t taken = 0;
  while (taken < wanted) {
    const ssize_t count = recv(wire.fd(), nullptr, 1 << 20, MSG_TRUNC);
    if (count <= 0) break;
    taken += static_cast<std::size_t>(count);
  }
  return taken;
}

TEST(Fairness, a_fast_download_leaves_the_worker_its_other_connections) {
  ScriptedReplica replica([](Talk& talk) {
    if (!talk.request()) return;
    const std::string part(1 << 20, 'x');
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large) + "\r\n\r\n");
    for (std::size_t sent = 0; sent < large; sent += part.size())
      if (!talk.wire.send(part)) return;
  });
  Front front(shop(), replica);
  Client client = front.client();
  const int turns = turns_during(front, [&] {
    client.wire.send(get("/"));
    EXPECT_GE(discard(client.wire, large), large);
  });
  EXPECT_GT(turns, few);  // of some 2,000 budgets of 128 KiB
}

TEST(Fairness, a_fast_upload_leaves_the_worker_its_other_connections) {
  ScriptedReplica replica([](Talk& talk) {
    if (!read_head(talk.wire)) return;
    (void)discard(talk.wire, large - (1 << 20));
    (void)talk.wire.exactly(1);
    talk.wire.send(ok("taken"));
  });
  spec::Config config = shop();
  config.gateway.body_max_bytes = large;
  Front front(config, replica);
  Client client = front.client();
  const int turns = turns_during(front, [&] {
    client.wire.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(large) +
                     "\r\n\r\n");
    const std::string part(1 << 20, 'x');
    for (std::size_t sent = 0; sent < large; sent += part.size())
      if (!client.wire.send(part)) break;
    EXPECT_EQ(client.answer().status(), 200);
  });
  EXPECT_GT(turns, few);
}

TEST(Fairness, a_rush_of_pipelined_requests_leaves_the_worker_its_other_connections) {
  spec::Config config = shop();
  route_of(config).match.path = "/only";
  Front front(config);
  Client client = front.client();
  constexpr int count = 100'000;
  const int turns = turns_during(front, [&] {
    std::thread sender([&] {
      std::string requests;
      for (int i = 0; i < 1000; ++i) requests += get("/x");
      for (int i = 0; i < count / 1000; ++i) client.wire.send(requests);
      client.wire.half_close();
    });
    (void)discard(client.wire, SIZE_MAX);
    sender.join();
  });
  EXPECT_GT(turns, few);  // of 100,000 / 16
}

}  // namespace
}  // namespace headroom::gateway::testing
