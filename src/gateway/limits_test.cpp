// More clients than there may be, and a process that has no descriptor left.
#include <gtest/gtest.h>

#include "gateway/testing/front.h"
#include "io/no_descriptors_for_test.h"

namespace headroom::gateway::testing {
namespace {

TEST(Limits, connections_beyond_the_limit_are_told_so_and_counted) {
  spec::Config config = shop();
  config.gateway.connections_max = 3;
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(config, replica);
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(front.client());
    ASSERT_EQ(clients.back().ask(get("/")).status(), 200);
  }
  for (int i = 0; i < 20; ++i) {
    Client another = front.client();
    const Message answer = another.ask(get("/"));
    EXPECT_EQ(answer.status(), 503);
    EXPECT_EQ(answer.reason(), "too_many_connections");
    EXPECT_EQ(answer.field("retry-after"), "1");
    EXPECT_TRUE(answer.says_close());
    EXPECT_TRUE(another.wire.ended());
  }
  EXPECT_EQ(front.totals().connections_refused, 20U);
  clients.pop_back();
  EXPECT_TRUE(eventually([&] { return front.client().ask(get("/")).status() == 200; }));
}

TEST(Limits, out_of_descriptors_a_client_is_told_so_and_others_are_served_on) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(shop(), replica);
  Client kept = front.client();
  ASSERT_EQ(kept.ask(get("/")).status(), 200);
  const io::Address address = front.gateway().address();
  std::vector<Wire> late;  // made while there are descriptors
  for (int i = 0; i < 3; ++i)
    late.emplace_back(io::Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  const io::NoDescriptors none;
  for (Wire& wire : late) {
    ASSERT_EQ(connect(wire.fd(), address.raw(), address.size()), 0);
    wire.send(get("/"));
    EXPECT_TRUE(wire.rest().starts_with("HTTP/1.1 503 "));
    EXPECT_EQ(wire.end(), Wire::End::closed);
    EXPECT_EQ(kept.ask(get("/")).status(), 200);
  }
  EXPECT_EQ(front.totals().connections_refused, 3U);
}

TEST(Limits, out_of_descriptors_no_replica_is_blamed_for_a_connection_that_cannot_be_made) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x", "Connection: close\r\n")));
  Front front(shop(), replica);
  Client client = front.client();
  ASSERT_EQ(client.ask(get("/")).status(), 200);
  ASSERT_TRUE(eventually([&] { return replica.talking() == 0; }));
  {
    const io::NoDescriptors none;
    for (int i = 0; i < 10; ++i) {
      const Message answer = client.ask(get("/"));
      EXPECT_EQ(answer.status(), 503);
      EXPECT_EQ(answer.reason(), "local_resources");
      EXPECT_EQ(answer.field("retry-after"), "1");
    }
  }
  EXPECT_EQ(client.ask(get("/")).status(), 200);
  const RouteStats& stats = front.settled(12);
  EXPECT_EQ(stats.of(Outcome::failed), 10U);
  EXPECT_EQ(stats.reasons.at("local_resources"), 10U);
  EXPECT_EQ(front.totals().services.at("shop").ejections, 0U);
}

TEST(Limits, out_of_descriptors_a_request_goes_where_a_connection_is_kept) {
  ScriptedReplica closes(ScriptedReplica::always(ok("x", "Connection: close\r\n")));
  ScriptedReplica keeps(ScriptedReplica::always(ok("kept")));
  Front front(shop());
  front.publish({closes.shared(), keeps.as("keeps")});
  Client client = front.client();
  ASSERT_TRUE(eventually([&] { return client.ask(get("/")).body == "kept"; }));
  ASSERT_TRUE(eventually([&] { return closes.talking() == 0; }));
  const int before = closes.connections();
  const io::NoDescriptors none;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.ask(get("/")).body, "kept") << i;
  EXPECT_EQ(closes.connections(), before);
  EXPECT_EQ(keeps.connections(), 1);
}

}  // namespace
}  // namespace headroom::gateway::testing
