// The contract of docs/http.md as clients and replicas see it: empty lines, Upgrade, OPTIONS *,
// loops.
#include <gtest/gtest.h>

#include "gateway/testing/ending.h"
#include "gateway/testing/front.h"

namespace headroom::gateway::testing {
namespace {

TEST(EmptyLine, after_a_body_leaves_the_connection_idle) {
  spec::Config config = shop();
  config.gateway.head_timeout = 600s;  // what has begun stays; what is idle goes
  config.gateway.idle = 1s;
  ScriptedReplica replica(ScriptedReplica::always(ok("done")));
  Front front(config, replica);
  Client client = front.client();
  EXPECT_EQ(client.ask(post("/", "hello") + "\r\n").body, "done");
  EXPECT_TRUE(client.wire.ended());
}

TEST(EmptyLine, alone_does_not_keep_a_connection_open) {
  spec::Config config = shop();
  config.gateway.idle = 1s;
  ScriptedReplica replica(ScriptedReplica::always(ok("done")));
  Front front(config, replica);
  Client client = front.client();
  EXPECT_EQ(client.ask(post("/", "hello")).body, "done");
  EXPECT_TRUE(eventually([&] {
    replica.stall(10ms);
    return !client.wire.send("\r\n");
  }));
}

TEST(EmptyLine, stands_between_requests_that_come_one_behind_the_other) {
  ScriptedReplica replica(ScriptedReplica::always(
      [](const Message& request) { return ok(request.start + "|" + request.body); }));
  Front front(shop(), replica);
  Client client = front.client();
  client.wire.send(post("/a", "hello") + "\r\n" + post("/b", "world") + "\r\n\r\n" + get("/c"));
  EXPECT_EQ(client.answer().body, "POST /a HTTP/1.1|hello");
  EXPECT_EQ(client.answer().body, "POST /b HTTP/1.1|world");
  EXPECT_EQ(client.answer().body, "GET /c HTTP/1.1|");
}

TEST(Upgrade, that_nobody_here_wants_is_ignored) {
  ScriptedReplica replica(ScriptedReplica::always([](const Message& request) {
    std::string names = request.start;
    for (const std::string name : {"upgrade", "http2-settings", "connection"})
      names += request.field(name).empty() ? "" : " " + name;
    return ok(names + request.body);
  }));
  Front front(shop(), replica);
  for (const std::string fields :
       {"Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Connection: upgrade\r\nUpgrade: h2c, websocket\r\n", "Upgrade: foo\r\n"}) {
    SCOPED_TRACE(fields);
    Client client = front.client();
    client.wire.send(post("/a", "hello", fields) + get("/b"));
    EXPECT_EQ(client.answer().body, "POST /a HTTP/1.1hello");
    EXPECT_EQ(client.answer().body, "GET /b HTTP/1.1");
  }
}

TEST(Upgrade, by_a_replica_that_nobody_asked_is_a_bad_gateway) {
  ScriptedReplica replica(ScriptedReplica::always(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"));
  Front front(shop(), replica);
  const Message answer = front.client().ask(
      get("/", "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"));
  EXPECT_EQ(answer.status(), 502);
  EXPECT_EQ(answer.reason(), "upgrade_not_asked_for");
  EXPECT_NE(answer.field("proxy-status").find("error=http_protocol_error"), std::string::npos);
}

TEST(OptionsOfTheServer, are_the_gateways_own) {
  ScriptedReplica replica(ScriptedReplica::always(ok("never")));
  Front front(shop(), replica);
  Client client = front.client();
  const Message answer =
      client.ask("OPTIONS * HTTP/1.1\r\nHost: shop\r\nx-request-id: id-1\r\n\r\n");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.field("allow"), "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH");
  EXPECT_EQ(answer.field("content-length"), "0");
  EXPECT_EQ(answer.field("x-request-id"), "id-1");
  EXPECT_FALSE(answer.says_close());
  EXPECT_EQ(client.ask("OPTIONS http://shop HTTP/1.1\r\nHost: shop\r\n\r\n").status(), 200);
  EXPECT_EQ(replica.received(), "");
  EXPECT_EQ(client.ask(get("/")).body, "never");
}

TEST(Loop, of_the_gateway_with_itself_is_ended) {
  Front front;
  front.publish({std::make_shared<Replica>("itself", front.gateway().address(), Instant{}, 256)});
  const Message answer = front.client().ask(get("/"));
  EXPECT_EQ(answer.status(), 508);
  EXPECT_EQ(answer.reason(), "loop");
  EXPECT_NE(answer.field("proxy-status").find("error=proxy_loop_detected"), std::string::npos);
}

TEST(Loop, is_not_taken_from_a_gateway_behind_another) {
  ScriptedReplica replica(
      ScriptedReplica::always([](const Message& request) { return ok(request.field("via")); }));
  Front inner(shop(), replica);
  Front outer;
  outer.publish({std::make_shared<Replica>("inner", inner.gateway().address(), Instant{}, 256)});
  const Message answer = outer.client().ask(get("/", "Via: 1.0 elsewhere\r\nConnection: via\r\n"));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_TRUE(answer.body.starts_with("1.1 headroom-")) << answer.body;
}

TEST(ReplicaHead, that_is_too_large_has_its_own_reason) {
  ScriptedReplica replica(ScriptedReplica::always([](const Message& request) {
    const bool many = request.start.find("/many") != std::string::npos;
    std::string fields = "X: " + std::string(many ? 1 : 24 * 1024, 'x') + "\r\n";
    for (int i = 0; many && i < 300; ++i) fields += "X: y\r\n";
    return ok("", fields);
  }));
  Front front(shop(), replica);
  for (const std::string path : {"/large", "/many"}) {
    const Message answer = front.client().ask(get(path));
    EXPECT_EQ(answer.status(), 502);
    EXPECT_EQ(answer.reason(),
              path == "/many" ? "response_too_many_headers" : "response_head_too_large");
    EXPECT_NE(answer.field("proxy-status").find("error=http_response_header_section_size"),
              std::string::npos);
  }
}

TEST(ReplicaHead, counts_with_the_informational_ones_before_it) {
  ScriptedReplica replica(ScriptedReplica::always([](const Message& request) {
    const std::size_t size = request.start.find("/large") != std::string::npos ? 12'000 : 6'000;
    const std::string early =
        "HTTP/1.1 103 Early Hints\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
    return early + early + early + ok("done");
  }));
  Front front(shop(), replica);
  EXPECT_EQ(front.client().ask(get("/small")).body, "done");
  EXPECT_EQ(front.client().ask(get("/large")).reason(), "response_head_too_large");
}

/// A head of exactly `size` bytes.
std::string head_of(std::size_t size) {
  const std::string rest = get("/", "X: \r\n");
  return get("/", "X: " + std::string(size - rest.size(), 'x') + "\r\n");
}

TEST(HeadLimits, are_those_of_the_file_from_the_next_request_on) {
  ScriptedReplica replica(ScriptedReplica::always(ok("done")));
  spec::Config config = shop();
  config.gateway.head = {.bytes = 1024, .fields = 8, .target_bytes = 64};
  Front front(config, replica);
  Client kept = front.client();
  EXPECT_EQ(kept.ask(head_of(1024)).status(), 200);
  const auto reason = [&](const std::string& request) {
    return front.client().ask(request).reason();
  };
  EXPECT_EQ(reason(head_of(1025)), "head_too_large");
  EXPECT_EQ(reason(get("/" + std::string(64, 'a'))), "target_too_long");
  std::string fields;
  for (int i = 0; i < 8; ++i) fields += "X: y\r\n";
  EXPECT_EQ(reason(get("/", fields)), "too_many_headers");

  config.gateway.head = {.bytes = spec::HeadLimits::bytes_max,
                         .fields = spec::HeadLimits::fields_max,
                         .target_bytes = spec::HeadLimits::bytes_max};
  ASSERT_TRUE(front.gateway().reload(config));
  ASSERT_TRUE(eventually([&] { return front.client().ask(head_of(24 * 1024)).status() == 200; }));
  EXPECT_EQ(kept.ask(head_of(24 * 1024)).status(), 200);
}

TEST(HeadLimits, at_their_most_leave_room_for_bodies_both_ways) {
  const std::string filling(spec::HeadLimits::bytes_max - 200, 'x');
  ScriptedReplica replica(ScriptedReplica::always(
      [&](const Message& request) { return ok(request.body, "X:" + filling + "\r\n"); }));
  spec::Config config = shop();
  config.gateway.head.bytes = spec::HeadLimits::bytes_max;
  Front front(config, replica);
  const std::string body(300'000, 'b');
  const Message answer = front.client().ask(post("/", body, "X:" + filling + "\r\n"));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.field("x"), filling);
  EXPECT_EQ(answer.body, body);
}

}  // namespace
}  // namespace headroom::gateway::testing
