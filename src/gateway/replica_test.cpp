// Places at a replica: those it works on, those that are streams.
#include "gateway/replica.h"

#include <gtest/gtest.h>

#include <thread>

namespace headroom::gateway {
namespace {

class ReplicaTest : public ::testing::Test {
 protected:
  Replica replica_{"shop-1", io::Address::loopback(1), Instant{}, 4};
};

TEST_F(ReplicaTest, is_filled_up_to_the_lesser_of_what_is_stated_and_what_is_learned) {
  replica_.limit = 2;
  EXPECT_EQ(replica_.take(), 1);
  EXPECT_EQ(replica_.take(), 2);
  EXPECT_EQ(replica_.take(), 0);
  replica_.limit = 9;
  EXPECT_EQ(replica_.take(), 3);
  EXPECT_EQ(replica_.take(), 4);
  EXPECT_EQ(replica_.take(), 0);
  replica_.limit = 1;
  EXPECT_LT(replica_.room(), 0) << "nobody is sent away for it";
  replica_.give_back(false);
  EXPECT_EQ(replica_.in_flight(), 3);
}

TEST_F(ReplicaTest, a_stream_leaves_its_place_to_others_up_to_what_is_stated) {
  replica_.limit = 1;
  for (int streams = 1; streams <= 4; ++streams) {
    EXPECT_EQ(replica_.take(), 1) << "the only one that is worked on";
    EXPECT_EQ(replica_.take(), 0);
    replica_.becomes_stream();
    EXPECT_EQ(replica_.in_flight(), streams);
  }
  EXPECT_EQ(replica_.take(), 0) << "four are there";
  replica_.give_back(true);
  EXPECT_EQ(replica_.take(), 1);
  replica_.give_back(false);
  for (int i = 0; i < 3; ++i) replica_.give_back(true);
  EXPECT_EQ(replica_.in_flight(), 0);
  EXPECT_EQ(replica_.room(), 1);
}

TEST_F(ReplicaTest, threads_never_count_above_the_limit_together) {
  replica_.limit = 3;
  std::atomic<int> working{0};
  std::atomic<bool> above{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20'000; ++i) {
        if (replica_.take() == 0) continue;
        if (++working > 3) above = true;
        const bool stream = (i + t) % 3 == 0;
        --working;
        if (stream) replica_.becomes_stream();
        replica_.give_back(stream);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(above);
  EXPECT_EQ(replica_.in_flight(), 0);
  EXPECT_EQ(replica_.room(), 3);
}

}  // namespace
}  // namespace headroom::gateway
