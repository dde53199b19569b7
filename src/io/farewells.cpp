// Saying a last word.
#include "io/farewells.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "io/timer.h"

namespace headroom::io {
namespace {

constexpr Duration longest = std::chrono::seconds(1);
constexpr std::size_t dropped_max = 1 << 20;  // bytes of a request that nobody reads

}  // namespace

class Farewells::Farewell final : public Watcher {
 public:
  Farewell(Farewells& all, Fd fd)
      : all_(all), fd_(std::move(fd)), timeout_([this] { all_.end(*this); }) {
    all_.loop_.arm(timeout_, longest);
  }
  ~Farewell() { all_.loop_.remove(fd_.get(), *this); }

  [[nodiscard]] int fd() const { return fd_.get(); }

  void on_events(std::uint32_t /*events*/) override {
    std::array<char, 4096> bytes;
    ssize_t count = 0;
    while ((count = recv(fd_.get(), bytes.data(), bytes.size(), 0)) > 0 && dropped_ < dropped_max)
      dropped_ += static_cast<std::size_t>(count);
    const bool more_may_come = count < 0 && (errno == EAGAIN || errno == EINTR);
    if (!more_may_come) all_.end(*this);
  }

 private:
  Farewells& all_;
  Fd fd_;
  Timer timeout_;
  std::size_t dropped_ = 0;
};

Farewells::Farewells(Loop& loop) : loop_(loop) {}
Farewells::~Farewells() = default;

void Farewells::say(Fd client, std::string_view words) {
  if (all_.size() >= at_once_max) give_one_up();
  const int fd = client.get();
  all_.push_back(std::make_unique<Farewell>(*this, std::move(client)));
  (void)send(fd, words.data(), words.size(), MSG_NOSIGNAL);
  shutdown(fd, SHUT_WR);
  if (!loop_.add(fd, EPOLLIN | EPOLLRDHUP, *all_.back())) end(*all_.back());
}

void Farewells::give_one_up() {
  if (!all_.empty()) all_.erase(all_.begin());
}

void Farewells::end(const Farewell& one) {
  std::erase_if(all_, [&one](const auto& other) { return other.get() == &one; });
}

}  // namespace headroom::io
