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
