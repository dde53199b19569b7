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

}  // namespace
}  // namespace headroom::gateway::testing
