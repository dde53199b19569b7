// Bodies of requests: read before a place at a replica is asked for, and who is to blame when they
// are slow.
#include <gtest/gtest.h>

#include "gateway/testing/bodies.h"
#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

std::string head_of_post(const std::string& target, std::size_t length,
                         const std::string& fields = "") {
  return "POST " + target + " HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(length) +
         "\r\n" + fields + "\r\n";
}

/// The only worker has read what was sent before this once it has answered.
void let_it_read(Front& front) {
  EXPECT_EQ(front.client().ask("nonsense\r\n\r\n").status(), 501);
}

TEST(Body, one_that_trickles_holds_no_place_at_a_replica) {
  ScriptedReplica replica(ScriptedReplica::always(echo), 1);
  Front front(shop(), replica);
  Client slow = front.client();
  slow.wire.send(head_of_post("/slow", 5) + "he");
  let_it_read(front);
  EXPECT_EQ(replica.shared()->in_flight(), 0);
  Client chunked = front.client();
  chunked.wire.send(
      "POST /chunked HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab");
  let_it_read(front);
  EXPECT_EQ(front.client().ask(get("/quick")).body, "GET /quick HTTP/1.1|");
  slow.wire.send("llo");
  EXPECT_EQ(slow.answer().body, "POST /slow HTTP/1.1|hello");
  chunked.wire.send("\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.answer().body, "POST /chunked HTTP/1.1|ab");
  only(front, 3, Outcome::good);
}

TEST(Body, one_that_is_not_held_whole_goes_on_to_a_replica_before_it_has_ended) {
  ScriptedReplica replica(ScriptedReplica::always(echo), 1);
  Front front(shop(), replica);
  Client client = front.client();
  const std::string body = pattern(200'000);
  client.wire.send(head_of_post("/", body.size()) + body.substr(0, 100'000));
  EXPECT_TRUE(eventually([&] { return replica.shared()->in_flight() == 1; }));
  client.wire.send(body.substr(100'000));
  EXPECT_EQ(client.answer().body, "POST / HTTP/1.1|" + body);
}

TEST(Body, the_time_its_client_took_to_send_it_is_not_the_services) {
  for (const std::size_t size : {std::size_t{1000}, std::size_t{200'000}}) {
    ScriptedReplica replica(ScriptedReplica::always(ok("x")));
    spec::Config config = shop();
    route_of(config).objective.latency = 500ms;
    Front front(config, replica);
    Client client = front.client();
    const std::string body = pattern(size);
    client.wire.send(head_of_post("/", size) + body.substr(0, size - 1));
    replica.stall(600ms);  // the client takes its time
    client.wire.send(body.substr(size - 1));
    EXPECT_EQ(client.answer().status(), 200);
    const RouteStats& stats = only(front, 1, Outcome::good);
    EXPECT_LT(stats.latency.quantile(0.5), 500ms) << size;
    EXPECT_LT(front.totals().services.at("shop").attempt_seconds, 0.5) << size;
  }
}

TEST(Body, one_that_stops_is_its_clients_fault) {
  ScriptedReplica replica(ScriptedReplica::always(ok("never")));
  spec::Config config = shop();
  route_of(config).timeouts.idle = 30ms;
  Front front(config, replica);
  Client client = front.client();
  const Message answer = client.ask(head_of_post("/", 5) + "he");
  EXPECT_EQ(answer.status(), 408);
  EXPECT_EQ(answer.reason(), "body_timeout");
  EXPECT_TRUE(answer.says_close());
  EXPECT_EQ(replica.connections(), 0);
  EXPECT_EQ(front.settled(1).of(Outcome::gone), 1U);
}

TEST(Body, its_client_may_leave_before_it_has_ended) {
  ScriptedReplica replica(ScriptedReplica::always(ok("never")));
  Front front(shop(), replica);
  Client client = front.client();
  client.wire.send(head_of_post("/", 5) + "he");
  let_it_read(front);
  client.wire.reset();
  EXPECT_EQ(front.settled(1).of(Outcome::gone), 1U);
  EXPECT_EQ(replica.connections(), 0);
}

TEST(Body, its_client_may_leave_instead_of_going_on) {
  Front front;
  for (int i = 0; i < 20; ++i) {
    Client client = front.client();
    client.wire.send(head_of_post("/", 5, "Expect: 100-continue\r\n"));
    client.wire.reset();  // often before it can be told to go on
  }
  const RouteStats& stats = front.settled(1);
  EXPECT_EQ(stats.of(Outcome::gone), stats.arrivals);
}

TEST(Body, one_that_is_too_large_is_refused_to_head_without_a_body) {
  Front front;
  Client client = front.client();
  client.wire.send("HEAD / HTTP/1.1\r\nHost: shop\r\nContent-Length: 99999999999\r\n\r\n");
  EXPECT_TRUE(client.wire.rest().ends_with("\r\n\r\n"));
}

TEST(Body, a_small_one_is_asked_for_before_there_is_a_place_and_a_large_one_is_not) {
  Gate gate;
  ScriptedReplica replica(gate.script(), 1);
  Front front(shop(), replica);
  Client busy = front.client();
  busy.wire.send(get("/busy"));
  ASSERT_TRUE(gate.holds(1));

  Client small = front.client();
  small.wire.send(head_of_post("/small", 5, "Expect: 100-continue\r\n"));
  EXPECT_EQ(read_head(small.wire)->status(), 100);
  Client large = front.client();
  const std::string body = pattern(200'000);
  large.wire.send(head_of_post("/large", body.size(), "Expect: 100-continue\r\n"));
  ASSERT_TRUE(front.waiting(1));
  EXPECT_TRUE(large.wire.quiet());
  small.wire.send("hello");
  ASSERT_TRUE(front.waiting(2));

  gate.open();
  EXPECT_EQ(busy.answer().status(), 200);
  EXPECT_EQ(read_head(large.wire)->status(), 100);
  large.wire.send(body);
  EXPECT_EQ(large.answer().body, "POST /large HTTP/1.1");
  EXPECT_EQ(small.answer().body, "POST /small HTTP/1.1");
  EXPECT_EQ(small.informational + large.informational, 0);
  only(front, 3, Outcome::good);
}

TEST(Body, buffers_of_a_rush_of_begun_requests_are_given_back) {
  Front front;
  std::vector<Client> rush;
  for (int i = 0; i < 300; ++i) {
    rush.push_back(front.client());
    rush.back().wire.send("G");
  }
  EXPECT_TRUE(
      eventually([&] { return front.gateway().collect(patience).gauges.request_buffers == 300; }));
  rush.clear();
  EXPECT_TRUE(
      eventually([&] { return front.gateway().collect(patience).gauges.request_buffers <= 64; }));
}

}  // namespace
}  // namespace headroom::gateway::testing
