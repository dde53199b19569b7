// The lives of the replicas in a simulated world, the same for both plants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "prove/scenario.h"
#include "scale/observation.h"

namespace headroom::prove {

/// What became of a replica within a second.
struct Change {
  enum class Kind : std::uint8_t { ready, crashed };
  Kind kind = Kind::ready;
  double at_s = 0;            // since the start of the simulation
  std::uint32_t replica = 0;  // its number
};

/// Replicas by age, oldest first. Whoever is no longer wanted: those still starting go first, the
/// newest of them at the head, at once and for nothing more; then the youngest ready ones, which
/// drain. One that crashes is gone at once, and the next call of want() starts another.
class Fleet {
 public:
  /// What the caller keeps of each replica beside what is seen of it.
  struct Life {
    std::uint32_t number = 0;  // never reused
    double started_s = 0;
    double ready_at_s = 0;
    double gone_at_s = 0;  // while draining
    int zone = 0;
    bool noisy = false;
  };

  /// `seen` is where the replicas are kept as an autoscaler sees them. What changes every second,
  /// age included, is kept by the plant, which looks at each of them anyway.
  Fleet(const World& world, std::uint64_t seed, std::vector<scale::ReplicaSeen>& seen);

  /// Replicas that have been ready for an hour when the simulation begins.
  void begin(int count);

  /// From `now_s` on, `count` replicas are wanted, starting and ready ones together; kept within
  /// the world's min and max. Returns what it was before and is now.
  struct Wanted {
    int before = 0;
    int now = 0;
  };
  Wanted want(int count, double now_s);

  /// Lives through [now_s, now_s + 1). The changes are in the order of time.
  std::span<const Change> advance(double now_s);

  [[nodiscard]] int ready() const { return ready_; }
  [[nodiscard]] int noisy_ready() const { return noisy_ready_; }
  /// Of the last second: the time-mean of ready replicas, crashed ready ones, and what was paid.
  [[nodiscard]] double ready_mean() const { return ready_mean_; }
  [[nodiscard]] int crashed() const { return crashed_; }
  [[nodiscard]] double paid_s() const { return paid_s_; }

  [[nodiscard]] const std::vector<Life>& lives() const { return lives_; }

 private:
  void start(double now_s);
  void stop_one(double now_s);
  void remove(std::size_t index);
  void become_ready(std::size_t index, double at_s, double now_s);
  void crash(std::size_t index, double at_s, double now_s);
  void live_through_changes(double now_s);
  void crash_by_chance(double now_s);
  [[nodiscard]] double startup_s();
  [[nodiscard]] bool quiet_until(double end_s) const;
  void note_next_change();
  [[nodiscard]] bool zone_is_down(double at_s) const;

  const World& world_;
  Random random_;
  std::vector<scale::ReplicaSeen>& seen_;
  std::vector<Life> lives_;  // in the order of seen_
  std::vector<Change> changes_;
  std::uint32_t started_ = 0;
  int wanted_ = 0;
  int ready_ = 0;
  int starting_ = 0;
  int noisy_ready_ = 0;
  int crashed_ = 0;
  double ready_mean_ = 0;
  double paid_s_ = 0;
  double next_change_s_ = 0;  // nothing becomes ready or ends before
  bool zone_failed_ = false;
};

}  // namespace headroom::prove
