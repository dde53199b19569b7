// Both sides of an upgrade.
#include "control/handover.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "io/unix_socket.h"

namespace headroom::control {
namespace {

constexpr Duration answer_longest = std::chrono::seconds(10);  // the older one ends its tick first

std::string socket_path(const std::string& state_dir) {
  return state_dir + "/handover.sock";
}

/// The admin's and one for each worker and address; a bound for who says "more" for ever.
constexpr std::size_t sockets_max = 16 * 1024;

/// A message carries so many descriptors only (the kernel's own limit is 253).
Result<> send_sockets(int to, std::span<const int> sockets) {
  while (sockets.size() > io::message_fds_max) {
    const auto part = sockets.first(io::message_fds_max);
    TRY(io::send_message(to, "more", {part.begin(), part.end()}));
    sockets = sockets.subspan(part.size());
  }
  return io::send_message(to, "yours", {sockets.begin(), sockets.end()});
}

}  // namespace

Result<std::unique_ptr<Predecessor>> Predecessor::find(const std::string& state_dir) {
  io::Fd fd = TRY(io::unix_connect(socket_path(state_dir)));
  return std::unique_ptr<Predecessor>(new Predecessor(std::move(fd)));
}

Result<Inheritance> Predecessor::ask() {
  TRY(io::send_message(fd_.get(), "take over"));
  std::vector<io::Fd> fds;
  io::Message message;
  do {
    message = TRY(io::receive_message(fd_.get(), answer_longest));
    std::ranges::move(message.fds, std::back_inserter(fds));
  } while (message.text == "more" && fds.size() <= sockets_max);
  if (message.text != "yours" || fds.size() < 2)
    return fail(ErrorCode::unavailable, "the running headroom does not hand over");
  Inheritance inherited;
  inherited.admin = std::move(fds.front());
  fds.erase(fds.begin());
  inherited.listeners = std::move(fds);
  return inherited;
}

void Predecessor::tell_serving() {
  // When it is gone by now, there is nobody left to drain.
  (void)io::send_message(fd_.get(), "serving").has_value();
}

pid_t Predecessor::pid() const {
  return io::unix_peer(fd_.get());
}

bool Predecessor::gone() const {
  const Result<io::Message> message = io::receive_message(fd_.get(), Duration{});
  return message ? message->text.empty() : message.error().code != ErrorCode::unavailable;
}

/// The connection of the newer process.
class HandoverDoor::Successor final : public io::Watcher {
 public:
  Successor(HandoverDoor& door, io::Fd fd) : door_(door), fd_(std::move(fd)) {}
  ~Successor() { door_.loop_.remove(fd_.get(), *this); }

  void on_events(std::uint32_t /*events*/) override {
    while (true) {
      const Result<io::Message> message = io::receive_message(fd_.get(), Duration{});
      if (!message && message.error().code == ErrorCode::unavailable) return;
      if (!message || message->text.empty()) return end();
      if (message->text == "take over" && !give()) return end();
      if (message->text == "serving" && gave_) {
        serving_ = true;
        door_.hooks_.serving(io::unix_peer(fd_.get()));
      }
    }
  }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  /// False when the sockets cannot be given: the newer one is not left to wait for them.
  [[nodiscard]] bool give() {
    if (gave_) return true;
    gave_ = true;
    const Inheritance inherited = door_.hooks_.hand_over();
    std::vector<int> fds{inherited.admin.get()};
    for (const io::Fd& listener : inherited.listeners) fds.push_back(listener.get());
    return send_sockets(fd_.get(), fds).has_value();
  }

  void end() {
    const bool failed = gave_ && !serving_;
    const std::function<void()> on_failed = door_.hooks_.failed;
    door_.successor_.reset();  // this object is gone now
    if (failed) on_failed();
  }

  HandoverDoor& door_;
  io::Fd fd_;
  bool gave_ = false;
  bool serving_ = false;
};

Result<std::unique_ptr<HandoverDoor>> HandoverDoor::open(io::Loop& loop,
                                                         const std::string& state_dir,
                                                         Hooks hooks) {
  io::Fd fd = TRY(io::unix_listen(socket_path(state_dir)));
  const int raw = fd.get();
  auto door =
      std::unique_ptr<HandoverDoor>(new HandoverDoor(loop, std::move(fd), std::move(hooks)));
  TRY(loop.add(raw, EPOLLIN, *door));
  return door;
}

HandoverDoor::HandoverDoor(io::Loop& loop, io::Fd fd, Hooks hooks)
    : loop_(loop), fd_(std::move(fd)), hooks_(std::move(hooks)) {}

HandoverDoor::~HandoverDoor() {
  successor_.reset();
  loop_.remove(fd_.get(), *this);
}

void HandoverDoor::on_events(std::uint32_t /*events*/) {
  while (true) {
    io::Fd fd(accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) return;
    if (successor_ != nullptr) continue;  // one at a time; this one is closed
    const int raw = fd.get();
    successor_ = std::make_unique<Successor>(*this, std::move(fd));
    if (!loop_.add(raw, EPOLLIN, *successor_)) successor_.reset();
  }
}

}  // namespace headroom::control
