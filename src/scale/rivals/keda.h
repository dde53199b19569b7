// KEDA as a rival: a ScaledObject, which is activation by KEDA and an HPA that it generates.
#pragma once

#include <cstdint>
#include <optional>

#include "scale/rivals/autoscaler.h"
#include "scale/rivals/hpa_loop.h"
#include "scale/rivals/hpa_metrics.h"
#include "scale/rivals/keda_rules.h"
#include "scale/rivals/signal.h"

namespace headroom::rivals {

enum class KedaMetric : std::uint8_t { rate, concurrency };

/// Defaults: keda.sh/v1alpha1, and those of the HPA it makes.
struct KedaConfig {
  KedaMetric metric = KedaMetric::concurrency;
  double target = 100;  // threshold: requests/s, or requests at once, per replica
  double activation_threshold = 0;
  KedaActivation activation{};  // its replicas_min is `min`
  double polling_s = 30;        // pollingInterval
  int min = 0;                  // minReplicaCount
  int max = 100;                // maxReplicaCount
  std::optional<HpaBehavior> behavior = HpaBehavior{};
  HpaTolerance tolerance{};
  double sync_s = 15;        // the HPA's period; each time it asks KEDA, which asks the source
  double sync_offset_s = 7;  // half of Prometheus' period after its scrape
  Signal signal = Signal::prometheus();
};

class Keda final : public Autoscaler {
 public:
  explicit Keda(const KedaConfig& config);

  [[nodiscard]] int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  void observe(double at_s, double dt_s, const scale::ServiceSeen& seen);
  void poll(double at_s);
  void sync(double at_s, const scale::ServiceSeen& seen);

  KedaConfig config_;
  Elapsed elapsed_;
  Every polling_;
  Every sync_;
  HpaLoop loop_;
  Meter meter_;
  std::optional<double> last_active_s_;
  int wanted_ = -1;  // unknown before the first tick
};

}  // namespace headroom::rivals
