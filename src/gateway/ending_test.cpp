// How requests end: clients that go, replicas that break, timeouts, the queue, retries.
#include <gtest/gtest.h>

#include <thread>

#include "gateway/testing/front.h"

namespace headroom::gateway::testing {
namespace {

const RouteStats& only(Front& front, std::uint64_t arrivals, Outcome outcome,
                       const std::string& reason = "") {
  const RouteStats& stats = front.settled(arrivals);
  EXPECT_EQ(stats.of(outcome), arrivals) << name(outcome);
  if (!reason.empty()) {
    EXPECT_EQ(stats.reasons.size(), 1U);
    EXPECT_EQ(stats.reasons.count(reason), 1U) << reason;
  }
  return stats;
}

/// Connecting to it fails within the call: no route leads to the broadcast address over TCP.
std::shared_ptr<Replica> nowhere() {
  return std::make_shared<Replica>("nowhere", *io::Address::parse("255.255.255.255:1"), Instant{},
                                   1);
}

/// Holds every request until it is told to let go, then answers.
class Gate {
 public:
  [[nodiscard]] ScriptedReplica::Script script() {
    return [this](Talk& talk) {
      while (const auto request = talk.request()) {
        ++held_;
        if (!eventually([&] { return open_.load(); })) return;
        --held_;
        if (!talk.wire.send(ok(request->start))) return;
      }
    };
  }
  void open() { open_ = true; }
  [[nodiscard]] bool holds(int count) {
    return eventually([&] { return held_ == count; });
  }
  ~Gate() { open(); }

 private:
  std::atomic<bool> open_{false};
  std::atomic<int> held_{0};
};

TEST(Ending, a_client_that_goes_in_flight_frees_the_place_and_the_replicas_connection) {
  ScriptedReplica replica([](Talk& talk) {
    if (talk.request()) (void)talk.wire.rest();
  });
  Front front(shop(), replica);
  Client client = front.client();
  client.wire.send(get("/"));
  ASSERT_TRUE(eventually([&] { return replica.shared()->in_flight() == 1; }));
  ASSERT_TRUE(eventually([&] { return !replica.received().empty(); }));
  client.wire.close();
  const RouteStats& stats = only(front, 1, Outcome::gone);
  EXPECT_TRUE(stats.reasons.empty());
  EXPECT_TRUE(eventually([&] { return replica.shared()->in_flight() == 0; }));
  EXPECT_TRUE(eventually([&] { return replica.talking() == 0; }));
}

TEST(Ending, a_client_that_goes_after_its_objective_was_late) {
  spec::Config config = shop();
  route_of(config).objective.latency = 1ms;
  ScriptedReplica replica([](Talk& talk) {
    if (talk.request()) (void)talk.wire.rest();
  });
  Front front(config, replica);
  Client client = front.client();
  client.wire.send(get("/"));
  replica.stall(20ms);
  client.wire.reset();
  EXPECT_TRUE(only(front, 1, Outcome::late).reasons.empty());
}

TEST(Ending, a_client_that_goes_while_it_waits_leaves_the_queue) {
  Front front;
  Client client = front.client();
  client.wire.send(get("/"));
  ASSERT_TRUE(front.waiting(1));
  client.wire.close();
  ASSERT_TRUE(front.waiting(0));
  only(front, 1, Outcome::gone);
}

TEST(Ending, a_client_that_never_reads_ends_all_the_same) {
  spec::Config config = shop();
  route_of(config).timeouts.idle = 100ms;
  ScriptedReplica replica(ScriptedReplica::always(ok(std::string(64 << 20, 'x'))));
  Front front(config, replica);
  Client client = front.client(4096);
  client.wire.send(get("/"));
  only(front, 1, Outcome::gone);
  EXPECT_TRUE(eventually([&] { return replica.shared()->in_flight() == 0; }));
}

TEST(Ending, a_client_that_reads_steadily_outlasts_the_idle_timeout) {
  spec::Config config = shop();
  route_of(config).timeouts.idle = 400ms;
  const std::string body(24 << 20, 'x');
  ScriptedReplica replica(ScriptedReplica::always(ok(body)));
  Front front(config, replica);
  Client client = front.client(64 * 1024);
  client.wire.send(get("/"));
  ASSERT_TRUE(read_head(client.wire).has_value());
  for (std::size_t read = 0; read < body.size(); read += 1 << 20) {
    replica.stall(40ms);  // 24 times: longer in all than the timeout
    ASSERT_TRUE(client.wire.exactly(1 << 20).has_value());
  }
  only(front, 1, Outcome::good);
}

TEST(Ending, a_replica_that_closes_in_the_middle_of_an_answer_cuts_it_short) {
  ScriptedReplica replica([](Talk& talk) {
    (void)talk.request();
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  });
  Front front(shop(), replica);
  Client client = front.client();
  const Message answer = client.ask(get("/"));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_FALSE(answer.whole);
  only(front, 1, Outcome::failed, "upstream_closed");
}

TEST(Ending, a_replica_that_breaks_before_its_answer_is_a_bad_gateway) {
  for (const bool reset : {false, true}) {
    ScriptedReplica replica([reset](Talk& talk) {
      (void)talk.request();
      if (reset) talk.wire.reset();
    });
    Front front(shop(), replica);
    Client client = front.client();
    const Message answer = client.ask(get("/"));
    EXPECT_EQ(answer.status(), 502);
    EXPECT_EQ(answer.reason(), reset ? "upstream_reset" : "upstream_closed");
    EXPECT_NE(answer.field("proxy-status").find("error=http_response_incomplete"),
              std::string::npos);
    EXPECT_FALSE(answer.says_close());
    only(front, 1, Outcome::failed);
  }
}

TEST(Ending, an_error_of_the_replica_passes_through_and_counts_as_failed) {
  ScriptedReplica replica(
      ScriptedReplica::always("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\nX-Why: bug\r\n\r\noops"));
  Front front(shop(), replica);
  const Message answer = front.client().ask(get("/"));
  EXPECT_EQ(answer.status(), 500);
  EXPECT_EQ(answer.body, "oops");
  EXPECT_EQ(answer.field("x-why"), "bug");
  only(front, 1, Outcome::failed, "upstream_5xx");
}

TEST(Timeouts, of_the_whole_request) {
  spec::Config config = shop();
  route_of(config).timeouts.total = 100ms;
  ScriptedReplica replica([](Talk& talk) { (void)talk.wire.rest(); });
  Front front(config, replica);
  const Message answer = front.client().ask(get("/"));
  EXPECT_EQ(answer.status(), 504);
  EXPECT_EQ(answer.reason(), "timeout");
  only(front, 1, Outcome::failed, "timeout");
}

TEST(Timeouts, of_the_first_byte_begin_when_the_request_was_sent) {
  spec::Config config = shop();
  route_of(config).timeouts.first_byte = 150ms;
  ScriptedReplica replica([](Talk& talk) {
    while (const auto request = talk.request())
      if (request->body != "never") talk.wire.send(ok("x"));
  });
  Front front(config, replica);
  Client client = front.client();
  client.wire.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 6\r\n\r\n");
  for (const char c : std::string("slowly")) {
    replica.stall(50ms);
    client.wire.send({&c, 1});
  }
  EXPECT_EQ(client.answer().status(), 200);
  const Message answer = client.ask(post("/", "never"));
  EXPECT_EQ(answer.status(), 504);
  EXPECT_EQ(answer.reason(), "first_byte_timeout");
}

TEST(Timeouts, of_silence_in_the_middle_of_an_answer) {
  spec::Config config = shop();
  route_of(config).timeouts.idle = 100ms;
  ScriptedReplica replica([](Talk& talk) {
    (void)talk.request();
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    (void)talk.wire.rest();
  });
  Front front(config, replica);
  EXPECT_FALSE(front.client().ask(get("/")).whole);
  only(front, 1, Outcome::failed, "idle_timeout");
}

TEST(Timeouts, of_a_body_that_stops_coming_are_the_clients_fault) {
  spec::Config config = shop();
  route_of(config).timeouts.idle = 100ms;
  ScriptedReplica replica([](Talk& talk) { (void)talk.wire.rest(); });
  Front front(config, replica);
  const Message answer =
      front.client().ask("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 6\r\n\r\nab");
  EXPECT_EQ(answer.status(), 408);
  EXPECT_EQ(answer.reason(), "body_timeout");
  only(front, 1, Outcome::gone);
}

TEST(Timeouts, of_a_head_that_does_not_end) {
  spec::Config config = shop();
  config.gateway.head_timeout = 100ms;
  Front front(config);
  Client client = front.client();
  const Message answer = client.ask("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(answer.status(), 408);
  EXPECT_TRUE(answer.says_close());
  EXPECT_TRUE(client.wire.ended());
  EXPECT_EQ(front.totals().refused.at("head_timeout"), 1U);
}

TEST(Timeouts, of_connecting) {
  // A listener whose queue is full answers no more connects.
  io::Fd full = *io::listen_on(io::Address::loopback(0), {.backlog = 0});
  const io::Address address = *io::local_address(full.get());
  std::vector<io::Fd> fillers;
  for (int i = 0; i < 4; ++i) fillers.push_back(*io::connect_start(address));
  spec::Config config = shop();
  route_of(config).timeouts.connect = 100ms;
  Front front(config);
  front.publish({std::make_shared<Replica>("full", address, Instant{}, 8)});
  const Message answer = front.client().ask(get("/"));
  EXPECT_EQ(answer.status(), 504);
  EXPECT_EQ(answer.reason(), "connect_timeout");
  EXPECT_EQ(only(front, 1, Outcome::failed).reasons.count("connect_timeout"), 1U);
  EXPECT_EQ(front.totals().services.at("shop").retries, 1U);
}

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

TEST(Queue, is_bounded_and_the_more_important_displace) {
  spec::Config config = shop();
  config.gateway.queue.length = 2;
  spec::Route critical = route_of(config);
  critical.name = "shop/critical";
  critical.match.path = "/critical";
  critical.priority = spec::Priority::critical;
  config.services[0].routes.push_back(critical);
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

TEST(Retry, a_replica_that_cannot_be_reached_is_passed_over_for_any_method) {
  ScriptedReplica gone(ScriptedReplica::always(ok("never")));
  gone.stop_listening();
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front;
  front.publish({gone.shared(), replica.shared()});
  Client client = front.client();
  // Which of two idle replicas is asked first is left to chance, so there are as many requests as
  // it takes to meet the one that is gone five times.
  int sent = 0;
  while (front.totals().services.at("shop").ejections == 0 && sent < 200) {
    EXPECT_EQ(client.ask(post("/", "once")).status(), 200);
    ++sent;
  }
  EXPECT_EQ(front.totals().services.at("shop").ejections, 1U);
  only(front, static_cast<std::uint64_t>(sent), Outcome::good);
}

/// Answers the first request of a connection and closes when the second is there.
ScriptedReplica::Script closes_on_the_second(bool stop) {
  return [stop](Talk& talk) {
    if (!talk.request()) return;
    talk.wire.send(ok("first"));
    if (!talk.request()) return;
    if (stop) talk.replica.stop_listening();
  };
}

TEST(Retry, a_kept_connection_that_was_closed_is_tried_again_when_that_is_harmless) {
  ScriptedReplica replica(closes_on_the_second(false));
  Front front(shop(), replica);
  Client client = front.client();
  EXPECT_EQ(client.ask(get("/")).status(), 200);
  EXPECT_EQ(client.ask(get("/")).status(), 200);
  EXPECT_EQ(replica.connections(), 2);
  only(front, 2, Outcome::good);
}

TEST(Retry, a_post_on_a_kept_connection_that_was_closed_is_sent_once_only) {
  ScriptedReplica replica(closes_on_the_second(false));
  Front front(shop(), replica);
  Client client = front.client();
  EXPECT_EQ(client.ask(get("/")).status(), 200);
  EXPECT_EQ(client.ask(post("/buy", "x")).status(), 502);
  const std::string received = replica.received();
  EXPECT_EQ(received.find("/buy"), received.rfind("POST /buy") + 5);
  EXPECT_EQ(replica.connections(), 1);
  EXPECT_EQ(front.settled(2).of(Outcome::failed), 1U);
}

TEST(Retry, a_kept_connection_that_was_closed_may_be_followed_by_a_connect_that_fails_at_once) {
  // Which replica the second attempt goes to is left to chance, so there are some rounds.
  for (int round = 0; round < 12; ++round) {
    ScriptedReplica replica(closes_on_the_second(false));
    Front front;
    front.publish({replica.shared()});
    Client client = front.client();
    EXPECT_EQ(client.ask(get("/")).status(), 200);
    const auto unreachable = nowhere();
    front.publish({replica.shared(), unreachable});
    for (int i = 0; i < 4; ++i) {
      const int status = client.ask(get("/")).status();
      EXPECT_TRUE(status == 200 || status == 502) << status;
    }
    front.settled(5);
    EXPECT_EQ(replica.shared()->in_flight(), 0);
    EXPECT_EQ(unreachable->in_flight(), 0);
  }
}

TEST(Retry, a_kept_connection_closed_by_a_replica_that_is_gone_ends_in_a_bad_gateway) {
  ScriptedReplica replica(closes_on_the_second(true));
  Front front(shop(), replica);
  Client client = front.client();
  EXPECT_EQ(client.ask(get("/")).status(), 200);
  const Message answer = client.ask(get("/"));
  EXPECT_EQ(answer.status(), 502);
  EXPECT_EQ(answer.reason(), "connect_failed");
  EXPECT_EQ(front.settled(2).of(Outcome::failed), 1U);
  EXPECT_EQ(replica.shared()->in_flight(), 0);
}

TEST(Ejection, a_replica_that_keeps_failing_is_left_out_and_comes_back) {
  std::atomic<bool> broken{true};
  ScriptedReplica bad(ScriptedReplica::always([&](const Message&) {
    return broken ? std::string("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") : ok("healed");
  }));
  ScriptedReplica good(ScriptedReplica::always(ok("good")));
  Front front;
  front.publish({bad.shared(), good.shared()});
  Client client = front.client();
  int failed = 0;
  for (int i = 0; i < 60; ++i) failed += client.ask(get("/")).status() == 500 ? 1 : 0;
  EXPECT_EQ(failed, 5);
  EXPECT_EQ(front.totals().services.at("shop").ejections, 1U);
  broken = false;
  EXPECT_TRUE(eventually([&] { return client.ask(get("/")).body == "healed"; }));
}

}  // namespace
}  // namespace headroom::gateway::testing
