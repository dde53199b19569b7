// headroom top: what a running headroom does now, refreshed each second.
#include "report/top.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <ctime>

#include "cli/command.h"
#include "cli/http_get.h"
#include "cli/terminal.h"
#include "io/clock.h"

namespace headroom::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration answer_timeout = 2s;

struct Options {
  std::string admin = "127.0.0.1:9900";
  double every_s = 1;
  bool once = false;
};

const char* code_of(report::Tone tone) {
  switch (tone) {
    case report::Tone::plain:
      return "";
    case report::Tone::strong:
      return "\x1b[1m";
    case report::Tone::quiet:
      return "\x1b[2m";
    case report::Tone::good:
      return "\x1b[32m";
    case report::Tone::alarm:
      return "\x1b[31m";
  }
  return "";
}

std::string coloured(const std::vector<report::ScreenLine>& lines, std::size_t lines_max) {
  std::string out;
  for (std::size_t i = 0; i < lines.size() && (lines_max == 0 || i + 1 < lines_max); ++i)
    out += fmt::format("{}{}\x1b[0m\x1b[K\n", code_of(lines[i].tone), lines[i].text);
  return out;
}

Result<> print_screen_once(const std::string& answer) {
  const auto lines = TRY(report::top_screen(answer, terminal_columns()));
  if (isatty(STDOUT_FILENO) != 0)
    fmt::print("{}", coloured(lines, 0));
  else
    for (const auto& line : lines) fmt::print("{}\n", line.text);
  return {};
}

/// Draws over what is there: no flicker, and nothing left of a longer screen.
Result<> redraw(const Result<std::string>& answer) {
  std::string screen;
  if (answer)
    screen = coloured(TRY(report::top_screen(*answer, terminal_columns())), terminal_lines());
  else
    screen = fmt::format("{}\x1b[K\nwaiting for it to come back\x1b[K\n", answer.error().message);
  fmt::print("\x1b[H{}\x1b[J", screen);
  return {};
}

/// Leaves the terminal as it was, also after Ctrl-C.
class AlternateScreen {
 public:
  AlternateScreen() {
    fmt::print("\x1b[?1049h\x1b[?25l");
    sigset_t quit;
    sigemptyset(&quit);
    sigaddset(&quit, SIGINT);
    sigaddset(&quit, SIGTERM);
    sigprocmask(SIG_BLOCK, &quit, nullptr);
  }
  ~AlternateScreen() {
    fmt::print("\x1b[?25h\x1b[?1049l");
    std::fflush(stdout);
  }
  AlternateScreen(const AlternateScreen&) = delete;
  AlternateScreen& operator=(const AlternateScreen&) = delete;

  /// False once the user wants to leave.
  [[nodiscard]] static bool pause(double wanted_s) {
    std::fflush(stdout);
    sigset_t quit;
    sigemptyset(&quit);
    sigaddset(&quit, SIGINT);
    sigaddset(&quit, SIGTERM);
    const timespec time{.tv_sec = static_cast<time_t>(wanted_s),
                        .tv_nsec = static_cast<long>(
                            (wanted_s - static_cast<double>(static_cast<time_t>(wanted_s))) * 1e9)};
    return sigtimedwait(&quit, nullptr, &time) < 0;
  }
};

/// Ends when its reader has gone, fails when headroom has.
template <class Ask>
Result<Exit> print_log(const Ask& ask, double every_s) {
  report::TopLog log;
  for (;;) {
    const std::string answer = TRY(ask());
    for (const auto& line : TRY(log.lines(answer, io::monotonic_now()))) fmt::print("{}\n", line);
    if (std::fflush(stdout) != 0) return Exit::done;
    usleep(static_cast<useconds_t>(every_s * 1e6));
  }
}

Result<Exit> top(const Options& options) {
  const auto ask = [&options] { return http_get(options.admin, "/services", answer_timeout); };
  const std::string first = TRY(ask());  // a wrong address is an error at once
  if (options.once) {
    TRY(print_screen_once(first));
    return Exit::done;
  }
  if (isatty(STDOUT_FILENO) == 0) return print_log(ask, options.every_s);
  const AlternateScreen screen;
  do {
    TRY(redraw(ask()));
  } while (AlternateScreen::pause(options.every_s));
  return Exit::done;
}

}  // namespace

void add_top(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("top", "Watch what a running headroom does");
  auto options = std::make_shared<Options>();
  command->add_option("--admin", options->admin, "its admin address")->capture_default_str();
  command->add_option("--every", options->every_s, "seconds between two looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command->add_flag("--once", options->once, "look once and end");
  command->callback([&chosen, options] { chosen = [options] { return top(*options); }; });
}

}  // namespace headroom::cli
