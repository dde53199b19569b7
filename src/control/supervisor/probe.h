// One HTTP GET at a time to one replica, without blocking.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "control/supervisor/health.h"
#include "http/parser.h"
#include "io/fd.h"
#include "io/loop.h"
#include "io/socket.h"

namespace headroom::supervisor {

struct ProbeResult {
  ProbeOutcome outcome = ProbeOutcome::silent;
  int status = 0;    // of the answer; 0: there was none
  std::string text;  // "answered 503", "connection refused", "no answer within 1s"
};

/// Opens a connection for each probe, so that it sees what a new client would see.
class Probe final : private io::Watcher {
 public:
  Probe(io::Loop& loop, std::function<void(const ProbeResult&)> on_result);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// GET `path`; the result arrives once, from the loop. Ends a probe that is under way unheard.
  void start(const io::Address& address, const std::string& path, Duration timeout);
  /// Ends the probe unheard.
  void cancel();

 private:
  void on_events(std::uint32_t events) override;
  void on_timeout();
  [[nodiscard]] bool read_answer();  // whether the probe has ended
  void finish(ProbeOutcome outcome, std::string text, int status = 0);

  static constexpr std::size_t head_bytes_max = 8 * 1024;

  io::Loop& loop_;
  std::function<void(const ProbeResult&)> on_result_;
  io::Timer timer_;
  io::Fd socket_;
  std::string request_;  // until it is sent
  std::string buffer_;
  std::size_t received_ = 0;
  http::ResponseParser parser_;
  Duration timeout_{};
  std::optional<Error> early_failure_;  // found in start(), reported from the loop
};

}  // namespace headroom::supervisor
