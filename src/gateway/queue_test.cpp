// Requests that wait for a replica: until when, in which order, and who is told to go.
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <thread>

#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

/// "/critical" is more important than the rest.
spec::Config with_critical_route() {
  spec::Config config = shop();
  spec::Route critical = route_of(config);
  critical.name = "shop/critical";
  critical.match.path = "/critical";
  critical.priority = spec::Priority::critical;
  config.services[0].routes.push_back(critical);
  return config;
}

/// Threads that are started while it lives have a stack of this size.
class SmallStacks {
 public:
  explicit SmallStacks(std::size_t bytes) {
    pthread_getattr_default_np(&before_);
    pthread_attr_t small;
    pthread_getattr_default_np(&small);
    pthread_attr_setstacksize(&small, bytes);
    EXPECT_EQ(pthread_setattr_default_np(&small), 0);
    pthread_attr_destroy(&small);
  }
  ~SmallStacks() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }
  SmallStacks(const SmallStacks&) = delete;
  SmallStacks& operator=(const SmallStacks&) = delete;

 private:
  pthread_attr_t before_;
};

TEST(Queue, without_a_replica_a_request_waits_for_the_first_one) {
  ScriptedReplica replica(ScriptedReplica::always(ok("warm")));
  Front front;
  Client client = front.client();
  client.wire.send(get("/"));
  ASSERT_TRUE(front.waiting(1));
  front.publish({replica.shared()});
  EXPECT_EQ(client.answer().body, "warm");
  only(front, 1, Outcome::good);
}

TEST(Queue, who_waits_too_long_is_told_when_to_come_back) {
  spec::Config config = shop();
  config.gateway.queue.wait = 50ms;
  Gate gate;
  ScriptedReplica replica(gate.script(), 1);
  Front front(config);
  Client client = front.client();
  const Message none = client.ask(get("/"));
  EXPECT_EQ(none.status(), 503);
  EXPECT_EQ(none.reason(), "no_replica");
  front.publish({replica.shared()});
  Client first = front.client();
  first.wire.send(get("/first"));
  ASSERT_TRUE(gate.holds(1));
  const Message busy = client.ask(get("/"));
  EXPECT_EQ(busy.status(), 503);
  EXPECT_EQ(busy.reason(), "queue_timeout");
  EXPECT_EQ(busy.field("retry-after"), "1");
  EXPECT_EQ(busy.field("content-type"), "application/problem+json");
  gate.open();
  EXPECT_EQ(first.answer().status(), 200);
  EXPECT_EQ(front.settled(3).of(Outcome::shed), 2U);
}

TEST(Queue, a_client_that_goes_before_its_body_has_come_leaves_at_once) {
  Front front;
  Client client = front.client();
  client.wire.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 600000\r\n\r\n" +
                   std::string(100'000, 'a'));  // as much of it as is read before it waits
  ASSERT_TRUE(front.waiting(1));
  client.wire.close();
  ASSERT_TRUE(front.waiting(0));
  only(front, 1, Outcome::gone);
}

TEST(Queue, the_end_of_an_ejection_is_noticed_by_those_who_wait) {
  std::atomic<bool> broken{true};
  ScriptedReplica bad([&](Talk& talk) {
    while (talk.request() && !broken)
      if (!talk.wire.send(ok("healed"))) return;
  });
  Gate gate;
  ScriptedReplica busy(gate.script(), 1);
  Front front;
  front.publish({busy.shared()});
  Client first = front.client();
  first.wire.send(get("/"));
  ASSERT_TRUE(gate.holds(1));
  front.publish({busy.shared(), bad.shared()});
  Client client = front.client();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.ask(get("/")).status(), 502);
  broken = false;
  client.wire.send(get("/"));
  ASSERT_TRUE(front.waiting(1)) << "one is ejected, the other busy";
  EXPECT_EQ(client.answer().body, "healed");
  EXPECT_TRUE(gate.holds(1)) << "nothing else has changed meanwhile";
  gate.open();
}

TEST(Queue, is_bounded_and_the_more_important_displace) {
  spec::Config config = with_critical_route();
  config.gateway.queue.length = 2;
  Gate gate;
  ScriptedReplica replica(gate.script(), 1);
  Front front(config, replica);
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(front.client());
    clients.back().wire.send(get("/" + std::to_string(i)));
    if (i == 0) {
      ASSERT_TRUE(gate.holds(1));
    } else {
      ASSERT_TRUE(front.waiting(i));
    }
  }
  Client late = front.client();
  const Message full = late.ask(get("/late"));
  EXPECT_EQ(full.status(), 503);
  EXPECT_EQ(full.reason(), "queue_full");
  Client important = front.client();
  important.wire.send(get("/critical"));
  const Message displaced = clients[2].answer();
  EXPECT_EQ(displaced.status(), 503);
  EXPECT_EQ(displaced.reason(), "displaced");
  gate.open();
  EXPECT_EQ(clients[0].answer().status(), 200);
  EXPECT_EQ(clients[1].answer().status(), 200);
  EXPECT_EQ(important.answer().status(), 200);
  EXPECT_LT(replica.received().find("GET /critical "), replica.received().find("GET /1 "));
  EXPECT_EQ(front.settled(4).of(Outcome::shed), 2U);
  EXPECT_EQ(front.settled(1, "shop/critical").of(Outcome::good), 1U);
}

TEST(Queue, a_freed_place_goes_to_a_waiter_of_any_worker) {
  spec::Config config = shop();
  config.gateway.workers = 2;
  ScriptedReplica replica(ScriptedReplica::always(ok("x")), 1);
  Front front(config, replica);
  constexpr int clients = 8;
  constexpr int each = 200;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      Client client = front.client();
      for (int n = 0; n < each; ++n) good += client.ask(get("/")).status() == 200 ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, clients * each);  // nobody waited until the queue's wait was over
  only(front, clients * each, Outcome::good);
}

TEST(Queue, the_important_come_first_over_all_workers_and_the_rest_by_arrival) {
  spec::Config config = with_critical_route();
  config.gateway.workers = 4;
  Gate gate;
  ScriptedReplica replica(gate.script(), 1);
  Front front(config, replica);
  Client first = front.client();
  first.wire.send(get("/first"));
  ASSERT_TRUE(gate.holds(1));
  std::vector<Client> clients;
  std::vector<std::string> targets;
  for (int i = 0; i < 32; ++i) {  // on whatever workers the kernel chooses
    targets.push_back((i % 2 == 0 ? "/normal/" : "/critical/") + std::to_string(i));
    clients.push_back(front.client());
    clients.back().wire.send(get(targets.back()));
    ASSERT_TRUE(front.waiting(i + 1));
  }
  gate.open();
  for (Client& client : clients) EXPECT_EQ(client.answer().status(), 200);
  std::ranges::stable_partition(targets, [](const auto& t) { return t.starts_with("/critical"); });
  std::vector<std::size_t> served;
  for (const auto& target : targets) served.push_back(replica.received().find(target + ' '));
  EXPECT_TRUE(std::ranges::is_sorted(served));
}

TEST(Queue, displaced_one_by_the_other_does_not_grow_the_stack) {
  constexpr int waiters = 3000;      // at 800 bytes a level and more these would take 2.4 MB
  const SmallStacks small(1 << 20);  // with room for what ThreadSanitizer keeps in a thread
  spec::Config config = with_critical_route();
  config.gateway.queue.length = waiters;
  Gate gate;
  ScriptedReplica replica(gate.script(), 1);
  Front front(config, replica);
  Client first = front.client();
  first.wire.send(get("/first"));
  ASSERT_TRUE(gate.holds(1));
  std::vector<Client> clients;
  for (int i = 0; i < waiters; ++i) {
    clients.push_back(front.client());
    clients.back().wire.send(get("/") + get("/critical"));
  }
  ASSERT_TRUE(front.waiting(waiters));
  // It displaces the last one, whose next request displaces the one before, and so on.
  Client important = front.client();
  important.wire.send(get("/critical"));
  for (Client& client : clients) ASSERT_EQ(client.answer().reason(), "displaced");
  gate.open();
  EXPECT_EQ(important.answer().status(), 200);
  // The queue has room for all but one of the second requests.
  int served = 0;
  for (Client& client : clients) served += client.answer().status() == 200 ? 1 : 0;
  EXPECT_EQ(served, waiters - 1);
}

TEST(Queue, full_of_requests_that_cannot_connect_is_worked_off_without_growing_the_stack) {
  spec::Config config = shop();
  config.gateway.queue.length = 3000;
  Front front(config);
  std::vector<Client> clients;
  for (int i = 0; i < 800; ++i) {
    clients.push_back(front.client());
    clients.back().wire.send(get("/") + get("/") + get("/"));
  }
  ASSERT_TRUE(front.waiting(800));
  const auto unreachable = nowhere();
  front.publish({unreachable});
  for (Client& client : clients)
    for (int i = 0; i < 3; ++i) ASSERT_EQ(client.answer().reason(), "connect_failed");
  only(front, 2400, Outcome::failed);
  EXPECT_EQ(unreachable->in_flight(), 0);
}

}  // namespace
}  // namespace headroom::gateway::testing
