// Requests that must not reach a replica, and legal ones whose framing must survive.
#include <gtest/gtest.h>

#include <thread>

#include "gateway/testing/front.h"
#include "http/hostile_requests.h"

namespace headroom::gateway::testing {
namespace {

TEST(HostileRequests, each_is_answered_and_closed_and_no_byte_reaches_the_replica) {
  ScriptedReplica replica(ScriptedReplica::always(ok("never")));
  Front front(shop(), replica);
  for (const http::HostileRequest& hostile : http::hostile_requests()) {
    SCOPED_TRACE(hostile.name);
    Client client = front.client();
    // Large ones are refused long before their end: sending must not wait for anybody to read.
    std::thread sender([&] { client.wire.send(hostile.bytes + get("/smuggled")); });
    const Message answer = client.answer();
    EXPECT_EQ(answer.status(), hostile.status);
    EXPECT_EQ(answer.reason(), hostile.reason);
    EXPECT_TRUE(answer.says_close());
    EXPECT_TRUE(answer.whole);
    EXPECT_TRUE(client.wire.ended());
    sender.join();
    // A body that turns out to be wrong may be under way already, but never whole.
    if (!hostile.after_head) {
      EXPECT_EQ(replica.received(), "");
    }
    EXPECT_EQ(replica.received().find("/smuggled"), std::string::npos);
  }
}

TEST(HostileRequests, a_path_with_unclear_slashes_is_refused_and_its_connection_kept) {
  ScriptedReplica replica(ScriptedReplica::always(ok("never")));
  Front front(shop(), replica);
  Client client = front.client();
  for (const auto& [path, fault] : http::hostile::bearable_paths) {
    SCOPED_TRACE(path);
    const Message answer = client.ask(get(path));
    EXPECT_EQ(answer.status(), 400);
    EXPECT_EQ(answer.reason(), fault);
    EXPECT_FALSE(answer.says_close());
  }
  EXPECT_EQ(replica.received(), "");
}

TEST(LegalRequests, a_path_reaches_a_route_that_takes_it_as_it_is_byte_for_byte) {
  ScriptedReplica replica(
      ScriptedReplica::always([](const Message& request) { return ok(request.start); }));
  spec::Config config = shop();
  route_of(config).path_as_is = true;
  Front front(config, replica);
  Client client = front.client();
  for (const auto& [path, fault] : http::hostile::bearable_paths) {
    const std::string target = std::string(path) + "?q=//%2F";
    EXPECT_EQ(client.ask(get(target)).body, "GET " + target + " HTTP/1.1");
  }
}

TEST(HostileRequests, a_request_cut_short_is_not_answered_and_not_sent) {
  ScriptedReplica replica(ScriptedReplica::always(ok("never")));
  Front front(shop(), replica);
  Client client = front.client();
  client.wire.send_and_half_close("GET / HTTP/1.1\r\nHost: sh");
  EXPECT_TRUE(client.wire.ended());
  EXPECT_EQ(replica.connections(), 0);
}

TEST(LegalRequests, a_get_with_a_body_keeps_its_framing) {
  ScriptedReplica replica(ScriptedReplica::always(ok("found")));
  Front front(shop(), replica);
  (void)front.client().ask("GET /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\n\r\nhello");
  const std::string received = replica.received();
  EXPECT_TRUE(received.starts_with("GET /a HTTP/1.1\r\nhost: shop\r\n")) << received;
  EXPECT_NE(received.find("\r\ncontent-length: 5\r\n"), std::string::npos) << received;
  EXPECT_TRUE(received.ends_with("\r\n\r\nhello")) << received;
}

TEST(LegalRequests, chunks_are_framed_anew_and_trailers_follow) {
  ScriptedReplica replica(ScriptedReplica::always(ok("")));
  Front front(shop(), replica);
  const Message answer = front.client().ask(
      "POST /a HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: Chunked\r\nTrailer: X-Sum\r\n\r\n"
      "5;name=\"v\"\r\nhello\r\n00006\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n");
  EXPECT_EQ(answer.status(), 200);
  const std::string received = replica.received();
  EXPECT_NE(received.find("\r\ntransfer-encoding: chunked\r\n"), std::string::npos) << received;
  EXPECT_TRUE(received.ends_with("\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n"))
      << received;
}

TEST(LegalRequests, an_expectation_is_met_here_and_not_passed_on) {
  ScriptedReplica replica(ScriptedReplica::always(ok("done")));
  Front front(shop(), replica);
  Client client = front.client();
  client.wire.send(
      "POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.wire.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.ask("hello").body, "done");
  EXPECT_EQ(replica.received().find("xpect"), std::string::npos);
  EXPECT_TRUE(replica.received().ends_with("\r\n\r\nhello"));
}

}  // namespace
}  // namespace headroom::gateway::testing
