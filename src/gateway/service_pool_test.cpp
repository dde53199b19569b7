// Places at replicas: chosen, counted, bounded, given back.
#include "gateway/service_pool.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "io/clock.h"

namespace headroom::gateway {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<Replica> replica(const std::string& id, std::int32_t concurrency = 4) {
  return std::make_shared<Replica>(id, io::Address::loopback(1), Instant{}, concurrency);
}

class ServicePoolTest : public ::testing::Test {
 protected:
  void publish(const std::vector<std::shared_ptr<Replica>>& replicas) {
    std::vector<Endpoint> endpoints;
    for (const auto& r : replicas) endpoints.push_back({r, true});
    pool_.publish(*loop_, endpoints);
  }
  [[nodiscard]] std::optional<Permit> take(const Replica* avoid = nullptr) {
    return pool_.take(avoid, now_, random_);
  }
  void fail(Permit& permit, int times) {
    for (int i = 0; i < times; ++i) pool_.attempt_ended(permit, true, false, 1ms, now_);
  }

  std::unique_ptr<io::Loop> loop_ = *io::Loop::create();
  ServiceStats stats_;
  ServicePool pool_{"shop", 0, std::make_shared<WaitBoard>(), stats_};
  Random random_{7};
  Instant now_ = Instant(1h);
};

TEST_F(ServicePoolTest, takes_until_every_replica_is_full) {
  publish({replica("a", 3), replica("b", 2)});
  std::vector<Permit> permits;
  while (auto permit = take()) permits.push_back(std::move(*permit));
  EXPECT_EQ(permits.size(), 5U);
  EXPECT_EQ(stats_.attempts, 5U);
  const std::shared_ptr<Upstream> freed = permits[2].upstream;
  pool_.give_back(permits[2], now_);
  EXPECT_EQ(permits[2].upstream, nullptr);
  const auto again = take();
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->upstream, freed);
}

TEST_F(ServicePoolTest, keeps_the_counts_of_a_replica_that_is_published_again) {
  const auto a = replica("a");
  publish({a});
  auto permit = take();
  ASSERT_TRUE(permit.has_value());
  publish({replica("b"), a});
  EXPECT_EQ(a->in_flight(), 1);
  const auto other = take();
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other->upstream->replica().id, "b");  // the less loaded
  pool_.give_back(*permit, now_);
  EXPECT_EQ(a->in_flight(), 0);
}

TEST_F(ServicePoolTest, a_removed_replica_still_counts_its_last_requests_down) {
  const auto a = replica("a");
  publish({a});
  auto permit = take();
  ASSERT_TRUE(permit.has_value());
  publish({});
  EXPECT_EQ(pool_.replica_count(), 0U);
  EXPECT_FALSE(take().has_value());
  EXPECT_EQ(a->in_flight(), 1);
  pool_.attempt_ended(*permit, false, false, 1ms, now_);
  pool_.give_back(*permit, now_);
  EXPECT_EQ(a->in_flight(), 0);
}

TEST_F(ServicePoolTest, avoids_where_it_failed_unless_nobody_else_is_in_use) {
  const auto a = replica("a");
  const auto b = replica("b", 1);
  publish({a, b});
  const auto elsewhere = take(a.get());
  ASSERT_TRUE(elsewhere.has_value());
  EXPECT_EQ(elsewhere->upstream->shared_replica(), b);
  EXPECT_FALSE(take(a.get()).has_value());  // b is full, but it will have room again
  publish({a});
  EXPECT_TRUE(take(a.get()).has_value());
}

TEST_F(ServicePoolTest, avoids_nothing_when_the_other_is_ejected) {
  const auto a = replica("a");
  const auto b = replica("b");
  publish({a, b});
  auto at_b = take(a.get());
  ASSERT_TRUE(at_b.has_value());
  fail(*at_b, 5);
  EXPECT_TRUE(b->ejected(now_));
  EXPECT_EQ(stats_.ejections, 1U);
  const auto permit = take(a.get());
  ASSERT_TRUE(permit.has_value());
  EXPECT_EQ(permit->upstream->shared_replica(), a);
}

TEST_F(ServicePoolTest, leaves_the_ejected_out_until_their_time_is_over) {
  const auto a = replica("a", 100);
  const auto b = replica("b", 100);
  publish({a, b});
  auto at_b = take(a.get());
  ASSERT_TRUE(at_b.has_value());
  fail(*at_b, 5);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(take()->upstream->shared_replica(), a);
  now_ += 3s;
  EXPECT_EQ(take()->upstream->shared_replica(), b);
}

TEST_F(ServicePoolTest, when_most_are_ejected_nobody_is) {
  const auto a = replica("a", 100);
  const auto b = replica("b", 100);
  const auto c = replica("c", 100);
  publish({a, b, c});
  for (int ejected = 0; ejected < 2; ++ejected) {
    auto permit = take();
    ASSERT_TRUE(permit.has_value());
    fail(*permit, 5);
  }
  std::set<std::string> used;
  for (int i = 0; i < 30; ++i) used.insert(take()->upstream->replica().id);
  EXPECT_EQ(used.size(), 3U);
}

TEST_F(ServicePoolTest, unhealthy_replicas_are_left_out) {
  const auto a = replica("a");
  const auto b = replica("b");
  pool_.publish(*loop_, {{a, true}, {b, false}});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(take()->upstream->shared_replica(), a);
  EXPECT_FALSE(take().has_value());
}

TEST_F(ServicePoolTest, integrates_requests_in_flight_over_time) {
  publish({replica("a")});
  pool_.settle(now_);
  stats_.in_flight_seconds = 0;
  auto one = take();
  auto two = take();
  ASSERT_TRUE(one.has_value() && two.has_value());
  now_ += 2s;
  pool_.give_back(*one, now_);
  now_ += 1s;
  pool_.settle(now_);
  EXPECT_NEAR(stats_.in_flight_seconds, 5.0, 1e-9);
}

TEST(Concurrency, is_never_exceeded_by_several_workers) {
  constexpr std::int32_t limit = 3;
  constexpr int workers = 4;
  const auto shared = replica("a", limit);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < workers; ++w) {
    threads.emplace_back([&, w] {
      const auto loop = *io::Loop::create();
      ServiceStats stats;
      ServicePool pool("shop", w, std::make_shared<WaitBoard>(), stats);
      pool.publish(*loop, {{shared, true}});
      Random random(w);
      for (int i = 0; i < 20'000; ++i) {
        auto permit = pool.take(nullptr, io::monotonic_now(), random);
        if (!permit) continue;
        ++taken;
        const int now_inside = ++inside;
        int seen = most;
        while (now_inside > seen && !most.compare_exchange_weak(seen, now_inside)) {
        }
        --inside;
        pool.give_back(*permit, io::monotonic_now());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, limit);
  EXPECT_GT(taken, 0);
  EXPECT_EQ(shared->in_flight(), 0);
}

TEST(WaitBoard, names_the_worker_whose_waiter_has_waited_longest) {
  WaitBoard board;
  EXPECT_FALSE(board.longest(4).has_value());
  board.set(2, Instant(5s));
  board.set(1, Instant(7s));
  EXPECT_EQ(board.longest(4), 2U);
  EXPECT_EQ(board.longest(2), 1U);
  board.set(2, Instant::max());
  EXPECT_EQ(board.longest(4), 1U);
}

}  // namespace
}  // namespace headroom::gateway
