// The alarm on a timerfd.
#include "load/alarm.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <cerrno>
#include <cstring>

namespace headroom::load {

Alarm::~Alarm() {
  if (fd_) loop_.remove(fd_.get(), *this);
}

Result<> Alarm::start() {
  fd_ = io::Fd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!fd_)
    return fail(ErrorCode::io, fmt::format("cannot create a timer: {}", std::strerror(errno)));
  return loop_.add(fd_.get(), EPOLLIN, *this);
}

void Alarm::set(Instant due) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t ns = std::max<std::int64_t>(due.time_since_epoch().count(), 1);
  itimerspec when{};  // an it_value of 0 would disarm
  when.it_value = {.tv_sec = ns / second, .tv_nsec = ns % second};
  CHECK(timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &when, nullptr) == 0);
}

void Alarm::on_events(std::uint32_t /*events*/) {
  on_due_();  // edge-triggered and set again each time: the count need not be read
}

}  // namespace headroom::load
