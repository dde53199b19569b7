// headroom top: what a running headroom does now, refreshed each second.
#include "report/top.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/full_screen.h"
#include "cli/http_get.h"
#include "cli/run_file.h"
#include "cli/terminal.h"
#include "io/clock.h"

namespace headroom::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration answer_timeout = 2s;

constexpr std::string_view instead_of_file = "--admin";

struct Options {
  std::string file = "headroom.yaml";
  std::string admin;  // empty: the file's
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
    case report::Tone::warning:
      return "\x1b[33m";
    case report::Tone::alarm:
      return "\x1b[31m";
  }
  return "";
}

std::string coloured(const report::ScreenLine& line) {
  return fmt::format("{}{}\x1b[0m", code_of(line.tone), line.text);
}

void print_screen_once(const report::LiveView& view) {
  const auto lines = report::top_screen(view, {.width = terminal_columns()});
  for (const auto& line : lines)
    fmt::print("{}\n", isatty(STDOUT_FILENO) != 0 ? coloured(line) : line.text);
}

/// Draws over what is there: no flicker, and nothing left of a longer screen.
Result<> redraw(report::Live& live, const Result<std::string>& answer) {
  std::string screen;
  if (answer) {
    const report::ScreenSize size{terminal_columns(), terminal_lines()};
    for (const auto& line : report::top_screen(TRY(live.look(*answer)), size))
      screen += fmt::format("{}{}\x1b[K", screen.empty() ? "" : "\r\n", coloured(line));
  } else {
    screen = fmt::format("{}\x1b[K\r\nwaiting for it to come back\x1b[K", answer.error().message);
  }
  fmt::print("\x1b[H{}\x1b[J", screen);
  return {};
}

/// Ends when its reader has gone, fails when headroom has.
template <class Ask>
Result<Exit> print_log(const Ask& ask, double every_s) {
  report::Live live;
  report::TopLog log;
  for (;;) {
    const std::string answer = TRY(ask());
    const report::LiveView view = TRY(live.look(answer));
    for (const auto& line : log.lines(view, io::monotonic_now())) fmt::print("{}\n", line);
    if (std::fflush(stdout) != 0) return Exit::done;
    usleep(static_cast<useconds_t>(every_s * 1e6));
  }
}

Result<std::string> admin_of(const Options& options) {
  if (!options.admin.empty()) return options.admin;
  return TRY(load_run_file(options.file, instead_of_file)).gateway.admin;
}

Result<Exit> top(const Options& options) {
  const std::string admin = TRY(admin_of(options));
  const auto ask = [&admin] { return http_get(admin, "/services", answer_timeout); };
  const std::string first = TRY(ask());  // a wrong address is an error at once
  report::Live live;
  if (options.once) {
    print_screen_once(TRY(live.look(first)));
    return Exit::done;
  }
  if (isatty(STDOUT_FILENO) == 0) return print_log(ask, options.every_s);
  FullScreen screen;
  do {
    TRY(redraw(live, ask()));
  } while (screen.pause(from_seconds(options.every_s)));
  return Exit::done;
}

}  // namespace

void add_top(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("top", "Watch what a running headroom does");
  auto options = std::make_shared<Options>();
  add_run_file_option(*command, options->file, instead_of_file);
  command->add_option("--admin", options->admin, "its admin address, instead of the file's");
  command->add_option("--every", options->every_s, "seconds between two looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command->add_flag("--once", options->once, "look once and end");
  command->callback([&chosen, options] { chosen = [options] { return top(*options); }; });
}

}  // namespace headroom::cli
