// How long a connection that is over waits for its client.
#pragma once

#include <limits>

#include "core/time.h"

namespace headroom::gateway {

/// A client that goes on sending to a closed connection gets a reset, which destroys what it has
/// yet to take. So the connection stays while anything is left to take, however seldom the client
/// says that it took some: one that reads 10 KB/s into a buffer of 70 KB says so every few seconds.
class Lingering {
 public:
  explicit Lingering(Instant now) : took_some_(now), rests_since_(now) {}

  /// `untaken`: bytes sent that the client's machine has not acknowledged. `longest`: without that
  /// it took one of them. Nothing more is sent, so what is left only gets less.
  [[nodiscard]] bool over(Instant now, int untaken, Duration longest) {
    if (untaken > 0) rests_since_ = now;
    if (untaken < untaken_) took_some_ = now;
    untaken_ = untaken;
    return now - rests_since_ >= rest || now - took_some_ >= longest;
  }

 private:
  /// With nothing left to take: for the client to close, so that nothing it sends meets a reset.
  static constexpr Duration rest = std::chrono::seconds(2);

  int untaken_ = std::numeric_limits<int>::max();  // as of the last look
  Instant took_some_;
  Instant rests_since_;
};

}  // namespace headroom::gateway
