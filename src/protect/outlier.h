// When a replica is left out for a while: by failures in a row, or by a share of errors that stands
// out against its siblings'.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/time.h"

namespace headroom::protect {

/// How an attempt at a replica ended, as far as the replica's health is concerned.
enum class AttemptEnd : std::uint8_t {
  answered,      // by the application, with anything below 500
  error_answer,  // by the application, with 5xx: perhaps the request's fault
  broke,         // no whole answer: connect failed, reset, closed, timed out
  abandoned,     // by the client, or by headroom itself: says nothing
};

struct OutlierRule {
  /// Attempts that broke in a row; any answer ends the row (Envoy's consecutive failures: 5).
  std::int32_t failures_max = 5;

  Duration base = std::chrono::seconds(2);  // first ejection; the n-th lasts n times it
  Duration longest = std::chrono::seconds(30);
  Duration forgiven_after = std::chrono::seconds(10);  // in use, one ejection (Envoy's interval)

  /// A share of errors stands out by this much above its siblings' mean (Finagle: 0.2 failing) ...
  double excess = 0.2;
  /// ... and when chance makes such a difference once in millions: five standard errors.
  double deviations = 5;
  /// Fewer errors of the one judged, or fewer answers of a sibling, say nothing (Finagle: 5).
  std::uint32_t errors_min = 5;
  std::uint32_t answers_min = 5;
};

/// The passive health of one replica, as plain values.
struct Health {
  std::int32_t failures = 0;   // attempts that broke in a row
  std::int32_t ejections = 0;  // not yet forgiven at the time of the last one
  Instant ejected_until{};     // in whole milliseconds

  [[nodiscard]] bool ejected(Instant now) const { return now < ejected_until; }
  bool operator==(const Health&) const = default;
};

/// The health after one more attempt that ended at `now`. While it is ejected nothing changes:
/// those attempts were under way before.
[[nodiscard]] Health after_attempt(Health health, AttemptEnd end, Instant now);
/// The health of a replica that is left out from `now` on.
[[nodiscard]] Health after_ejection(const OutlierRule& rule, Health health, Instant now);

/// In one word, so that threads can exchange it as a whole.
[[nodiscard]] std::uint64_t packed(const Health& health);
[[nodiscard]] Health unpacked(std::uint64_t word);

/// What a replica answered within some span of time. Attempts that broke are errors, too.
struct Answers {
  std::uint32_t count = 0;
  std::uint32_t errors = 0;

  [[nodiscard]] double share() const { return count > 0 ? static_cast<double>(errors) / count : 0; }
};

/// The others that served the same requests in the same span, each with the same voice however much
/// it answered: a replica that fails fast draws most of the traffic.
class Siblings {
 public:
  void add(const OutlierRule& rule, const Answers& answers);
  [[nodiscard]] bool any() const { return count_ > 0; }
  [[nodiscard]] double share() const { return shares_ / count_; }
  /// As many answers as would make the mean share as sure as it is.
  [[nodiscard]] double answers() const { return count_ * count_ / inverses_; }

 private:
  double count_ = 0;
  double shares_ = 0;
  double inverses_ = 0;  // of their numbers of answers
};

/// Whether this replica answers errors so much more often than its siblings that the requests
/// cannot be the reason: a likelihood-ratio test of two shares, and a difference that matters.
/// False without siblings.
[[nodiscard]] bool stands_out(const OutlierRule& rule, const Answers& own,
                              const Siblings& siblings);

/// Whether one more replica may be ejected when `out` of `count` are left out already for whatever
/// reason: at most half, so that an ejection never causes panic(). None of one, one of two.
[[nodiscard]] constexpr bool may_eject(std::size_t out, std::size_t count) {
  return (out + 1) * 2 <= count;
}

/// With more than half of the replicas left out nobody is: the fault is then elsewhere, and sending
/// everything to the few left would only break them too.
[[nodiscard]] constexpr bool panic(std::size_t out, std::size_t count) {
  return out * 2 > count;
}

}  // namespace headroom::protect
