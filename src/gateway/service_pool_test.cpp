// Places at replicas: chosen, counted, bounded, given back.
#include "gateway/service_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <deque>
#include <functional>
#include <numeric>
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
  void fail(Permit& permit, int times) { end(permit, protect::AttemptEnd::broke, times); }
  void end(const Permit& permit, protect::AttemptEnd end, int times = 1) {
    for (int i = 0; i < times; ++i) pool_.attempt_ended(permit, end, false, 1ms, now_);
  }
  /// One request that the balancer sends somewhere and that is answered at once.
  void request(const std::function<bool(const std::string&)>& fails_at) {
    auto permit = take();
    ASSERT_TRUE(permit.has_value());
    const bool failed = fails_at(permit->upstream->replica().id);
    end(*permit, failed ? protect::AttemptEnd::error_answer : protect::AttemptEnd::answered);
    pool_.give_back(*permit, now_);
  }

  std::unique_ptr<io::Loop> loop_ = *io::Loop::create();
  ServiceStats stats_;
  std::shared_ptr<SharedService> service_ = std::make_shared<SharedService>(1);
  ServicePool pool_{"shop", 0, service_, stats_};
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

std::uint32_t attempts_in(const scale::ByConcurrency& by) {
  return std::accumulate(by.attempts.begin(), by.attempts.end(), 0U);
}

TEST_F(ServicePoolTest, counts_attempts_by_the_version_that_served_them) {
  const auto old = std::make_shared<Replica>("a", io::Address::loopback(1), Instant{}, 9, "old");
  const auto fresh = std::make_shared<Replica>("b", io::Address::loopback(2), Instant{}, 9, "new");
  publish({old});
  const auto first = take();
  publish({fresh});
  const auto second = take();
  ASSERT_TRUE(first && second);
  end(*first, protect::AttemptEnd::answered);  // its replica has left since
  end(*second, protect::AttemptEnd::answered, 2);
  ASSERT_EQ(stats_.by_version.size(), 2U);
  EXPECT_EQ(stats_.by_version[0].version, "old");
  EXPECT_EQ(attempts_in(stats_.by_version[0].by_concurrency), 1U);
  EXPECT_EQ(stats_.by_version[1].version, "new");
  EXPECT_EQ(attempts_in(stats_.by_version[1].by_concurrency), 2U);
  EXPECT_EQ(attempts_in(stats_.by_concurrency), 3U);
  ServiceStats all;
  all.merge(stats_);
  all.merge(stats_);
  EXPECT_EQ(attempts_in(all.by_version[1].by_concurrency), 4U);
  stats_.clear();
  EXPECT_EQ(attempts_in(stats_.by_version[1].by_concurrency), 0U);
  end(*second, protect::AttemptEnd::answered);
  stats_.clear();
  ASSERT_EQ(stats_.by_version.size(), 1U) << "the old one serves no more";
  EXPECT_EQ(stats_.by_version[0].version, "new");
}

TEST_F(ServicePoolTest, more_versions_than_are_told_apart_are_counted_in_all) {
  for (int i = 0; i < 9; ++i) stats_.count("v" + std::to_string(i), 1, false, 0.1);
  EXPECT_EQ(stats_.by_version.size(), versions_told_max);
  EXPECT_EQ(attempts_in(stats_.by_concurrency), 9U);
}

TEST_F(ServicePoolTest, tells_how_long_those_before_a_newcomer_take) {
  const auto a = replica("a", 256);
  const auto b = replica("b", 2);
  a->limit = 3;
  publish({a, b});
  pool_.set_queue_limit(100);
  std::deque<protect::Waiter> waiters(10);
  for (protect::Waiter& waiter : waiters) ASSERT_TRUE(pool_.join(waiter, 1, now_).accepted);
  EXPECT_EQ(pool_.crowd(1, now_).expected_wait(), 0ns) << "nothing has ended yet";
  const auto permit = take();
  ASSERT_TRUE(permit.has_value());
  pool_.attempt_ended(*permit, protect::AttemptEnd::answered, false, 50ms, now_);
  pool_.attempt_ended(*permit, protect::AttemptEnd::broke, false, 15s, now_);  // says nothing of it
  EXPECT_EQ(pool_.crowd(1, now_).expected_wait(), 100ms) << "ten before it at five places";
  EXPECT_EQ(pool_.crowd(0, now_).expected_wait(), 0ms) << "it is more important";
  for (protect::Waiter& waiter : waiters) pool_.leave(waiter);
  EXPECT_EQ(pool_.crowd(1, now_).expected_wait(), 0ms);
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
  end(*permit, protect::AttemptEnd::answered);
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
  EXPECT_TRUE(b->health.ejected(now_));
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

TEST_F(ServicePoolTest, when_most_are_unhealthy_nobody_is_left_out) {
  const auto a = replica("a", 100);
  const auto b = replica("b", 100);
  const auto c = replica("c", 100);
  pool_.publish(*loop_, {{a, true}, {b, false}, {c, false}});
  std::set<std::string> used;
  for (int i = 0; i < 30; ++i) used.insert(take()->upstream->replica().id);
  EXPECT_EQ(used.size(), 3U);
}

TEST_F(ServicePoolTest, ejects_at_most_half_and_never_the_only_one) {
  for (std::size_t count = 1; count <= 7; ++count) {
    std::vector<std::shared_ptr<Replica>> replicas;
    for (std::size_t i = 0; i < count; ++i) replicas.push_back(replica(std::to_string(i), 100));
    publish(replicas);
    for (int i = 0; i < 400; ++i) {
      auto permit = take();
      ASSERT_TRUE(permit.has_value());
      fail(*permit, 1);
      pool_.give_back(*permit, now_);
    }
    const auto out =
        std::ranges::count_if(replicas, [this](const auto& r) { return r->health.ejected(now_); });
    EXPECT_EQ(out, count / 2) << "of " << count;
  }
}

TEST_F(ServicePoolTest, an_ejection_that_would_end_in_panic_does_not_happen) {
  const auto a = replica("a", 100);
  const auto b = replica("b", 100);
  const auto c = replica("c", 100);
  pool_.publish(*loop_, {{a, true}, {b, true}, {c, false}});
  auto permit = take(a.get());
  ASSERT_TRUE(permit.has_value());
  fail(*permit, 20);
  EXPECT_FALSE(b->health.ejected(now_)) << "one of three is out already, by its probes";
}

TEST_F(ServicePoolTest, errors_of_the_application_that_all_share_eject_nobody) {
  std::vector<std::shared_ptr<Replica>> replicas;
  for (int i = 0; i < 5; ++i) replicas.push_back(replica(std::to_string(i)));
  publish(replicas);
  for (int i = 0; i < 500; ++i) request([](const std::string&) { return false; });
  for (int i = 0; i < 5000; ++i) {  // a broken address, 1 s later asked for all the time
    now_ += 2ms;
    request([&](const std::string&) { return i % 3 != 0; });
  }
  EXPECT_EQ(stats_.ejections, 0U);
}

TEST_F(ServicePoolTest, a_newcomer_is_compared_with_what_the_others_did_since) {
  std::vector<std::shared_ptr<Replica>> replicas = {replica("a"), replica("b")};
  publish(replicas);
  for (int i = 0; i < 4000; ++i) {  // 8 good seconds
    now_ += 2ms;
    request([](const std::string&) { return false; });
  }
  replicas.push_back(std::make_shared<Replica>("new", io::Address::loopback(1), now_, 4));
  publish(replicas);
  for (int i = 0; i < 4000; ++i) {  // then half of the requests ask for what is broken
    now_ += 2ms;
    request([&](const std::string&) { return random_.uniform() < 0.5; });
  }
  EXPECT_EQ(stats_.ejections, 0U);
}

TEST_F(ServicePoolTest, a_replica_that_fails_fast_is_ejected_before_it_draws_all_traffic) {
  const auto bad = replica("bad", 100);
  publish({replica("a", 100), replica("b", 100), replica("c", 100), bad});
  std::deque<std::pair<Permit, Instant>> slow;  // until when
  int failed = 0;
  while (stats_.ejections == 0 && failed < 1000) {
    now_ += 5ms;
    auto permit = take();
    ASSERT_TRUE(permit.has_value());
    if (permit->upstream->shared_replica() == bad) {
      ++failed;
      end(*permit, protect::AttemptEnd::error_answer);
      pool_.give_back(*permit, now_);
    } else {
      slow.emplace_back(std::move(*permit), now_ + 300ms);
    }
    for (; !slow.empty() && slow.front().second <= now_; slow.pop_front()) {
      end(slow.front().first, protect::AttemptEnd::answered);
      pool_.give_back(slow.front().first, now_);
    }
  }
  EXPECT_TRUE(bad->health.ejected(now_));
  EXPECT_LT(failed, 500);
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
  constexpr std::size_t workers = 4;
  const auto shared = replica("a", limit);
  const auto service = std::make_shared<SharedService>(workers);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < workers; ++w) {
    threads.emplace_back([&, w] {
      const auto loop = *io::Loop::create();
      ServiceStats stats;
      ServicePool pool("shop", w, service, stats);
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

TEST_F(ServicePoolTest, while_another_worker_ejects_this_one_leaves_it_to_the_next_failure) {
  const auto a = replica("a", 100);
  const auto b = replica("b", 100);
  publish({a, b});
  auto permit = take(a.get());
  ASSERT_TRUE(permit.has_value());
  {
    const std::lock_guard another(service_->ejecting);
    std::thread([&] { fail(*permit, 9); }).join();
    EXPECT_FALSE(b->health.ejected(now_));
  }
  fail(*permit, 1);
  EXPECT_TRUE(b->health.ejected(now_));
}

TEST(Ejection, of_several_workers_at_once_leaves_out_no_more_than_half) {
  constexpr std::size_t workers = 2;
  constexpr std::size_t count = 400;  // so many that counting them takes time
  constexpr int rounds = 200;
  const auto service = std::make_shared<SharedService>(workers);
  std::vector<Endpoint> endpoints;
  for (std::size_t i = 0; i < count; ++i)
    endpoints.push_back({replica(std::to_string(i)), i >= count / 2 - 1});  // one short of half
  const auto now = [](int round) { return Instant(1h * (round + 1)); };
  std::barrier together(workers);
  std::atomic<int> ejections{0};
  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < workers; ++w) {
    threads.emplace_back([&, w] {
      const auto loop = *io::Loop::create();
      ServiceStats stats;
      ServicePool pool("shop", w, service, stats);
      pool.publish(*loop, endpoints);
      const Permit own{std::make_shared<Upstream>(*loop, endpoints[count - 1 - w].replica), 1};
      for (int round = 0; round < rounds; ++round) {
        together.arrive_and_wait();
        for (int i = 0; i < 6; ++i)
          pool.attempt_ended(own, protect::AttemptEnd::broke, false, 1ms, now(round));
      }
      ejections += static_cast<int>(stats.ejections);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(ejections, rounds);
  EXPECT_GT(ejections, 0);
}

}  // namespace
}  // namespace headroom::gateway
