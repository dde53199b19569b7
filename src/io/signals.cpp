// A signalfd on a loop.
#include "io/signals.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <cstring>

namespace headroom::io {

Result<std::unique_ptr<SignalSource>> SignalSource::create(Loop& loop,
                                                           std::initializer_list<int> signals,
                                                           std::function<void(int)> on_signal) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  Fd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd)
    return fail(ErrorCode::io, fmt::format("cannot receive signals: {}", std::strerror(errno)));
  std::unique_ptr<SignalSource> source(new SignalSource(loop, std::move(fd), std::move(on_signal)));
  TRY(loop.add(source->fd_.get(), EPOLLIN, *source));
  return source;
}

SignalSource::SignalSource(Loop& loop, Fd fd, std::function<void(int)> on_signal)
    : loop_(loop), fd_(std::move(fd)), on_signal_(std::move(on_signal)) {}

SignalSource::~SignalSource() {
  loop_.remove(fd_.get(), *this);
}

void SignalSource::on_events(std::uint32_t /*events*/) {
  signalfd_siginfo info{};
  while (read(fd_.get(), &info, sizeof info) == sizeof info)
    on_signal_(static_cast<int>(info.ssi_signo));
}

}  // namespace headroom::io
