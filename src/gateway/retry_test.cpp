// What is sent a second time, what never is, and replicas that are left out for a while.
#include <gtest/gtest.h>

#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

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

TEST(Retry, what_a_drain_cut_off_is_done_elsewhere_when_that_is_harmless) {
  std::atomic<bool> stopped{false};
  ScriptedReplica leaving([&](Talk& talk) {
    (void)talk.request();
    (void)eventually([&] { return stopped.load(); });
  });
  ScriptedReplica staying(ScriptedReplica::always(ok("elsewhere")));
  spec::Config config = shop();
  config.services.front().run = draining_within(300ms);
  Front front(config, leaving);
  Client client = front.client();
  client.wire.send(get("/"));
  ASSERT_TRUE(eventually([&] { return leaving.shared()->in_flight() == 1; }));
  front.publish({staying.shared()});
  leaving.stall(300ms);
  stopped = true;
  EXPECT_EQ(client.answer().body, "elsewhere");
  only(front, 1, Outcome::good);
}

TEST(Retry, after_a_dead_kept_connection_the_next_attempt_is_elsewhere) {
  // The replica that is killed is as idle as the other one, so chance alone would choose it in half
  // of the rounds.
  for (int round = 0; round < 12; ++round) {
    ScriptedReplica killed(closes_on_the_second(true));
    ScriptedReplica other(ScriptedReplica::always(ok("other")));
    Front front(shop(), killed);
    Client client = front.client();
    EXPECT_EQ(client.ask(get("/")).body, "first");
    front.publish({killed.shared(), other.shared()});
    for (int i = 0; i < 4; ++i) EXPECT_EQ(client.ask(get("/")).body, "other") << round;
  }
}

TEST(Retry, who_waits_for_a_place_after_a_refused_connect_gets_one_elsewhere) {
  Gate gate;
  ScriptedReplica busy(gate.script(), 1);
  ScriptedReplica gone(ScriptedReplica::always(ok("never")), 1);
  gone.stop_listening();
  Front front(shop(), busy);
  Client first = front.client();
  first.wire.send(get("/1"));
  ASSERT_TRUE(gate.holds(1));
  front.publish({busy.shared(), gone.shared()});
  Client second = front.client();
  second.wire.send(get("/2"));
  ASSERT_TRUE(front.waiting(1));
  gate.open();
  EXPECT_EQ(second.answer().body, "GET /2 HTTP/1.1");
  EXPECT_EQ(first.answer().body, "GET /1 HTTP/1.1");
  only(front, 2, Outcome::good);
}

TEST(Retry, a_further_attempt_tells_the_time_that_is_left_then) {
  ScriptedReplica slow_to_close([](Talk& talk) {
    if (!talk.request()) return;
    talk.wire.send(ok("first"));
    if (!talk.request()) return;
    talk.stall(30ms);
  });
  ScriptedReplica other(ScriptedReplica::always([](const Message& request) {
    return ok(request.field("x-request-timeout-ms") + "|" + request.body);
  }));
  spec::Config config = shop();
  route_of(config).timeouts.total = 1005ms;  // the number loses a digit on the way
  Front front(config, slow_to_close);
  Client client = front.client();
  EXPECT_EQ(client.ask(get("/")).body, "first");
  front.publish({slow_to_close.shared(), other.shared()});
  // Until the kept connection is met: which of two idle replicas is asked first is left to chance.
  std::string told;
  for (int i = 0; i < 200 && slow_to_close.received().find("/2") == std::string::npos; ++i)
    told = client.ask("PUT /2 HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\n\r\nhello").body;
  EXPECT_TRUE(told.ends_with("|hello")) << told;
  const long left = std::atol(told.c_str());
  EXPECT_GT(left, 0);
  EXPECT_LE(left, 975);
}

std::string oops() {
  return "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
}

TEST(Ejection, a_replica_that_alone_answers_errors_is_left_out_and_comes_back) {
  std::atomic<bool> broken{true};
  ScriptedReplica bad(
      ScriptedReplica::always([&](const Message&) { return broken ? oops() : ok("healed"); }));
  ScriptedReplica good(ScriptedReplica::always(ok("good")));
  Front front;
  front.publish({bad.shared(), good.shared()});
  Client client = front.client();
  int sent = 0;
  for (; front.totals().services.at("shop").ejections == 0 && sent < 1000; ++sent)
    (void)client.ask(get("/"));
  EXPECT_EQ(front.totals().services.at("shop").ejections, 1U);
  broken = false;
  EXPECT_TRUE(eventually([&] { return client.ask(get("/")).body == "healed"; }));
}

TEST(Ejection, a_client_with_a_broken_address_takes_no_replica_out) {
  const auto answer = [](const Message& request) {
    return request.start.find("/broken") != std::string::npos ? oops() : ok("good");
  };
  std::vector<std::unique_ptr<ScriptedReplica>> replicas;
  std::vector<std::shared_ptr<Replica>> shared;
  for (int i = 0; i < 4; ++i) {
    replicas.push_back(std::make_unique<ScriptedReplica>(ScriptedReplica::always(answer)));
    shared.push_back(replicas.back()->shared());
  }
  Front front;
  front.publish(shared);
  Client mistaken = front.client();
  Client other = front.client();
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(mistaken.ask(get("/broken")).status(), 500);
    if (i % 10 == 0) {
      EXPECT_EQ(other.ask(get("/")).body, "good");
    }
  }
  EXPECT_EQ(front.totals().services.at("shop").ejections, 0U);
}

}  // namespace
}  // namespace headroom::gateway::testing
