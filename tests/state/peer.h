// One end of a connection that plays a script while it reads as fast or as slowly as it was told.
#pragma once

#include <cstdint>
#include <string_view>

#include "bytes.h"
#include "io/fd.h"
#include "reactor.h"
#include "script.h"

namespace headroom::state {

/// Dead once its connection is over; its owner then drops it.
class Peer : public Handler {
 public:
  enum class End : std::uint8_t { open, finished, reset };

  Peer(Reactor& reactor, io::Fd fd, Side sends);
  ~Peer() override;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void on_ready(std::uint32_t events) final;
  void on_timer(int kind) final;

  [[nodiscard]] bool dead() const { return !fd_; }
  void reset_now();

 protected:
  virtual void on_bytes(std::string_view bytes) = 0;
  /// The other side ended its stream.
  virtual void on_end(End how) = 0;
  /// Whether a step that waits is done waiting.
  virtual bool is_met(const Step& step) = 0;
  virtual void on_mark(const Step& step) = 0;
  /// This side is about to leave on its own account.
  virtual void on_leaving(const Step& step) = 0;

  void play(Script script);
  /// What a step waits for may have come.
  void go_on();
  void read_slowly(std::uint32_t piece, std::uint32_t pause_ms);
  void close();

  Reactor& reactor_;
  std::uint64_t bytes_read_ = 0;

 private:
  /// Whether the step is over.
  bool perform(Step& step);
  bool send_some(Step& step);
  void write_on();
  void read_on();
  void watch();
  /// Of the present step: one that is left behind is not to end the pause of another.
  [[nodiscard]] int write_timer() const { return steps_; }

  io::Fd fd_;
  Side sends_;
  Script script_;
  std::size_t at_ = 0;
  int steps_ = 0;           // over
  std::uint64_t done_ = 0;  // bytes of the present step
  bool paused_ = false;     // no writing until the timer
  bool waited_ = false;     // the pause of the present step is over
  bool blocked_ = false;    // the kernel takes no more
  bool writing_ = false;    // further up the stack
  bool reading_ = true;
  bool read_paused_ = false;
  bool broken_ = false;  // the other side takes no more
  std::uint32_t watched_ = 0;
  std::uint32_t read_piece_ = piece_max;
  std::uint32_t read_pause_ms_ = 0;
};

}  // namespace headroom::state
