// Knative's pod autoscaler: what one tick makes of its two windows, and the windows themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace headroom::rivals {

/// The mean over buckets of one second, as the collector of the KPA keeps it: a young window is
/// divided by what it has, seconds at the end that nobody wrote are left out, older gaps count 0.
class KpaWindow {
 public:
  explicit KpaWindow(int buckets);

  /// At most one value for each second; seconds do not go back.
  void record(std::int64_t second, double value);

  /// Rounded to six digits. Nothing when nothing was written within the window.
  [[nodiscard]] std::optional<double> average(std::int64_t second) const;

 private:
  [[nodiscard]] double& at(std::int64_t second) {
    return ring_[static_cast<std::size_t>(second) % ring_.size()];
  }

  std::vector<double> ring_;
  double total_ = 0;
  std::int64_t first_ = 0;
  std::int64_t last_ = -1;
};

/// The greatest of the last n steps, in constant time on average.
class KpaDelay {
 public:
  explicit KpaDelay(double delay_s);

  /// Takes in `desired` at `at_s` and returns the greatest of the delay, itself included.
  [[nodiscard]] int greatest(double at_s, int desired);

 private:
  struct Entry {
    std::int64_t step = 0;
    int desired = 0;
  };
  [[nodiscard]] Entry& entry(std::size_t i) { return ring_[(head_ + i) % ring_.size()]; }

  std::vector<Entry> ring_;  // falling values: what is smaller than a later one never matters
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

/// Defaults: the ConfigMap config-autoscaler.
struct KpaRules {
  double target = 70;           // per pod, of the metric: 100 at 70% utilisation
  double capacity = 100;        // of a pod: the target before utilisation
  double burst = 211;           // target-burst-capacity; −1: without limit, 0: off
  double up_rate = 1000;        // max-scale-up-rate
  double down_rate = 2;         // max-scale-down-rate
  double panic_threshold = 2;   // panic-threshold-percentage / 100
  double stable_window_s = 60;  // stable-window
  double delay_s = 0;           // scale-down-delay
  int activation_scale = 1;     // activation-scale
};

struct KpaSeen {
  double at_s = 0;
  int ready = 0;      // pods
  double stable = 0;  // the metric over the stable window, summed over pods
  double panic = 0;   // and over the panic window
  bool reachable = true;
};

struct KpaAnswer {
  int desired = 0;
  int burst_spare = 0;  // excess burst capacity; negative: the activator stays in the path
};

class KpaScaler {
 public:
  explicit KpaScaler(const KpaRules& rules);

  /// As after a restart with `pods` ready ones: what the windows have lost must not lower them.
  void panic(double at_s, int pods);

  [[nodiscard]] KpaAnswer tick(const KpaSeen& seen);

 private:
  [[nodiscard]] int panicked(const KpaSeen& seen, double wanted, int ready, int stable, int panic);

  KpaRules rules_;
  std::optional<double> panic_since_s_;
  int panic_pods_ = 0;
  KpaDelay delay_;
};

}  // namespace headroom::rivals
