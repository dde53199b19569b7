// headroom load: traffic that does not wait for answers, counted from when it was due.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <set>

#include "cli/command.h"
#include "cli/load_options.h"
#include "cli/trace_line.h"
#include "load/outline.h"
#include "load/output.h"
#include "load/shape.h"

namespace headroom::cli {
namespace {

volatile sig_atomic_t interrupted = 0;

/// The first Ctrl-C ends the run with its result so far, the second one ends the program.
void listen_for_interrupt() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool show_progress(const load::Progress& progress) {
  if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K{}", load::to_line(progress));
  return interrupted == 0;
}

/// What the result means for the exit code; the first thing that is wrong.
Result<Exit> verdict(const load::LoadResult& result, const LoadOrder& order) {
  if (result.interrupted)
    return fail(ErrorCode::io, fmt::format("interrupted after {:.1f} s", seconds(result.elapsed)));
  if (result.total.sent() > 0 && result.unanswered == result.total.sent())
    return fail(ErrorCode::unavailable, fmt::format("none of {} requests was answered: {}",
                                                    result.total.sent(), result.first_error));
  for (const load::Requirement& requirement : order.requirements) {
    std::string found = load::violation(requirement, result);
    if (!found.empty()) return fail(ErrorCode::unsatisfiable, std::move(found));
  }
  return Exit::done;
}

Result<Exit> run(const LoadOptions& options) {
  const LoadOrder order = TRY(order_of(options));
  if (!order.read.empty()) TraceLines().say(order.read);
  if (!order.note.empty()) fmt::print(stderr, "headroom: {}\n", order.note);
  if (options.dry_run) {
    const load::Outline outline = TRY(load::outline_of(order.plan));
    fmt::print("{}", options.format == "json" ? to_json(outline) : to_text(outline));
    return Exit::done;
  }
  listen_for_interrupt();
  const load::LoadResult result = TRY(load::run_load(order.plan, show_progress));
  if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K");
  if (options.format == "json")
    fmt::print("{}\n", load::to_json(result));
  else
    fmt::print("{}", load::to_text(result));
  std::fflush(stdout);
  return verdict(result, order);
}

void add_traffic_options(CLI::App& command, LoadOptions& options) {
  command.add_option("--rate", options.rate, "requests per second, as a Poisson process");
  add_trace_options(command, options.trace);
  command.add_flag("--requests", options.requests, "the trace has one row a request");
  command.add_option("--speed", options.speed, "seconds of the trace per second; 1");
  command.add_option("--scale", options.scale, "factor on the trace's rates; 1");
  std::set<std::string> shapes;
  for (const auto& named : load::shape_names) shapes.emplace(named.name);
  command
      .add_option("--shape", options.shape,
                  "with --rate as its base. day: a morning, a crowd of 6x that comes as recorded "
                  "ones do; ramp: straight up to 12.5x and back; ramp-flash: a ramp to 2x, a "
                  "crowd of 5x at once")
      ->check(CLI::IsMember(shapes));
  command.add_option("--closed", options.closed,
                     "instead: N connections, each with one request after the other");
  command.add_option("--duration", options.duration, "how long to send, such as 30s");
  command.add_option("--seed", options.seed, "of arrivals, targets and request ids; 1");
}

void add_request_options(CLI::App& command, LoadOptions& options) {
  command.add_option("--method", options.method, "of targets that name none")
      ->capture_default_str();
  command.add_option("--header", options.headers, "'Name: value'; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--body-bytes", options.body_bytes, "size of bodies of POST, PUT and PATCH");
  command.add_option("--connections", options.connections, "at most so many per address; 64");
  command.add_option("--timeout", options.timeout, "from due to answered, else failed; 10s");
  command.add_option("--connect", options.connect, "connect there, whatever host the URL names");
  command.add_flag("--allow-remote", options.allow_remote,
                   "allow addresses that are not this machine's");
}

void add_result_options(CLI::App& command, LoadOptions& options) {
  command
      .add_option("--objective", options.objectives,
                  "p99=150ms: slower answers are late; 2:p95=80ms for the second target alone")
      ->allow_extra_args(false);
  command
      .add_option("--require", options.requirements,
                  "missed<1% or p99<150ms: exit code 3 when not met; may be repeated")
      ->allow_extra_args(false);
  command.add_flag("--dry-run", options.dry_run, "send nothing, say what would be sent");
  command.add_option("--log", options.log, "write one JSON line per request to this file");
  command.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

}  // namespace

void add_load(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("load", "Send traffic in open loop, by rate or by trace, and count it");
  auto options = std::make_shared<LoadOptions>();
  command
      ->add_option("target", options->targets,
                   "[METHOD:]http://HOST:PORT/PATH[*WEIGHT], one or more")
      ->required();
  add_traffic_options(*command, *options);
  add_request_options(*command, *options);
  add_result_options(*command, *options);
  command->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace headroom::cli
