// Whatever clients and replicas do, every arrival ends once and every place is given back.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "core/random.h"
#include "gateway/testing/front.h"

namespace headroom::gateway::testing {
namespace {

/// Does what the path asks for.
void play(Talk& talk) {
  while (const auto request = talk.request()) {
    const auto asked = [&](const char* what) {
      return request->start.find(what) != std::string::npos;
    };
    if (asked("/close")) return;
    if (asked("/reset")) return talk.wire.reset();
    if (asked("/slow")) talk.stall(30ms);
    if (asked("/hang")) return (void)talk.wire.rest();
    if (asked("/cut")) return (void)talk.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
    std::string answer = ok("fine");
    if (asked("/error")) answer = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
    if (asked("/chunks"))
      answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n";
    if (asked("/last")) answer = ok("fine", "Connection: close\r\n");
    if (!talk.wire.send(answer)) return;
    if (asked("/last")) return;
  }
}

struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t good = 0;  // whole, below 500
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;
  std::uint64_t left = 0;  // went away before the answer

  void add(const Tally& other) {
    sent += other.sent;
    good += other.good;
    shed += other.shed;
    failed += other.failed;
    left += other.left;
  }
};

Tally visit(const io::Address& address, std::uint64_t seed, int requests) {
  static constexpr std::array<const char*, 12> paths = {"/",       "/",      "/",      "/",
                                                        "/slow",   "/error", "/close", "/reset",
                                                        "/chunks", "/last",  "/cut",   "/hang"};
  Random random(seed);
  Tally tally;
  auto client = std::make_unique<Client>(address);
  for (int i = 0; i < requests; ++i) {
    const std::string path = paths[random.below(paths.size())];
    const bool leaves = random.below(10) == 0;
    const std::string body(random.below(3) * 20'000, 'x');
    ++tally.sent;
    if (!client->wire.send(random.below(2) == 0 ? get(path) : post(path, body))) {
      ADD_FAILURE() << "the gateway closed a connection that it had said to keep, seed " << seed;
      return tally;
    }
    if (leaves) {
      ++tally.left;
      client = std::make_unique<Client>(address);
      continue;
    }
    const Message answer = client->answer();
    if (!answer.whole) {
      ++tally.failed;
    } else if (answer.status() == 503 && !answer.reason().empty()) {
      ++tally.shed;
    } else {
      ++(answer.status() < 500 ? tally.good : tally.failed);
    }
    if (!answer.whole || answer.says_close()) client = std::make_unique<Client>(address);
  }
  return tally;
}

TEST(Sums, reconcile_over_a_random_mix_of_behaviours) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  spec::Config config = shop();
  config.gateway.workers = 2;
  config.gateway.queue = {.length = 2, .wait = 20ms};
  route_of(config).timeouts.total = 200ms;
  ScriptedReplica a(play, 2);
  ScriptedReplica b(play, 2);
  ScriptedReplica gone(play, 2);
  gone.stop_listening();
  Front front(config);
  front.publish({a.shared(), b.shared(), gone.shared()});

  constexpr int visitors = 8;
  constexpr int each = 60;
  std::array<Tally, visitors> tallies;
  std::vector<std::thread> threads;
  for (int v = 0; v < visitors; ++v) {
    threads.emplace_back([&, v] {
      tallies[static_cast<std::size_t>(v)] =
          visit(front.gateway().address(), seed + static_cast<std::uint64_t>(v), each);
    });
  }
  for (std::thread& thread : threads) thread.join();
  Tally total;
  for (const Tally& tally : tallies) total.add(tally);

  // A client that left may have done so before its request was read, or after its answer.
  const RouteStats& stats = front.settled(total.sent - total.left);
  EXPECT_LE(stats.arrivals, total.sent);
  EXPECT_LE(stats.of(Outcome::gone), total.left);
  const auto within = [&](Outcome outcome, std::uint64_t seen) {
    EXPECT_GE(stats.of(outcome), seen) << name(outcome);
    EXPECT_LE(stats.of(outcome), seen + total.left) << name(outcome);
  };
  within(Outcome::good, total.good);
  within(Outcome::shed, total.shed);
  within(Outcome::failed, total.failed);
  EXPECT_EQ(stats.of(Outcome::late), 0U);
  std::uint64_t reasons = 0;
  for (const auto& [reason, count] : stats.reasons) reasons += count;
  EXPECT_EQ(reasons, stats.of(Outcome::shed) + stats.of(Outcome::failed));
  EXPECT_EQ(stats.latency.count(), stats.of(Outcome::good));

  for (const ScriptedReplica* replica : {&a, &b, &gone})
    EXPECT_TRUE(eventually([&] { return replica->shared()->in_flight() == 0; }));
  const ServiceStats& service = front.totals().services.at("shop");
  EXPECT_LE(service.attempts_ended, service.attempts);
  EXPECT_LE(service.retries, service.attempts);
}

}  // namespace
}  // namespace headroom::gateway::testing
