// A replica that has become slow: how much of the traffic still goes there, and when more does.
#include <gtest/gtest.h>

#include <map>
#include <queue>
#include <string>
#include <vector>

#include "gateway/service_pool.h"

namespace headroom::gateway {
namespace {

using namespace std::chrono_literals;

/// Requests that come every so often to replicas that take each their own time.
class SlowReplicaTest : public ::testing::Test {
 protected:
  void publish(int count, std::int32_t concurrency) {
    for (int i = 0; i < count; ++i) {
      const std::string id(1, static_cast<char>('a' + i));
      endpoints_.push_back(
          {std::make_shared<Replica>(id, io::Address::loopback(1), Instant{}, concurrency), true});
    }
    pool_.publish(*loop_, endpoints_);
  }
  void probe_fails_at(std::size_t replica) {
    endpoints_[replica].healthy = false;
    pool_.publish(*loop_, endpoints_);
  }

  void open_stream_elsewhere_than(std::size_t replica) {
    auto permit = pool_.take(endpoints_[replica].replica.get(), now_, random_);
    ASSERT_TRUE(permit.has_value());
    pool_.becomes_stream(*permit);
    streams_.push_back(std::move(*permit));
  }

  /// How many each replica got. Who finds no place is turned away.
  std::map<std::string, int> live(Duration span, Duration every) {
    std::map<std::string, int> got;
    turned_away_ = 0;
    for (const Instant end = now_ + span; now_ < end; now_ += every) {
      end_until(now_);
      auto permit = pool_.take(nullptr, now_, random_);
      if (!permit) {
        ++turned_away_;
        continue;
      }
      const std::string& id = permit->upstream->replica().id;
      ++got[id];
      const Duration took = took_.contains(id) ? took_[id] : 5ms;
      flights_.push({now_ + took, took, std::make_shared<Permit>(std::move(*permit))});
    }
    return got;
  }

  std::vector<Endpoint> endpoints_;
  std::map<std::string, Duration> took_;  // others: 5 ms
  int turned_away_ = 0;

 private:
  struct Flight {
    Instant ends;
    Duration took;
    std::shared_ptr<Permit> permit;
    bool operator<(const Flight& other) const { return ends > other.ends; }
  };
  void end_until(Instant now) {
    while (!flights_.empty() && flights_.top().ends <= now) {
      const Flight flight = flights_.top();
      flights_.pop();
      pool_.attempt_ended(*flight.permit, protect::AttemptEnd::answered, false, flight.took,
                          flight.ends);
      pool_.give_back(*flight.permit, flight.ends);
    }
  }

  std::unique_ptr<io::Loop> loop_ = *io::Loop::create();
  ServiceStats stats_;
  std::shared_ptr<SharedService> service_ = std::make_shared<SharedService>(1);
  ServicePool pool_{"shop", 0, service_, stats_};
  Random random_{7};
  Instant now_ = Instant(1h);
  std::priority_queue<Flight> flights_;
  std::vector<Permit> streams_;
};

TEST_F(SlowReplicaTest, ten_times_slower_gets_what_it_takes_to_be_watched_and_all_again_later) {
  publish(8, 100);
  auto got = live(5s, 500us);
  for (const auto& [id, count] : got) EXPECT_NEAR(count, 10000 / 8.0, 300) << id;

  took_["c"] = 50ms;
  EXPECT_LT(live(5s, 500us)["c"], 60) << "least in flight alone sends 190";
  got = live(20s, 500us);
  EXPECT_GE(got["c"], 10) << "so that it is known when it is well again";
  EXPECT_LE(got["c"], 25) << "of 40,000: not seen at p99.9";

  took_["c"] = 5ms;
  live(30s, 500us);
  EXPECT_GT(live(5s, 500us)["c"], 10000 / 8 / 2);
}

TEST_F(SlowReplicaTest, when_the_others_are_full_it_takes_what_it_is_worth) {
  publish(4, 10);
  live(5s, 1ms);
  took_["d"] = 50ms;
  live(5s, 1ms);
  // Four times what the other three can do.
  const auto got = live(10s, 40us);
  EXPECT_GT(turned_away_, 0);
  EXPECT_NEAR(got.at("d"), 10 * 20, 30) << "one at a time instead of ten";
  for (const auto* quick : {"a", "b", "c"}) EXPECT_NEAR(got.at(quick), 10 * 2000, 500) << quick;
}

TEST_F(SlowReplicaTest, the_last_one_there_has_all_its_places_however_slow) {
  publish(2, 10);
  live(5s, 5ms);
  took_["b"] = 50ms;
  live(5s, 5ms);
  probe_fails_at(0);
  live(1s, 1ms);
  EXPECT_NEAR(live(10s, 1ms)["b"], 10 * 10 * 20, 50) << "ten at a time";
}

TEST_F(SlowReplicaTest, streams_take_none_of_its_places) {
  publish(2, 20);
  live(5s, 1ms);
  took_["b"] = 50ms;
  live(20s, 1ms);
  for (int i = 0; i < 3; ++i) open_stream_elsewhere_than(0);
  EXPECT_GE(live(100s, 1ms)["b"], 40) << "it is watched";
  probe_fails_at(0);
  EXPECT_GT(live(10s, 1ms)["b"], 15 * 10 * 20);
}

TEST_F(SlowReplicaTest, of_a_service_with_few_requests_it_is_watched_too) {
  publish(3, 10);
  live(120s, 100ms);
  took_["b"] = 100ms;
  live(120s, 100ms);
  const int watched = live(100s, 100ms)["b"];
  EXPECT_GE(watched, 9);
  EXPECT_LE(watched, 13);
}

}  // namespace
}  // namespace headroom::gateway
