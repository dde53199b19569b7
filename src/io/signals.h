// Signals as events of a loop instead of interruptions.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "core/result.h"
#include "io/loop.h"

namespace headroom::io {

/// Delivers signals on the loop's thread. Make it before other threads start: they inherit its
/// mask, and a signal that any thread leaves unblocked would go there instead. Programs started by
/// io::spawn get an empty mask. The signals stay blocked when the source has gone.
class SignalSource final : private Watcher {
 public:
  static Result<std::unique_ptr<SignalSource>> create(Loop& loop,
                                                      std::initializer_list<int> signals,
                                                      std::function<void(int)> on_signal);
  ~SignalSource();
  SignalSource(const SignalSource&) = delete;
  SignalSource& operator=(const SignalSource&) = delete;

 private:
  SignalSource(Loop& loop, Fd fd, std::function<void(int)> on_signal);
  void on_events(std::uint32_t events) override;

  Loop& loop_;
  Fd fd_;
  std::function<void(int)> on_signal_;
};

}  // namespace headroom::io
