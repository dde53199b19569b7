// Upgrading headroom in place: the listening sockets go from the older process to the newer one.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/fd.h"
#include "io/loop.h"

namespace headroom::control {

// The conversation, one message each: newer "take over" → older lets go of replicas and journal,
// "yours" with the sockets (before it as often as needed "more", with others) → newer takes the
// replicas over and serves, "serving" → older drains. Both accept, requests and questions to the
// admin, from before "serving" until it is read. When the newer one goes away before it serves, the
// older one takes everything back.

/// What the newer process gets.
struct Inheritance {
  io::Fd admin;
  std::vector<io::Fd> listeners;
};

/// The newer side's end: the process before, which still serves.
class Predecessor {
 public:
  /// Asks the headroom that runs with this state folder. ErrorCode::not_found when there is none.
  [[nodiscard]] static Result<std::unique_ptr<Predecessor>> find(const std::string& state_dir);
  [[nodiscard]] Result<Inheritance> ask();
  void tell_serving();
  [[nodiscard]] pid_t pid() const;
  /// It has ended: nobody is left to drain, or to carry on.
  [[nodiscard]] bool gone() const;

 private:
  explicit Predecessor(io::Fd fd) : fd_(std::move(fd)) {}
  io::Fd fd_;
};

/// The older side: waits for a successor on the state folder's socket.
class HandoverDoor final : public io::Watcher {
 public:
  struct Hooks {
    std::function<Inheritance()> hand_over;  // duplicates of the sockets; replicas are let go
    std::function<void(pid_t successor)> serving;
    std::function<void()> failed;
  };
  [[nodiscard]] static Result<std::unique_ptr<HandoverDoor>> open(io::Loop& loop,
                                                                  const std::string& state_dir,
                                                                  Hooks hooks);
  ~HandoverDoor();
  void on_events(std::uint32_t events) override;

 private:
  class Successor;
  HandoverDoor(io::Loop& loop, io::Fd fd, Hooks hooks);

  io::Loop& loop_;
  io::Fd fd_;
  Hooks hooks_;
  std::unique_ptr<Successor> successor_;
};

}  // namespace headroom::control
