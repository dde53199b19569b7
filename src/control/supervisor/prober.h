// Looks at one replica again and again: the rhythm of probes.
#pragma once

#include <functional>
#include <string>

#include "control/supervisor/probe.h"

namespace headroom::supervisor {

/// How to look.
struct Look {
  io::Address address;
  std::string path;
  Duration every{};    // from start to start, so that slow answers do not make looks rarer
  Duration timeout{};  // of one look
};

class Prober {
 public:
  /// `on_result` is called from the loop after each look. It may call use() and stop(), but must
  /// not destroy this.
  Prober(io::Loop& loop, std::function<void(const ProbeResult&)> on_result);
  ~Prober() { stop(); }
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  /// From the next look on.
  void use(Look look) { look_ = std::move(look); }
  /// The first look begins after `delay`.
  void start(Duration delay);
  /// A look under way ends unheard.
  void stop();

 private:
  void begin();
  void on_probe(const ProbeResult& result);

  io::Loop& loop_;
  std::function<void(const ProbeResult&)> on_result_;
  Look look_;
  Probe probe_;
  io::Timer timer_;
  Instant began_{};
  bool running_ = false;
};

}  // namespace headroom::supervisor
