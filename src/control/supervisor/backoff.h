// How long a service whose replicas fail waits before it tries again.
#pragma once

#include <optional>

#include "core/time.h"

namespace headroom::supervisor {

struct BackoffPolicy {
  Duration first = std::chrono::milliseconds(500);
  Duration longest = std::chrono::seconds(30);
  Duration healthy_after = std::chrono::seconds(60);  // then failures are forgotten
};

/// Doubles the wait with each failure in a row. Replicas that were started before the last failure
/// add nothing to it: ten that fail together say no more than one.
class Backoff {
 public:
  explicit Backoff(const BackoffPolicy& policy) : policy_(policy) {}

  /// A replica ended unasked, was not ready in time, or could not be run. `ready_for` is absent
  /// when it never was ready. One that was ready for long enough costs no wait.
  void failed(Instant now, Instant started, std::optional<Duration> ready_for);
  void became_ready(Instant now);
  /// The configuration changed: what failed before says nothing any more.
  void reset();

  /// How many may be started now, when `starting` are under way. While no replica has become ready
  /// since the last failed start, they are tried one at a time.
  [[nodiscard]] int start_limit(Instant now, int starting) const;
  [[nodiscard]] Instant not_before() const { return not_before_; }
  [[nodiscard]] int failures() const { return failures_; }

 private:
  BackoffPolicy policy_;
  int failures_ = 0;  // in a row
  bool on_trial_ = false;
  Instant not_before_{};
  Instant last_failure_{};
  std::optional<Instant> healthy_since_;
};

}  // namespace headroom::supervisor
