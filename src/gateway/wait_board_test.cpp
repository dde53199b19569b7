// One order of waiting over all workers: who is served, who is woken, and that nobody is forgotten.
#include "gateway/wait_board.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <semaphore>
#include <thread>

#include "gateway/service_pool.h"
#include "io/clock.h"
#include "io/eventually_for_test.h"

namespace headroom::gateway {
namespace {

using namespace std::chrono_literals;

TEST(WaitBoard, counts_whom_a_newcomer_has_to_stand_behind_on_all_workers) {
  WaitBoard board(3);
  EXPECT_EQ(board.before_newcomer(2), 0U);
  board.count(0, {1, 2, 3});
  board.count(2, {0, 10, 20});
  EXPECT_EQ(board.before_newcomer(0), 1U);
  EXPECT_EQ(board.before_newcomer(1), 13U);
  EXPECT_EQ(board.before_newcomer(2), 36U);
  board.count(0, {0, 0, 0});
  EXPECT_EQ(board.before_newcomer(2), 30U);
}

TEST(WaitBoard, stands_since_somebody_waits_whom_one_has_to_stand_behind) {
  WaitBoard board(2);
  const Instant start(1h);
  const auto comes = [&board](std::size_t worker, std::uint8_t rank, Instant now) {
    board.joins(rank, now);
    board.note(worker, protect::Turn(rank, now));
  };
  EXPECT_EQ(board.standing(2, start), 0s);
  comes(0, 2, start);
  EXPECT_EQ(board.standing(2, start + 5s), 5s);
  EXPECT_EQ(board.standing(1, start + 5s), 0s) << "a queue of lesser ones is nobody else's";
  comes(1, 1, start + 6s);
  EXPECT_EQ(board.standing(1, start + 7s), 1s);
  EXPECT_EQ(board.standing(2, start + 7s), 7s);
  EXPECT_EQ(board.standing(0, start + 7s), 0s);
  board.note(0, {});
  board.note(1, {});
  EXPECT_EQ(board.standing(2, start + 8s), 0s);
  comes(1, 0, start + 9s);
  for (std::uint8_t rank = 0; rank < 3; ++rank) EXPECT_EQ(board.standing(rank, start + 10s), 1s);
}

/// Something that waits for a place and then has one.
struct Request : protect::Waiter {
  std::optional<Permit> permit;
  const Replica* avoided = nullptr;
};

/// A worker without a thread: what it was told waits until the test has it act.
struct Door {
  Door(std::size_t index, const std::shared_ptr<SharedService>& service,
       const std::shared_ptr<Replica>& replica)
      : pool("shop", index, service, stats), random(index) {
    pool.publish(*loop, {{replica, true}});
    pool.set_queue_limit(8);
  }
  void serve() {
    returns = pool.serve(
        now, random, [](protect::Waiter& waiter) { return static_cast<Request&>(waiter).avoided; },
        [](protect::Waiter& waiter, Permit permit) {
          static_cast<Request&>(waiter).permit = std::move(permit);
        },
        [this](std::size_t worker) { woke.push_back(worker); });
  }
  void woken() {
    pool.woken();
    serve();
  }
  bool admit(Request& request, std::uint8_t rank) {
    request.permit = pool.admit(rank, nullptr, now, random);
    return request.permit.has_value();
  }
  void wait(Request& request, std::uint8_t rank) {
    now += 1s;
    EXPECT_TRUE(pool.join(request, rank, now).accepted);
    serve();
  }
  void end(Request& request) {
    pool.give_back(*request.permit, now);
    request.permit.reset();
    serve();
  }

  std::unique_ptr<io::Loop> loop = *io::Loop::create();
  ServiceStats stats;
  ServicePool pool;
  Random random;
  Instant now = Instant(1h);
  Instant returns{};
  std::vector<std::size_t> woke;
};

constexpr std::uint8_t critical = 0;
constexpr std::uint8_t normal = 1;
constexpr std::uint8_t sheddable = 2;
using Woke = std::vector<std::size_t>;

class Line : public ::testing::Test {
 protected:
  std::shared_ptr<SharedService> service = std::make_shared<SharedService>(2);
  std::shared_ptr<Replica> replica =
      std::make_shared<Replica>("a", io::Address::loopback(1), Instant{}, 1);
  Door one{0, service, replica};
  Door other{1, service, replica};
  Request served;
  Request first;
  Request second;
};

TEST_F(Line, a_freed_place_goes_to_the_more_important_of_another_worker) {
  ASSERT_TRUE(one.admit(served, normal));
  one.wait(first, normal);
  other.wait(second, critical);
  one.end(served);
  EXPECT_FALSE(first.permit.has_value()) << "although it came first and waits here";
  EXPECT_EQ(one.woke, Woke{1});
  other.woken();
  ASSERT_TRUE(second.permit.has_value());
  EXPECT_EQ(other.woke, Woke{}) << "there is no place for the first one yet";
  other.end(second);
  EXPECT_EQ(other.woke, Woke{0});
  one.woken();
  EXPECT_TRUE(first.permit.has_value());
}

TEST_F(Line, a_newcomer_does_not_take_the_place_that_was_freed_for_a_waiter_elsewhere) {
  ASSERT_TRUE(one.admit(served, normal));
  other.wait(first, normal);
  one.end(served);
  ASSERT_EQ(one.woke, Woke{1}) << "which has not acted yet";
  EXPECT_FALSE(one.admit(second, normal));
  EXPECT_FALSE(one.admit(second, sheddable));
  one.now = other.now;
  one.wait(second, normal);
  EXPECT_FALSE(second.permit.has_value());
  other.woken();
  EXPECT_TRUE(first.permit.has_value());
}

TEST_F(Line, a_newcomer_that_is_more_important_passes_those_who_wait) {
  ASSERT_TRUE(one.admit(served, normal));
  other.wait(first, normal);
  one.end(served);
  EXPECT_TRUE(one.admit(second, critical));
  other.woken();
  EXPECT_FALSE(first.permit.has_value());
  one.end(second);
  other.woken();
  EXPECT_TRUE(first.permit.has_value());
}

TEST_F(Line, a_worker_whose_waiter_has_left_passes_the_place_on) {
  ASSERT_TRUE(one.admit(served, normal));
  other.wait(first, normal);
  one.now = other.now;
  one.wait(second, normal);
  one.end(served);
  ASSERT_EQ(one.woke, Woke{1});
  other.pool.leave(first);
  other.woken();
  EXPECT_EQ(other.woke, Woke{0});
  one.woken();
  EXPECT_TRUE(second.permit.has_value());
}

TEST_F(Line, who_is_woken_already_is_not_woken_again_until_it_has_looked) {
  ASSERT_TRUE(one.admit(served, normal));
  other.wait(first, normal);
  one.end(served);
  one.serve();
  one.serve();
  EXPECT_EQ(one.woke, Woke{1});
  other.woken();
  ASSERT_TRUE(first.permit.has_value());
  other.wait(second, normal);
  other.pool.give_back(*first.permit, other.now);
  one.serve();
  EXPECT_EQ(one.woke, (Woke{1, 1}));
}

TEST_F(Line, a_place_that_the_first_avoids_is_for_the_next_when_it_leaves) {
  const auto busy = std::make_shared<Replica>("b", io::Address::loopback(1), Instant{}, 0);
  for (Door* door : {&one, &other})
    door->pool.publish(*door->loop, {{replica, true}, {busy, true}});
  first.avoided = replica.get();
  one.wait(first, normal);
  EXPECT_FALSE(first.permit.has_value());
  other.now = one.now;
  other.wait(second, normal);
  EXPECT_EQ(other.woke, Woke{0});
  one.woken();
  EXPECT_FALSE(first.permit.has_value());
  one.pool.leave(first);
  one.serve();
  EXPECT_EQ(one.woke, Woke{1});
  other.woken();
  EXPECT_TRUE(second.permit.has_value());
}

TEST_F(Line, who_waits_for_an_ejected_replica_is_told_when_it_comes_back) {
  const auto busy = std::make_shared<Replica>("b", io::Address::loopback(1), Instant{}, 0);
  for (Door* door : {&one, &other})
    door->pool.publish(*door->loop, {{replica, true}, {busy, true}});
  replica->health.eject({}, one.now);
  one.wait(first, normal);
  EXPECT_EQ(one.returns, replica->health.state().ejected_until);
  other.now = one.returns;
  other.serve();
  EXPECT_EQ(other.woke, Woke{0}) << "even if the one that noticed has nobody waiting";
}

/// Workers on threads of their own. Each does what chance tells it and stops only when all its
/// requests wait: then a place that is free must lead to a wake-up, or it is stuck.
class Crowd {
 public:
  static constexpr std::size_t workers = 3;
  static constexpr std::size_t requests_each = 150;

  explicit Crowd(std::uint64_t seed) : seed_(seed), wakes_(workers) {
    const auto service = std::make_shared<SharedService>(workers);
    for (std::size_t w = 0; w < workers; ++w) doors_.emplace_back(w, service, replica_);
  }
  /// Whether all requests were served or left.
  [[nodiscard]] bool run() {
    std::vector<std::thread> threads;
    for (std::size_t w = 0; w < workers; ++w) threads.emplace_back([this, w] { work(w); });
    for (std::thread& thread : threads) thread.join();
    return !stuck_ && replica_->in_flight() == 0;
  }

 private:
  struct Semaphore {
    std::counting_semaphore<> count{0};
  };

  void work(std::size_t w) {
    Door& door = doors_[w];
    Random random(seed_ * workers + w);
    std::array<Request, 3> requests;
    for (std::size_t left = requests_each; !stuck_;) {
      pass_wakes_on(door);
      if (wakes_[w].count.try_acquire()) woken(door);
      Request& request = requests[random.below(requests.size())];
      if (request.permit) {
        door.end(request);
      } else if (request.waiting()) {
        if (random.below(50) == 0) door.pool.leave(request);
      } else if (left > 0) {
        --left;
        const auto rank = static_cast<std::uint8_t>(random.below(3));
        if (!door.admit(request, rank)) door.wait(request, rank);
      }
      const auto any = [&](auto what) { return std::ranges::any_of(requests, what); };
      const bool holding = any([](const Request& r) { return r.permit.has_value(); });
      const bool waiting = any([](const Request& r) { return r.waiting(); });
      const bool may_start =
          left > 0 && any([](const Request& r) { return !r.waiting() && !r.permit; });
      if (left == 0 && !holding && !waiting) break;
      if (waiting && !holding && !may_start) await_wake(door, w);
    }
    pass_wakes_on(door);
    ++finished_;
    while (finished_ < workers && !stuck_)  // others may still count on this one
      if (wakes_[w].count.try_acquire_for(1ms)) woken(door);
  }
  void await_wake(Door& door, std::size_t w) {
    pass_wakes_on(door);
    if (wakes_[w].count.try_acquire_for(patience)) return woken(door);
    stuck_ = true;
  }
  void woken(Door& door) {
    door.woken();
    pass_wakes_on(door);
  }
  void pass_wakes_on(Door& door) {
    for (const std::size_t worker : door.woke) wakes_[worker].count.release();
    door.woke.clear();
  }

  const std::uint64_t seed_;
  const std::shared_ptr<Replica> replica_ =
      std::make_shared<Replica>("a", io::Address::loopback(1), Instant{}, 2);
  std::deque<Door> doors_;
  std::vector<Semaphore> wakes_;
  std::atomic<std::size_t> finished_{0};
  std::atomic<bool> stuck_{false};
};

TEST(LineOfWorkers, leaves_no_place_free_while_somebody_waits) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Crowd crowd(seed);
    ASSERT_TRUE(crowd.run()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace headroom::gateway
