// Finds the reason in the last lines of a log.
#include "control/supervisor/last_words.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/text.h"

namespace headroom::supervisor {
namespace {

constexpr std::size_t bytes_max = 200;

using Lines = std::vector<std::string_view>;

/// Without blank ones; indentation stays, since it tells what belongs to the line above.
Lines lines_of(std::string_view log) {
  Lines lines;
  for (std::string_view line : split(log, '\n')) {
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (!trim(line).empty()) lines.push_back(line);
  }
  return lines;
}

bool begins_with_any(std::string_view line, std::initializer_list<std::string_view> begins) {
  return std::ranges::any_of(begins,
                             [&](std::string_view begin) { return line.starts_with(begin); });
}

/// Go ends with the stacks of its goroutines, whose lines begin like any others. A panic that was
/// recovered has no such first line.
std::optional<std::string_view> go_panic(const Lines& lines) {
  const auto stack = std::find_if(lines.rbegin(), lines.rend(), [](std::string_view line) {
    return line.starts_with("goroutine ");
  });
  const auto panic = std::find_if(stack, lines.rend(), [](std::string_view line) {
    return begins_with_any(line, {"panic: ", "fatal error: "});
  });
  return panic == lines.rend() ? std::nullopt : std::optional(*panic);
}

/// Frames are indented; runtimes add a remark of their own behind them.
bool belongs_to_a_trace(std::string_view line) {
  return begins_with_any(line, {" ", "\t", "note: ", "stack backtrace:", "Node.js v"});
}

std::string shown(std::string_view text) {
  return printable(text.substr(0, bytes_max), bytes_max);
}

}  // namespace

std::string last_words(std::string_view log) {
  const Lines lines = lines_of(log);
  if (lines.empty()) return {};
  if (const auto panic = go_panic(lines)) return shown(*panic);
  const auto told = std::find_if_not(lines.rbegin(), lines.rend(), belongs_to_a_trace);
  if (told == lines.rend()) return shown(trim(lines.back()));
  const auto before = std::next(told);
  // What Rust and C++ say takes two lines: where, and what.
  if (before != lines.rend() && before->starts_with("thread '") && before->ends_with(':') &&
      before->find(" panicked at ") != std::string_view::npos)
    return shown(std::string(*before) + " " + std::string(*told));
  if (told != lines.rbegin() && told->starts_with("terminate called "))
    return shown(std::string(*told) + ": " + std::string(trim(*std::prev(told))));
  return shown(*told);
}

}  // namespace headroom::supervisor
