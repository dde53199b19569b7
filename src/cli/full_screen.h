// The terminal as a screen of its own, for as long as a program draws on it.
#pragma once

#include <termios.h>

#include "core/time.h"
#include "io/fd.h"

namespace headroom::cli {

/// Without a cursor, and keys are read at once and not shown. The terminal is as it was before when
/// this is destroyed, and while the program is stopped (Ctrl-Z). One at a time.
class FullScreen {
 public:
  FullScreen();
  ~FullScreen();
  FullScreen(const FullScreen&) = delete;
  FullScreen& operator=(const FullScreen&) = delete;

  /// Until it is time to draw again: after `longest`, or sooner when the size has changed. False
  /// once the user wants to leave: q, Ctrl-C, SIGTERM, or a terminal that is gone.
  [[nodiscard]] bool pause(Duration longest);

 private:
  enum class Wish { none, draw, leave };
  void enter();
  void leave();
  [[nodiscard]] Wish on_signal();
  [[nodiscard]] static Wish on_key();

  io::Fd signals_;
  bool keys_ = false;  // standard input is a terminal
  termios before_{};
};

}  // namespace headroom::cli
