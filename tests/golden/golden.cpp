// Reads and writes golden journals, decides them again and shows what differs.
#include "golden.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "control/journal/codec.h"
#include "core/text.h"
#include "io/file.h"
#include "scale/decide.h"

namespace headroom::golden {
namespace {

constexpr std::string_view seen_suffix = ".seen.jsonl";
constexpr std::string_view learned_suffix = ".learned.jsonl";
constexpr std::string_view decided_suffix = ".decided.txt";
constexpr std::size_t file_bytes_max = std::size_t{4} << 20;

std::filesystem::path file_of(const std::filesystem::path& folder, const std::string& name,
                              std::string_view suffix) {
  return folder / (name + std::string(suffix));
}

Result<> write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out) return {};
  return fail(ErrorCode::io, fmt::format("{} cannot be written", path.string()));
}

/// What was known before the first tick; nothing where there is no such file.
Result<> read_learned(const std::filesystem::path& path, Journal& journal) {
  if (!std::filesystem::exists(path)) return {};
  const std::string text = TRY(io::read_file(path.string(), file_bytes_max));
  const auto lines = split(text, '\n');
  if (lines.size() < 2)
    return fail(ErrorCode::invalid, fmt::format("{}: has no model and state", path.string()));
  journal.model = TRY(control::decode<scale::Model>(lines[0]));
  journal.state = TRY(control::decode<scale::State>(lines[1]));
  return scale::well_formed(journal.model);
}

Result<Journal> read_journal(const std::filesystem::path& path) {
  const std::string text = TRY(io::read_file(path.string(), file_bytes_max));
  Journal journal;
  const std::string file = path.filename().string();
  journal.name = file.substr(0, file.size() - seen_suffix.size());
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    const auto in_line = [&, at = ++number](const Error& error) {
      return fail(error.code, fmt::format("{}:{}: {}", file, at, error.message));
    };
    if (number == 1) {
      auto policy = control::decode<scale::Policy>(line);
      if (!policy) return in_line(policy.error());
      journal.policy = std::move(*policy);
    } else {
      auto seen = control::decode<scale::Observations>(line);
      if (!seen) return in_line(seen.error());
      journal.seen.push_back(std::move(*seen));
    }
  }
  TRY(read_learned(file_of(path.parent_path(), journal.name, learned_suffix), journal));
  return journal;
}

std::string rules_of(const scale::ServiceDecision& decision) {
  std::vector<std::string> rules;
  for (const scale::Reason& reason : decision.reasons)
    rules.push_back(
        fmt::format("{} {}{}", reason.name(), reason.replicas, reason.decisive ? "*" : ""));
  std::string text = fmt::format("{}", fmt::join(rules, ", "));
  for (const scale::Counterfactual& other : decision.counterfactuals)
    text += fmt::format("; without {} {}", other.name(), other.replicas);
  return text;
}

/// "  12 shop 3" and what stands after it.
struct Line {
  std::string replicas;
  std::string rules;
  std::string why;
};

std::map<std::pair<int, std::string>, Line> lines_of(const std::string& text) {
  std::map<std::pair<int, std::string>, Line> lines;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    std::vector<std::string_view> words;
    for (const std::string_view word : split(trim(line.substr(0, line.find('|'))), ' '))
      if (!word.empty()) words.push_back(word);
    if (words.size() != 3) continue;
    Line& out =
        lines[{static_cast<int>(parse_integer(words[0]).value_or(0)), std::string(words[1])}];
    out.replicas = words[2];
    const std::string_view rest = line.substr(std::min(line.find('|') + 1, line.size()));
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    out.rules = trim(rest.substr(0, bar));
    out.why = trim(rest.substr(std::min(bar + 1, rest.size())));
  }
  return lines;
}

std::string show(const std::string& name, const std::pair<int, std::string>& key,
                 const Line& before, const Line& after) {
  std::string text = fmt::format("{} tick {} {}: ", name, key.first, key.second);
  const auto number = [](const Line& line) { return line.replicas.empty() ? "–" : line.replicas; };
  if (before.replicas != after.replicas)
    text += fmt::format("{} → {}\n", number(before), number(after));
  else
    text += fmt::format("{}, {}\n", number(after),
                        before.rules != after.rules ? "by other rules" : "worded differently");
  if (before.rules != after.rules)
    text += fmt::format("  before: {}\n  after:  {}\n", before.rules, after.rules);
  if (before.why != after.why && !before.why.empty())
    text += fmt::format("  before: {}\n", before.why);
  if (before.why != after.why && !after.why.empty())
    text += fmt::format("  after:  {}\n", after.why);
  return text;
}

}  // namespace

Result<std::vector<Journal>> read_journals(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable))
    if (entry.path().string().ends_with(seen_suffix)) files.push_back(entry.path());
  if (files.empty())
    return fail(ErrorCode::io, fmt::format("{}: {}", folder.string(),
                                           unreadable ? unreadable.message() : "has no journal"));
  std::ranges::sort(files);
  std::vector<Journal> journals;
  for (const auto& file : files) journals.push_back(TRY(read_journal(file)));
  return journals;
}

Result<> write_journal(const std::filesystem::path& folder, const Journal& journal) {
  std::string text = control::encode(journal.policy) + "\n";
  for (const scale::Observations& seen : journal.seen) text += control::encode(seen) + "\n";
  TRY(write(file_of(folder, journal.name, seen_suffix), text));
  if (journal.model.services.empty()) return {};
  return write(file_of(folder, journal.name, learned_suffix),
               control::encode(journal.model) + "\n" + control::encode(journal.state) + "\n");
}

std::string decided(const Journal& journal) {
  std::string text = fmt::format(
      "# What is decided on {}{}. Rewritten by ./dev golden --accept.\n"
      "# tick service replicas | the number after each rule, * where it changed | why\n",
      journal.name, seen_suffix);
  scale::Model model = journal.model;
  scale::State state = journal.state;
  std::map<std::string, int> before;
  int tick = 0;
  for (const scale::Observations& seen : journal.seen) {
    scale::Step step = scale::step(journal.policy, std::move(model), state, seen);
    model = std::move(step.model);
    state = std::move(step.decisions.next);
    ++tick;
    for (const scale::ServiceDecision& decision : step.decisions.services) {
      const auto [last, is_new] = before.try_emplace(decision.service, decision.replicas);
      const bool changed = is_new || last->second != decision.replicas;
      last->second = decision.replicas;
      text += fmt::format("{:4} {} {} | {}", tick, decision.service, decision.replicas,
                          rules_of(decision));
      if (changed) text += " | " + decision.summary;
      text += '\n';
    }
  }
  return text;
}

Result<std::string> read_expected(const std::filesystem::path& folder, const std::string& name) {
  const auto path = file_of(folder, name, decided_suffix);
  if (!std::filesystem::exists(path)) return std::string();
  return io::read_file(path.string(), file_bytes_max);
}

Result<> accept(const std::filesystem::path& folder, const Journal& journal) {
  return write(file_of(folder, journal.name, decided_suffix), decided(journal));
}

std::string difference(const std::string& name, const std::string& before, const std::string& after,
                       std::size_t listed) {
  if (before == after) return {};
  auto old_lines = lines_of(before);
  const auto new_lines = lines_of(after);
  for (const auto& [key, line] : new_lines) old_lines.try_emplace(key);
  std::string text;
  std::size_t count = 0;
  for (const auto& [key, line] : old_lines) {
    const auto found = new_lines.find(key);
    const Line now = found == new_lines.end() ? Line{} : found->second;
    if (line.replicas == now.replicas && line.rules == now.rules && line.why == now.why) continue;
    if (++count <= listed) text += show(name, key, line, now);
  }
  if (count > listed) text += fmt::format("{}: and {} more\n", name, count - listed);
  return text.empty() ? name + ": only the heading differs\n" : text;
}

}  // namespace headroom::golden
