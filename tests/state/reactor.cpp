// epoll and a heap of timers.
#include "reactor.h"

#include <sys/epoll.h>

#include <array>

#include "core/result.h"
#include "io/clock.h"

namespace headroom::state {

Reactor::Reactor() : epoll_(epoll_create1(EPOLL_CLOEXEC)), now_(io::monotonic_now()) {
  CHECK(static_cast<bool>(epoll_));
}

void Reactor::add(Handler& handler, int fd, std::uint32_t events) {
  handler.serial = ++next_serial_;
  handlers_[handler.serial] = &handler;
  epoll_event event{.events = events, .data = {.u64 = handler.serial}};
  CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
}

void Reactor::change(Handler& handler, int fd, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.u64 = handler.serial}};
  CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void Reactor::remove(Handler& handler, int fd) {
  (void)epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  handlers_.erase(handler.serial);
}

void Reactor::after(Handler& handler, std::uint32_t ms, int kind) {
  due_.push({now_ + std::chrono::milliseconds(ms), handler.serial, kind});
}

void Reactor::turn() {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                               due_.empty() || due_.top().when > now_ ? 2 : 0);
  now_ = io::monotonic_now();
  for (int i = 0; i < count; ++i) {
    const auto found = handlers_.find(events[static_cast<std::size_t>(i)].data.u64);
    if (found != handlers_.end())
      found->second->on_ready(events[static_cast<std::size_t>(i)].events);
  }
  while (!due_.empty() && due_.top().when <= now_) {
    const Due due = due_.top();
    due_.pop();
    if (const auto found = handlers_.find(due.serial); found != handlers_.end())
      found->second->on_timer(due.kind);
  }
}

}  // namespace headroom::state
