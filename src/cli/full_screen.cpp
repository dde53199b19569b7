// Escape sequences, termios and the signals of a terminal.
#include "cli/full_screen.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "io/clock.h"

namespace headroom::cli {

FullScreen::FullScreen() {
  sigset_t mine;
  sigemptyset(&mine);
  for (const int signal : {SIGINT, SIGTERM, SIGWINCH, SIGTSTP}) sigaddset(&mine, signal);
  sigprocmask(SIG_BLOCK, &mine, nullptr);
  signals_ = io::Fd(signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK));
  keys_ = tcgetattr(STDIN_FILENO, &before_) == 0;
  enter();
}

FullScreen::~FullScreen() {
  leave();
}

void FullScreen::enter() {
  if (keys_) {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C and Ctrl-Z stay signals
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  fmt::print("\x1b[?1049h\x1b[?25l");
}

void FullScreen::leave() {
  fmt::print("\x1b[?25h\x1b[?1049l");
  std::fflush(stdout);
  if (keys_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

bool FullScreen::pause(Duration longest) {
  std::fflush(stdout);
  const Instant end = io::monotonic_now() + longest;
  std::array<pollfd, 2> events{
      {{signals_.get(), POLLIN, 0}, {keys_ ? STDIN_FILENO : -1, POLLIN, 0}}};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - io::monotonic_now());
    if (left.count() <= 0) return true;
    if (poll(events.data(), events.size(), static_cast<int>(left.count())) <= 0) continue;
    Wish wish = events[0].revents != 0 ? on_signal() : Wish::none;
    if (events[1].revents != 0) wish = std::max(wish, on_key());
    if (wish != Wish::none) return wish == Wish::draw;
  }
}

FullScreen::Wish FullScreen::on_signal() {
  signalfd_siginfo signal{};
  if (read(signals_.get(), &signal, sizeof signal) != sizeof signal) return Wish::none;
  if (signal.ssi_signo == SIGWINCH) return Wish::draw;
  if (signal.ssi_signo != SIGTSTP) return Wish::leave;
  leave();
  raise(SIGSTOP);
  enter();
  return Wish::draw;
}

FullScreen::Wish FullScreen::on_key() {
  std::array<char, 64> keys{};
  const ssize_t count = read(STDIN_FILENO, keys.data(), keys.size());
  if (count <= 0) return Wish::leave;  // nobody sits there any more
  const std::string_view pressed(keys.data(), static_cast<std::size_t>(count));
  return pressed.find_first_of("qQ") != std::string_view::npos ? Wish::leave : Wish::none;
}

}  // namespace headroom::cli
