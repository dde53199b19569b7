// Explains a refused command line.
#include "cli/usage.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "core/text.h"

namespace headroom::cli {
namespace {

/// The subcommand that was reached before the arguments stopped making sense.
const CLI::App& reached(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : reached(*chosen.front());
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const auto best = nearest(name, views);
  return best ? fmt::format("; did you mean '{}'?", *best) : std::string(";");
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

/// The parser's own reason in our words, where those are clumsy.
std::string plainer(std::string reason) {
  reason = one_line(std::move(reason));
  const std::size_t colon = reason.find(": ");
  if (colon == std::string::npos) return reason;
  const std::string option = reason.substr(0, colon);
  if (reason.find(" required ", colon) != std::string::npos && reason.ends_with(" missing"))
    return option + " needs a value";
  const std::size_t choices = reason.find(" not in {", colon);
  if (choices == std::string::npos || !reason.ends_with('}')) return reason;
  const std::size_t first = choices + std::string_view(" not in {").size();
  return fmt::format(
      "{}: found '{}', allowed {}", option, reason.substr(colon + 2, choices - colon - 2),
      fmt::join(split(std::string_view(reason).substr(first, reason.size() - first - 1), ','),
                " or "));
}

}  // namespace

Exit exit_for(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid:
      return Exit::usage;
    case ErrorCode::unsatisfiable:
      return Exit::unmet;
    case ErrorCode::not_found:
    case ErrorCode::permission:
    case ErrorCode::unavailable:
    case ErrorCode::exhausted:
    case ErrorCode::io:
      return Exit::failed;
  }
  return Exit::failed;
}

std::string usage_message(const CLI::App& app, const std::string& reason) {
  const CLI::App& at = reached(app);
  const std::string help =
      &at == &app ? "see headroom --help" : fmt::format("see headroom {} --help", at.get_name());
  const std::vector<std::string> unknown = app.remaining(true);
  if (unknown.empty()) {
    if (&at == &app)
      return fmt::format("a command is missing, one of {}; {}", fmt::join(commands_of(app), ", "),
                         help);
    return fmt::format("{}; {}", plainer(reason), help);
  }
  const std::string word = one_line(unknown.front().substr(0, unknown.front().find('=')));
  if (word.starts_with('-')) {
    return fmt::format("unknown option '{}'{} {}", word, suggestion(word, options_of(at)), help);
  }
  if (&at == &app)
    return fmt::format("unknown command '{}'{} {}", word, suggestion(word, commands_of(app)), help);
  return fmt::format("'{}' takes no argument '{}'; {}", at.get_name(), word, help);
}

}  // namespace headroom::cli
