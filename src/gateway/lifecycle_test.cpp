// The gateway as a whole: drain, reload, replicas that leave.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "gateway/testing/front.h"

namespace headroom::gateway::testing {
namespace {

/// Holds requests for /slow until it is told to let go; answers all others at once.
class Slow {
 public:
  Slow()
      : replica([this](Talk& talk) {
          while (const auto request = talk.request()) {
            if (request->start.find("/slow") != std::string::npos) {
              ++held_;
              if (!eventually([&] { return open_.load(); })) return;
            }
            if (!talk.wire.send(ok(request->start))) return;
          }
        }) {}
  ~Slow() { let_go(); }
  void let_go() { open_ = true; }
  [[nodiscard]] bool holds(int count) {
    return eventually([&] { return held_ == count; });
  }

 private:
  std::atomic<bool> open_{false};
  std::atomic<int> held_{0};

 public:
  ScriptedReplica replica;
};

bool refuses(const io::Address& address) {
  return !Wire::to(address).connected();
}

TEST(Drain, open_requests_finish_idle_connections_close_and_new_ones_are_refused) {
  Slow slow;
  Front front(shop(), slow.replica);
  Client idle = front.client();
  EXPECT_EQ(idle.ask(get("/")).status(), 200);
  Client busy = front.client();
  busy.wire.send(get("/slow"));
  ASSERT_TRUE(slow.holds(1));
  const io::Address address = front.gateway().address();
  front.gateway().drain();
  EXPECT_TRUE(idle.wire.ended());
  EXPECT_EQ(idle.wire.end(), Wire::End::closed);
  EXPECT_TRUE(eventually([&] { return refuses(address); }));
  slow.let_go();
  const Message answer = busy.answer();
  EXPECT_EQ(answer.body, "GET /slow HTTP/1.1");
  EXPECT_TRUE(answer.says_close());
  EXPECT_TRUE(busy.wire.ended());
  busy.wire.close();
  EXPECT_TRUE(eventually([&] { return front.gateway().open_connections() == 0; }));
}

TEST(Drain, an_answer_that_began_before_ends_and_then_its_connection) {
  ScriptedReplica replica([](Talk& talk) {
    if (!talk.request()) return;
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
    talk.stall(300ms);
    talk.wire.send("def");
    (void)talk.wire.rest();
  });
  Front front(shop(), replica);
  Client client = front.client();
  client.wire.send(get("/"));
  ASSERT_TRUE(read_head(client.wire).has_value());
  front.gateway().drain();
  EXPECT_EQ(client.wire.exactly(6), "abcdef");
  EXPECT_TRUE(client.wire.ended());
}

TEST(Drain, a_connection_made_just_before_is_still_served) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  for (int i = 0; i < 20; ++i) {
    Front front(shop(), replica);
    Client client = front.client();
    front.gateway().drain();
    EXPECT_EQ(client.ask(get("/")).status(), 200);
  }
}

TEST(Stop, ends_what_waits_and_what_is_in_flight_once) {
  Slow slow;
  spec::Config config = shop();
  config.gateway.workers = 2;
  const auto one = slow.replica.shared();
  const auto replica = std::make_shared<Replica>("one", slow.replica.address(), Instant{}, 1);
  auto front = std::make_unique<Front>(config);
  front->publish({replica});
  std::vector<Client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(front->client());
    clients.back().wire.send(get("/slow") + get("/slow"));
  }
  ASSERT_TRUE(slow.holds(1));
  ASSERT_TRUE(front->waiting(19));
  front->stop();
  for (Client& client : clients) EXPECT_EQ(client.answer().status(), 0);
  EXPECT_EQ(replica->in_flight(), 0);
}

TEST(Stop, leaves_no_descriptor_behind) {
  const auto open_now = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator{});
  };
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  std::ptrdiff_t before = 0;
  for (int i = 0; i < 5; ++i) {
    {
      Front front(shop(), replica);
      EXPECT_EQ(front.client().ask(get("/")).status(), 200);
    }
    ASSERT_TRUE(eventually([&] { return replica.talking() == 0; }));
    if (i == 0) before = open_now();
  }
  EXPECT_EQ(open_now(), before);
}

TEST(Reload, requests_in_flight_keep_their_routes) {
  Slow slow;
  Front front(shop(), slow.replica);
  Client before = front.client();
  before.wire.send(get("/slow"));
  ASSERT_TRUE(slow.holds(1));
  spec::Config config = shop();
  route_of(config).name = "shop/new";
  route_of(config).match.path = "/new";
  ASSERT_TRUE(front.gateway().reload(config).has_value());
  Client after = front.client();
  ASSERT_TRUE(eventually([&] { return after.ask(get("/old")).status() == 404; }));
  EXPECT_EQ(after.ask(get("/new")).status(), 200);
  slow.let_go();
  EXPECT_EQ(before.answer().body, "GET /slow HTTP/1.1");
  EXPECT_EQ(before.ask(get("/old")).status(), 404);
  EXPECT_GE(front.settled(1, "shop/").of(Outcome::good), 1U);
  EXPECT_EQ(front.settled(1, "shop/new").of(Outcome::good), 1U);
}

TEST(Reload, a_moved_listener_refuses_nobody) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(shop(), replica);
  std::atomic<bool> over{false};
  std::mutex mutex;
  io::Address current = front.gateway().address();
  int failed = 0;
  std::atomic<int> served{0};
  std::thread visitor([&] {
    while (!over) {
      // Taken before the move it may be refused after it; then the new address must do.
      bool good = false;
      for (int tries = 0; tries < 2 && !good; ++tries) {
        io::Address address;
        {
          const std::lock_guard lock(mutex);
          address = current;
        }
        Client client(address);
        if (client.wire.connected()) {
          good = client.ask(get("/")).status() == 200;
          if (!good) break;  // it was let in and then thrown out
        }
      }
      failed += good ? 0 : 1;
      ++served;
    }
  });
  for (int i = 0; i < 20; ++i) {
    const int seen = served;
    ASSERT_TRUE(eventually([&] { return served > seen + 5; }));
    spec::Config config = shop();
    config.gateway.listen.front().address = i % 2 == 0 ? "127.0.0.2:0" : "127.0.0.1:0";
    const std::lock_guard lock(mutex);
    ASSERT_TRUE(front.gateway().reload(config).has_value());
    current = front.gateway().address();
  }
  over = true;
  visitor.join();
  EXPECT_EQ(failed, 0) << "of " << served;
}

TEST(Reload, an_address_that_is_taken_changes_nothing) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(shop(), replica);
  const io::Fd taken = *io::listen_on(io::Address::loopback(0));
  spec::Config config = shop();
  config.gateway.listen.front().address = io::local_address(taken.get())->text();
  route_of(config).match.path = "/new";
  EXPECT_FALSE(front.gateway().reload(config).has_value());
  EXPECT_EQ(front.client().ask(get("/old")).status(), 200);
}

TEST(Publish, a_replica_that_is_left_out_ends_its_requests_and_its_idle_connections) {
  Slow slow;
  Front front(shop(), slow.replica);
  Client idle = front.client();
  Client busy = front.client();
  busy.wire.send(get("/slow"));
  ASSERT_TRUE(slow.holds(1));
  EXPECT_EQ(idle.ask(get("/")).status(), 200);
  EXPECT_EQ(slow.replica.talking(), 2U);
  ScriptedReplica next(ScriptedReplica::always(ok("next")));
  front.publish({next.shared()});  // returns when the epoch is acknowledged
  EXPECT_TRUE(eventually([&] { return slow.replica.talking() == 1; }));
  EXPECT_EQ(idle.ask(get("/")).body, "next");
  EXPECT_EQ(slow.replica.shared()->in_flight(), 1);
  slow.let_go();
  EXPECT_EQ(busy.answer().body, "GET /slow HTTP/1.1");
  EXPECT_TRUE(eventually([&] { return slow.replica.talking() == 0; }));
  EXPECT_EQ(slow.replica.shared()->in_flight(), 0);
}

}  // namespace
}  // namespace headroom::gateway::testing
