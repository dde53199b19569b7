// What a reload changes for connections, exchanges and replicas that were there before.
#include <gtest/gtest.h>

#include "gateway/testing/front.h"

namespace headroom::gateway::testing {
namespace {

TEST(Reload, a_new_body_max_holds_on_connections_of_before) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(shop(), replica);
  Client client = front.client();
  const std::string request = post("/", std::string(100, 'b'));
  ASSERT_EQ(client.ask(request).status(), 200);
  spec::Config config = shop();
  config.gateway.body_max_bytes = 99;
  ASSERT_TRUE(front.gateway().reload(config).has_value());
  // A refusal ends the connection, the exchange that was used for it is used again.
  EXPECT_TRUE(eventually([&] { return client.ask(request).status() == 413; }));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(front.client().ask(request).status(), 413);
  config.gateway.body_max_bytes = 100;
  ASSERT_TRUE(front.gateway().reload(config).has_value());
  EXPECT_TRUE(eventually([&] { return front.client().ask(request).status() == 200; }));
}

TEST(Publish, who_waits_is_served_as_soon_as_a_replicas_concurrency_rises) {
  std::atomic<int> held{0};
  std::atomic<bool> open{false};
  ScriptedReplica scripted([&](Talk& talk) {
    while (talk.request()) {
      ++held;
      if (!eventually([&] { return open.load(); })) return;
      if (!talk.wire.send(ok("x"))) return;
    }
  });
  Front front;
  const auto replica = std::make_shared<Replica>("one", scripted.address(), Instant{}, 1);
  front.publish({replica});
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(front.client());
    clients.back().wire.send(get("/"));
  }
  ASSERT_TRUE(front.waiting(3));
  replica->concurrency = 3;
  front.publish({replica});
  EXPECT_TRUE(eventually([&] { return held == 3; }));
  EXPECT_TRUE(front.waiting(1));
  replica->concurrency = 1;
  front.publish({replica});
  EXPECT_EQ(replica->in_flight(), 3) << "what is there stays";
  open = true;
  for (Client& client : clients) EXPECT_EQ(client.answer().status(), 200);
  EXPECT_EQ(held, 4);
}

}  // namespace
}  // namespace headroom::gateway::testing
