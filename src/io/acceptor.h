// Accepts connections whatever accept(2) says, with a descriptor kept for when there are none left.
#pragma once

#include <cstdint>
#include <functional>

#include "core/result.h"
#include "io/fd.h"
#include "io/loop.h"
#include "io/socket.h"
#include "io/timer.h"

namespace headroom::io {

/// What to do after accept(2) gave this errno. Sockets are edge-triggered: who stops while somebody
/// waits hears nothing more of him.
enum class AfterAccept : std::uint8_t {
  again,  // it took a client, or an error of one client away: the next one
  wait,   // nobody is there: the loop tells when somebody is
  later,  // this machine has run out of something: look again after a while
};
[[nodiscard]] AfterAccept after_accept(int error);

/// A listening socket on a loop.
class Acceptor final : private Watcher {
 public:
  struct Hooks {
    std::function<void(Fd client, const Address& peer)> accepted;
    /// For a client that got in with the descriptor kept for that: there is no other.
    std::function<void(Fd client, const Address& peer)> squeezed_in;
    /// The kept descriptor is in use as well: gives up another, if it can.
    std::function<void()> make_room = [] {};
  };
  /// Accepts nothing before start().
  Acceptor(Loop& loop, Fd listening, Hooks hooks);
  ~Acceptor() { stop(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  [[nodiscard]] Result<> start();
  /// Closes the socket. The kernel resets who is connected and not accepted, unless another process
  /// holds the socket too.
  void stop();
  /// Everybody who is connected already.
  void accept_waiting();

  [[nodiscard]] int fd() const { return listening_.get(); }

 private:
  static constexpr Duration retry_after = std::chrono::milliseconds(50);

  void on_events(std::uint32_t /*events*/) override { accept_waiting(); }
  /// 0, or the errno.
  [[nodiscard]] int accept_one();
  [[nodiscard]] int squeeze_in();
  [[nodiscard]] Fd accept_from(Address& peer) const;

  Loop& loop_;
  Fd listening_;
  Fd reserve_;
  Hooks hooks_;
  Timer retry_;
  bool started_ = false;
};

}  // namespace headroom::io
