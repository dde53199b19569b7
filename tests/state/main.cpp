// The state fuzzer: random clients and replicas around a gateway, in rounds, until the time is
// over.
//
// The plans of a round follow from its seed; when what happens does not, for threads and sockets
// take turns as they like. So a seed that found something is likely, not sure, to find it again.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "core/text.h"
#include "io/clock.h"
#include "round.h"

namespace headroom::state {
namespace {

constexpr Duration round_length = std::chrono::seconds(5);
constexpr std::size_t last_connections = 8;  // told of when the gateway died

struct Options {
  std::int64_t seconds = 60;
  std::uint64_t seed = 0;
  RoundOptions round;
  std::string report_file = "state_fuzz.failed.txt";
};

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  options.seed = static_cast<std::uint64_t>(unix_ns(io::wall_now())) % 1'000'000'000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto number = parse_integer(argv[i + 1]);
    if (name == "--report") {
      options.report_file = argv[i + 1];
    } else if (!number || *number < 1) {
      return {};
    } else if (name == "--seconds") {
      options.seconds = *number;
    } else if (name == "--seed") {
      options.seed = static_cast<std::uint64_t>(*number);
    } else if (name == "--workers") {
      options.round.workers = static_cast<int>(*number);
    } else if (name == "--clients") {
      options.round.clients = static_cast<std::size_t>(*number);
    } else {
      return {};
    }
  }
  return argc % 2 == 1 ? std::optional(options) : std::nullopt;
}

int run_rounds(const Options& options, History& history) {
  const Instant begin = io::monotonic_now();
  const Instant end = begin + std::chrono::seconds(options.seconds);
  Tally all;
  for (std::uint64_t round = 0; io::monotonic_now() < end; ++round) {
    const std::uint64_t seed = options.seed + round;
    history.begin(seed);
    all.add(Round(seed, options.round, history, options.report_file)
                .run(std::min(round_length, end - io::monotonic_now())));
  }
  const double took = seconds(io::monotonic_now() - begin);
  fmt::print(
      "state fuzz: seed {}, {:.0f} s: {} requests ({:.0f}/s): {} answers of replicas whole, {} "
      "cut, "
      "{} of the gateway, {} none; nothing found\n",
      options.seed, took, all.requests, static_cast<double>(all.requests) / took, all.whole,
      all.cut, all.own, all.none);
  for (const auto& [reason, count] : all.reasons) fmt::print("  {:>7} {}\n", count, reason);
  return 0;
}

/// Tells what was going on when the process that ran the gateway ended by itself.
void report_death(const Options& options, const History& history, int status) {
  const std::string how = WIFSIGNALED(status) ? fmt::format("by signal {}", WTERMSIG(status))
                                              : fmt::format("with code {}", WEXITSTATUS(status));
  std::string text =
      fmt::format("state fuzz, round seed {}: died {}\nwhat happened last, the newest first:\n",
                  history.seed(), how);
  for (const std::uint64_t id : history.last_requests(last_connections))
    text += describe_request(history.seed(), id) + history.of_connection(id);
  std::fputs(text.c_str(), stderr);
  if (std::FILE* const file = std::fopen(options.report_file.c_str(), "w"); file != nullptr) {
    std::fputs(text.c_str(), file);
    std::fclose(file);
  }
}

/// Removed by the process that watches: the other one may die.
struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "state-fuzz-XXXXXX").string();
  Folder() { CHECK(mkdtemp(path.data()) != nullptr); }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

int watch(Options options) {
  History history;
  const Folder folder;
  options.round.folder = folder.path;
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int code = run_rounds(options, history);
    std::exit(code);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return 1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != exit_violated)
    report_death(options, history, status);
  return 1;
}

}  // namespace
}  // namespace headroom::state

int main(int argc, char** argv) {
  const auto options = headroom::state::read_options(argc, argv);
  if (options) return headroom::state::watch(*options);
  std::fputs("usage: headroom_state_fuzz [--seconds N] [--seed S] [--workers W] [--clients C]\n",
             stderr);
  return 2;
}
