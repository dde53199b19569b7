// `run: { command: ./checkout --listen {address}, ready: /readyz, drain: 10s }`
#include <fmt/format.h>

#include <array>

#include "core/text.h"
#include "spec/names.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

constexpr std::size_t arguments_max = 256;
constexpr std::string_view command_allowed =
    "a command line such as \"./checkout --listen {address}\", or a list of its words";

/// `written` with `${NAME}` replaced and placeholders found, these only in what is written.
std::optional<Template> read_template(const At& at, std::string_view written) {
  const auto stretches = at.substitute(written);
  if (!stretches) return std::nullopt;
  Template out;
  for (const Stretch& stretch : *stretches) {
    if (stretch.data) {
      out.add_data(stretch.text);
    } else if (const std::string_view name = out.add_written(stretch.text); !name.empty()) {
      at.problem(fmt::format(
          "{}; as text it is written {{{{{}}}}}",
          unknown_name(fmt::format("placeholder {{{}}}", name), name, placeholder_names()), name));
    }
  }
  return out;
}

/// Words as a shell would split them: blanks separate, quotes and '\' keep together.
/// Nothing when a quote stays open.
std::optional<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;  // a word has begun, be it empty
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      if (inside) words.push_back(std::exchange(word, {}));
      inside = false;
      continue;
    }
    inside = true;
    if (quote != 0 && c == quote)
      quote = 0;
    else if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
    else if (c == '\\' && quote != '\'' && i + 1 < text.size())
      word += text[++i];
    else
      word += c;
  }
  if (quote != 0) return std::nullopt;
  if (inside) words.push_back(std::move(word));
  return words;
}

bool only_for_shells(std::string_view word) {
  constexpr std::array<std::string_view, 9> operators = {"|", "||", "&", "&&",  ";",
                                                         ">", ">>", "<", "2>&1"};
  return std::ranges::find(operators, word) != operators.end();
}

/// The words of a command line; `${NAME}` is replaced after splitting, so it stays one word.
void read_command_line(const At& at, Run& out) {
  const auto words = split_words(at.value().text);
  if (!words) return at.problem("a quote is never closed");
  for (const std::string& word : *words) {
    if (only_for_shells(word)) {
      return at.problem(
          fmt::format("found '{}', but no shell reads this; write a list such as "
                      "[sh, -c, \"exec ...\"] where a shell is meant",
                      printable(word)));
    }
    auto argument = read_template(at, word);
    if (!argument) return;
    out.command.push_back(std::move(*argument));
  }
}

void read_command(const At& at, Run& out) {
  out.command.clear();
  if (at.is(Value::Kind::text)) {
    read_command_line(at, out);
  } else if (at.is(Value::Kind::list)) {
    for (std::size_t i = 0; i < at.value().items.size(); ++i) {
      const At item = at.item(i);
      if (!item.is(Value::Kind::text))
        item.refuse("a word");
      else if (auto word = read_template(item, item.value().text))
        out.command.push_back(std::move(*word));
    }
  } else {
    return at.refuse(command_allowed);
  }
  if (!at.sound()) return;
  if (out.command.empty() || out.command.front().empty()) return at.refuse(command_allowed);
  if (out.command.size() > arguments_max)
    at.problem(fmt::format("found {} words, allowed {}", out.command.size(), arguments_max));
}

void read_env(const At& at, Run& out) {
  if (!at.is(Value::Kind::map)) return at.refuse("a map of variables to their values");
  for (const Entry& entry : at.value().entries) {
    const At value = at.child(entry.key);
    if (!is_variable(entry.key))
      value.problem("found a name that is no variable, allowed letters, digits and _");
    if (!value.is(Value::Kind::text))
      value.refuse("text, in quotes when empty");
    else if (auto text = read_template(value, value.value().text))
      out.env[entry.key] = std::move(*text);
  }
}

void read_ready(const At& at, Run& out) {
  constexpr std::string_view allowed = "a path such as /readyz";
  const auto text = at.text(allowed);
  if (!text) return;
  if (!is_request_path(*text)) return at.refuse(allowed);
  out.ready = *text;
}

void read_user(const At& at, Run& out) {
  constexpr std::string_view allowed = "the name of a user";
  const auto text = at.text(allowed);
  if (!text) return;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  if (text->empty() || text->size() > 32 || text->front() == '-' ||
      !std::ranges::all_of(*text, plain))
    return at.refuse(allowed);
  out.user = *text;
}

void read_ports(const At& at, Run& out) {
  constexpr std::string_view allowed = "a range of ports such as 9000-9099";
  const auto text = at.text(allowed);
  if (!text) return;
  const std::size_t dash = text->find('-');
  if (dash == std::string::npos) return at.refuse(allowed);
  const auto first = parse_integer(trim(std::string_view(*text).substr(0, dash)));
  const auto last = parse_integer(trim(std::string_view(*text).substr(dash + 1)));
  if (!first || !last || *first < 1 || *last > 65535 || *first > *last) return at.refuse(allowed);
  out.ports = PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

const Table<Limits>& limits_table() {
  static const Table<Limits> table = [] {
    Table<Limits> t("services.NAME.run.limits", "What one replica may take of the machine.");
    t.bytes("memory", &Limits::memory_bytes,
            {.min = 1 << 20, .max = std::int64_t{1} << 46, .zero = "no limit"},
            "Resident memory of a replica with all that it starts; one that takes more is killed. "
            "By a cgroup of its own where headroom may make one, otherwise by a look each second.");
    t.number("cpu", &Limits::cpu_cores, {.min = 0.01, .max = 1024, .zero = "no limit"}, "0",
             "Cores that a replica gets at most. By a cgroup of its own, and only so: see "
             "docs/operating.md.");
    t.integer("open_files", &Limits::open_files,
              {.min = 16, .max = 1'048'576, .zero = "as headroom was started with"},
              "File descriptors (RLIMIT_NOFILE).");
    return t;
  }();
  return table;
}

/// Nobody can reach a replica that was not told where to listen.
void check_listens(const At& at, const Run& run) {
  const auto listens = [](const Template& text) {
    return text.has(Placeholder::address) || text.has(Placeholder::port);
  };
  if (std::ranges::any_of(run.command, listens) ||
      std::ranges::any_of(run.env, [&](const auto& pair) { return listens(pair.second); }))
    return;
  at.child("command").problem(
      "nothing tells a replica where to listen; write {address} or {port} in the command or in "
      "env");
}

void add_process_keys(Table<Run>& t) {
  t.custom({"env", "map", "headroom's own", "names of variables with text",
            "Variables added to the environment of a replica; placeholders as in `command`."},
           read_env);
  t.custom({"user", "text", "as headroom", "the name of a user", "Who runs the replicas."},
           read_user);
  t.custom({"cwd", "path", "the folder of the file", "a path, relative to the file",
            "The working directory of a replica."},
           [](const At& at, Run& out) {
             if (const auto path = read_path(at)) out.cwd = *path;
           });
  t.custom({"ports", "range", "any that is free", "a range of ports such as 9000-9099",
            "From these a replica gets its own. More than `replicas.max`: a roll-out has one "
            "replica more for a while, and one that drains still has its port."},
           read_ports);
  t.section("limits", &Run::limits, limits_table(), "What one replica may take of the machine.");
}

}  // namespace

const Table<Run>& run_table() {
  static const Table<Run> table = [] {
    Table<Run> t("services.NAME.run",
                 "How headroom starts a replica as a process of this machine. Either `run` or "
                 "`endpoints` is needed.");
    t.custom({"command", "text or list", "", std::string(command_allowed),
              "The program and its arguments; no shell reads them. `{address}`, `{host}`, `{port}` "
              "and `{replica}` stand for the replica's own; `{address}` or `{port}` must be in the "
              "command or in `env`. `{{port}}` is the text `{port}`; braces around anything but a "
              "word of small letters are text as they stand."},
             read_command)
        .required();
    t.custom({"ready", "path", Run{}.ready, "a path such as /readyz",
              "A replica is ready once GET of this path answers 200."},
             read_ready);
    t.duration("ready_every", &Run::ready_every, {.min = 10ms, .max = 1min},
               "How often readiness is asked for.");
    t.duration("ready_timeout", &Run::ready_timeout, {.min = 100ms, .max = 1h},
               "A replica that is not ready by then has failed to start.");
    t.duration("drain", &Run::drain, {.min = 100ms, .max = 1h},
               "Time for requests under way before SIGTERM, and again between SIGTERM and SIGKILL "
               "for the replica's whole process group. Not shorter than the longest timeout of the "
               "service's routes.");
    t.rows.back().fallback =
        "the longest timeout of its routes, at least " + t.rows.back().fallback;
    t.integer(
        "rollout_attempts", &Run::rollout_attempts, {.min = 1, .max = 1000},
        "Failed starts in a row of a changed command or program, then its roll-out is given "
        "up: replicas of the version before stay, and the next change of the file or program, "
        "or SIGHUP, tries again.");
    add_process_keys(t);
    return t;
  }();
  return table;
}

bool read_run(const At& at, Run& out) {
  out.drain = {};  // not written
  if (!run_table().read(at, out)) return false;
  check_listens(at, out);
  return at.sound();
}

}  // namespace headroom::spec
