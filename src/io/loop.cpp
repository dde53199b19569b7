// The epoll event loop.
#include "io/loop.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/clock.h"
#include "io/descriptors.h"

namespace headroom::io {
namespace {

constexpr int events_per_fetch = 256;
constexpr int fetches_per_turn = 16;  // before timers have their turn, however much is ready
constexpr Duration longest_wait = std::chrono::milliseconds(500);

Result<> control(int epoll, int operation, int fd, std::uint32_t events, Watcher* watcher) {
  epoll_event event{};
  event.events = events | EPOLLET;
  event.data.ptr = watcher;
  if (epoll_ctl(epoll, operation, fd, &event) == 0) return {};
  return fail(code_for(errno, ErrorCode::io),
              fmt::format("cannot watch a descriptor: {}", std::strerror(errno)));
}

}  // namespace

Result<std::unique_ptr<Loop>> Loop::create() {
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  Fd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll || !wake)
    return fail(ErrorCode::io,
                fmt::format("cannot create an event loop: {}", std::strerror(errno)));
  TRY(control(epoll.get(), EPOLL_CTL_ADD, wake.get(), EPOLLIN, nullptr));
  return std::unique_ptr<Loop>(new Loop(std::move(epoll), std::move(wake)));
}

Loop::Loop(Fd epoll, Fd wake)
    : epoll_(std::move(epoll)), wake_(std::move(wake)), now_(monotonic_now()), timers_(now_) {
  fetched_.reserve(events_per_fetch);
}

Loop::~Loop() = default;

Result<> Loop::add(int fd, std::uint32_t events, Watcher& watcher) {
  return control(epoll_.get(), EPOLL_CTL_ADD, fd, events, &watcher);
}

Result<> Loop::modify(int fd, std::uint32_t events, Watcher& watcher) {
  return control(epoll_.get(), EPOLL_CTL_MOD, fd, events, &watcher);
}

void Loop::remove(int fd, Watcher& watcher) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  for (std::vector<Ready>* list : {&fetched_, &again_})
    for (Ready& ready : *list)
      if (ready.watcher == &watcher) ready.watcher = nullptr;
}

void Loop::again(Watcher& watcher, std::uint32_t events) {
  const auto asked = std::ranges::find(again_, &watcher, &Ready::watcher);
  if (asked != again_.end())
    asked->events |= events;
  else
    again_.push_back({&watcher, events});
}

void Loop::post(std::function<void()> task) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof one);
}

void Loop::stop() {
  post([this] { stopping_ = true; });
}

void Loop::run() {
  stopping_ = false;
  while (!stopping_) run_once(longest_wait);
}

int Loop::wait_ms(Duration wait) const {
  const Duration until = timers_.until_next(now_, wait);
  return static_cast<int>((until.count() + 999'999) / 1'000'000);
}

void Loop::run_once(Duration wait) {
  bool more = deliver(again_.empty() ? wait : Duration{});
  for (int fetches = 1; more && fetches < fetches_per_turn; ++fetches) more = deliver(Duration{});
  timers_.advance(now_);
  if (std::exchange(woken_, false)) run_posted();
}

bool Loop::deliver(Duration wait) {
  std::array<epoll_event, events_per_fetch> events;
  const int count = epoll_wait(epoll_.get(), events.data(), events_per_fetch, wait_ms(wait));
  now_ = monotonic_now();
  const bool asked = !again_.empty();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    auto* watcher = static_cast<Watcher*>(event.data.ptr);
    woken_ = woken_ || watcher == nullptr;
    if (watcher == nullptr) continue;
    if (asked)
      again(*watcher, event.events);  // epoll tells of each once, but some asked themselves
    else
      again_.push_back({watcher, event.events});
  }
  fetched_.swap(again_);
  again_.clear();
  for (std::size_t i = 0; i < fetched_.size(); ++i)
    if (const Ready ready = fetched_[i]; ready.watcher != nullptr)
      ready.watcher->on_events(ready.events);
  fetched_.clear();
  return count == events_per_fetch;
}

void Loop::run_posted() {
  std::uint64_t ignored = 0;
  (void)!read(wake_.get(), &ignored, sizeof ignored);
  {
    const std::lock_guard lock(posted_mutex_);
    running_.swap(posted_);
  }
  for (auto& task : running_) task();
  running_.clear();
}

}  // namespace headroom::io
