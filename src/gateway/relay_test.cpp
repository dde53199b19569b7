// Bytes both ways: keep-alive, pipelining, chunks, bodies large and slow, versions of HTTP.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

#include "gateway/testing/bodies.h"
#include "gateway/testing/front.h"

namespace headroom::gateway::testing {
namespace {

TEST(Relay, both_sides_keep_their_connections) {
  ScriptedReplica replica(ScriptedReplica::always(echo));
  Front front(shop(), replica);
  Client client = front.client();
  for (int i = 0; i < 20; ++i) {
    const Message answer = client.ask(post("/" + std::to_string(i), "x"));
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.body, "POST /" + std::to_string(i) + " HTTP/1.1|x");
    EXPECT_FALSE(answer.says_close());
  }
  EXPECT_EQ(replica.connections(), 1);
  EXPECT_EQ(front.settled(20).of(Outcome::good), 20U);
  EXPECT_EQ(front.totals().connections_accepted, 1U);
}

TEST(Relay, pipelined_requests_are_answered_in_order) {
  ScriptedReplica replica(ScriptedReplica::always(echo));
  Front front(shop(), replica);
  Client client = front.client();
  std::string requests;
  for (int i = 0; i < 200; ++i)
    requests +=
        i % 3 == 0 ? post("/" + std::to_string(i), pattern(100)) : get("/" + std::to_string(i));
  std::thread sender([&] { client.wire.send(requests); });
  for (int i = 0; i < 200; ++i) {
    const Message answer = client.answer();
    ASSERT_EQ(answer.status(), 200) << i;
    ASSERT_NE(answer.body.find(" /" + std::to_string(i) + " "), std::string::npos) << i;
  }
  sender.join();
  EXPECT_EQ(front.settled(200).of(Outcome::good), 200U);
}

TEST(Relay, ten_thousand_pipelined_misses_are_answered_one_after_the_other) {
  Front front;
  spec::Config config = shop();
  route_of(config).match.path = "/only";
  ASSERT_TRUE(front.gateway().reload(config).has_value());
  Client client = front.client();
  constexpr int count = 10'000;
  std::string requests;
  for (int i = 0; i < count; ++i) requests += get("/x");
  std::thread sender([&] { client.wire.send(requests); });
  int missing = 0;
  for (int i = 0; i < count; ++i) missing += client.answer().status() == 404 ? 1 : 0;
  sender.join();
  EXPECT_EQ(missing, count);
}

TEST(Relay, chunks_come_back_with_their_trailers) {
  ScriptedReplica replica(ScriptedReplica::always(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
      "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n"));
  Front front(shop(), replica);
  Client client = front.client();
  for (int i = 0; i < 2; ++i) {
    const Message answer = client.ask(get("/"));
    EXPECT_TRUE(answer.chunked && answer.whole);
    EXPECT_EQ(answer.body, "hello world");
    EXPECT_EQ(answer.trailers, "X-Sum: 11\r\n");
  }
  EXPECT_EQ(replica.connections(), 1);
}

TEST(Relay, large_trailers_find_room_behind_a_body_that_a_slow_client_has_not_read) {
  const std::string body = pattern(8 << 20);
  const std::string sum(900, 's');
  ScriptedReplica replica(ScriptedReplica::always([&](const Message&) {
    std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 1021) {
      const std::string part = body.substr(at, 1021);
      text += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
    }
    return text + "0\r\nX-Sum: " + sum + "\r\n\r\n";
  }));
  Front front(shop(), replica);
  Client client = front.client(4096);
  for (int i = 0; i < 3; ++i) {
    const Message answer = client.ask(get("/"));
    EXPECT_TRUE(answer.whole);
    EXPECT_EQ(answer.body.size(), body.size());
    EXPECT_EQ(answer.trailers, "X-Sum: " + sum + "\r\n");
  }
}

TEST(Relay, answers_without_a_body_leave_the_connection_usable) {
  ScriptedReplica replica(ScriptedReplica::always([](const Message& request) -> std::string {
    if (request.start.starts_with("HEAD")) return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    if (request.start.find("/204") != std::string::npos) return "HTTP/1.1 204 No Content\r\n\r\n";
    if (request.start.find("/304") != std::string::npos)
      return "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: \"a\"\r\n\r\n";
    return ok("end");
  }));
  Front front(shop(), replica);
  Client client = front.client();
  const Message head = client.ask("HEAD /a HTTP/1.1\r\nHost: shop\r\n\r\n", true);
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head.field("content-length"), "1000");
  EXPECT_EQ(client.ask(get("/204")).status(), 204);
  EXPECT_EQ(client.ask(get("/304")).field("etag"), "\"a\"");
  EXPECT_EQ(client.ask(get("/")).body, "end");
  EXPECT_EQ(replica.connections(), 1);
}

TEST(Relay, an_error_in_answer_to_head_has_no_body) {
  spec::Config config = shop();
  route_of(config).match.path = "/only";
  Front front(config);
  Client client = front.client();
  const std::string head = "HEAD /x HTTP/1.1\r\nHost: shop\r\n\r\n";
  EXPECT_EQ(client.ask(head + head, true).status(), 404);
  EXPECT_EQ(client.answer(true).status(), 404);
  client.wire.half_close();
  EXPECT_TRUE(client.wire.ended());
}

TEST(Relay, an_expectation_is_met_when_the_first_replica_cannot_be_reached) {
  ScriptedReplica gone(ScriptedReplica::always(ok("never")));
  gone.stop_listening();
  ScriptedReplica replica(ScriptedReplica::always(echo));
  Front front;
  front.publish({gone.shared(), replica.shared()});
  for (int i = 0; i < 4; ++i) {
    Client client = front.client();
    client.wire.send(
        "POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_EQ(client.wire.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(client.ask("hello").body, "POST /a HTTP/1.1|hello");
  }
}

TEST(Relay, large_bodies_pass_both_ways_through_slow_hands) {
  const std::string body = pattern(3 << 20);
  ScriptedReplica replica([&](Talk& talk) {
    // Reads slowly, then answers with the same.
    auto request = read_head(talk.wire);
    if (!request) return;
    talk.stall(100ms);
    read_body(talk.wire, *request, false);
    talk.wire.send(ok(request->body));
    (void)talk.wire.rest();
  });
  Front front(shop(), replica);
  Client client = front.client(8192);
  client.wire.send(post("/", body));
  const auto head = read_head(client.wire);
  ASSERT_TRUE(head.has_value());
  replica.stall(100ms);  // meanwhile nobody reads
  EXPECT_EQ(client.wire.exactly(body.size()), body);
  EXPECT_EQ(front.settled(1).of(Outcome::good), 1U);
}

TEST(Relay, a_slow_sender_of_chunks_is_followed_byte_by_byte) {
  ScriptedReplica replica(ScriptedReplica::always(echo));
  Front front(shop(), replica);
  Client client = front.client();
  const std::string request =
      "POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (const char c : request) {
    client.wire.send({&c, 1});
    replica.stall(1ms);
  }
  EXPECT_EQ(client.answer().body, "POST / HTTP/1.1|abcde");
}

TEST(Relay, a_client_of_http_1_0_gets_no_chunks_and_a_close) {
  ScriptedReplica replica(ScriptedReplica::always(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
  Front front(shop(), replica);
  Client client = front.client();
  const Message answer = client.ask("GET / HTTP/1.0\r\nHost: shop\r\n\r\n");
  EXPECT_FALSE(answer.chunked);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_TRUE(answer.says_close());
  EXPECT_TRUE(answer.whole);
}

TEST(Relay, a_client_of_http_1_0_may_ask_to_be_kept) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(shop(), replica);
  Client client = front.client();
  const std::string request = "GET / HTTP/1.0\r\nHost: shop\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(client.ask(request).field("connection"), "keep-alive");
  EXPECT_EQ(client.ask(request).body, "x");
}

TEST(Relay, informational_answers_are_skipped_but_not_without_end) {
  ScriptedReplica replica(ScriptedReplica::always([](const Message& request) {
    std::string text;
    const int count = request.start.find("/storm") != std::string::npos ? 1000 : 3;
    for (int i = 0; i < count; ++i) text += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    return text + ok("done");
  }));
  Front front(shop(), replica);
  Client client = front.client();
  EXPECT_EQ(client.ask(get("/")).body, "done");
  const Message storm = client.ask(get("/storm"));
  EXPECT_EQ(storm.status(), 502);
  EXPECT_EQ(storm.reason(), "too_many_informational");
}

TEST(Relay, bad_heads_of_a_replica_are_a_bad_gateway) {
  const std::vector<std::string> heads = {
      "nonsense\r\n\r\n",
      "HTTP/2.0 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n",
  };
  for (const std::string& head : heads) {
    SCOPED_TRACE(head.substr(0, 60));
    ScriptedReplica replica(ScriptedReplica::always(head));
    Front front(shop(), replica);
    Client client = front.client();
    const Message answer = client.ask(get("/"));
    EXPECT_EQ(answer.status(), 502);
    EXPECT_FALSE(answer.reason().empty());
    EXPECT_EQ(front.settled(1).of(Outcome::failed), 1U);
    EXPECT_EQ(client.ask(get("/")).status(), 502);  // the client's connection is none the worse
  }
}

TEST(Relay, a_thousand_idle_connections_are_all_still_good) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(shop(), replica);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 1000; ++i)
    clients.push_back(std::make_unique<Client>(front.gateway().address()));
  ASSERT_TRUE(eventually([&] { return front.gateway().open_connections() == 1000; }));
  for (int round = 0; round < 2; ++round)
    for (const auto& client : clients) ASSERT_EQ(client->ask(get("/")).status(), 200);
  EXPECT_EQ(front.settled(2000).of(Outcome::good), 2000U);
}

}  // namespace
}  // namespace headroom::gateway::testing
