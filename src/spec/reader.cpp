// Navigation in the file, and the words for what is found and what is allowed.
#include "spec/reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text.h"

namespace headroom::spec {
namespace {

bool name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool variable_name(std::string_view name) {
  if (name.empty() || !name_start(name.front())) return false;
  return std::ranges::all_of(name, [](char c) { return name_start(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

std::string join_path(std::string_view path, std::string_view key) {
  return path.empty() ? printable(key) : fmt::format("{}.{}", path, printable(key));
}

At At::child(std::string_view key) const {
  const Entry* entry = is(Value::Kind::map) ? value_->find(key) : nullptr;
  return At(entry == nullptr ? nullptr : &entry->value, join_path(path_, key),
            entry == nullptr ? line_ : entry->line, *input_);
}

At At::item(std::size_t index) const {
  const Value& value = value_->items[index];
  return At(&value, fmt::format("{}[{}]", path_, index), value.line, *input_);
}

void At::problem(std::string message) const {
  input_->problems.add({line_, path_, std::move(message)});
}

void At::refuse(std::string_view allowed) const {
  problem(fmt::format("found {}, allowed {}", found(), allowed));
}

std::string At::found() const {
  if (value_ == nullptr) return "nothing";
  switch (value_->kind) {
    case Value::Kind::nothing:
      return "nothing";
    case Value::Kind::text:
      return fmt::format("'{}'", printable(value_->text));
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      return "a map";
  }
  return "nothing";
}

std::string At::written(std::string otherwise) const {
  return is(Value::Kind::text) ? printable(value_->text) : std::move(otherwise);
}

std::optional<std::string> At::text(std::string_view allowed) const {
  if (!is(Value::Kind::text)) {
    refuse(allowed);
    return std::nullopt;
  }
  const auto stretches = substitute(value_->text);
  if (!stretches) return std::nullopt;
  std::string out;
  for (const Stretch& stretch : *stretches) out += stretch.text;
  return out;
}

std::optional<std::vector<Stretch>> At::substitute(std::string_view raw) const {
  std::vector<Stretch> out;
  while (!raw.empty()) {
    const std::size_t start = raw.find("${");
    if (start == std::string_view::npos) {
      out.push_back({std::string(raw)});
      break;
    }
    if (start > 0 && raw[start - 1] == '$') {
      out.push_back({std::string(raw.substr(0, start - 1))});
      out.push_back({"${", true});
      raw.remove_prefix(start + 2);
      continue;
    }
    out.push_back({std::string(raw.substr(0, start))});
    raw.remove_prefix(start + 2);
    const std::size_t end = std::min(raw.find('}'), raw.size());
    auto value = variable(raw.substr(0, end), end < raw.size());
    if (!value) return std::nullopt;
    out.push_back({std::move(*value), true});
    raw.remove_prefix(end + 1);
  }
  return out;
}

std::optional<std::string> At::variable(std::string_view inside, bool closed) const {
  const std::size_t dash = inside.find(":-");
  const std::string_view name = inside.substr(0, dash);
  if (!closed || !variable_name(name)) {
    problem(
        fmt::format("found '${{{}{}', allowed ${{NAME}} or ${{NAME:-default}}; the text ${{ is "
                    "written $${{",
                    printable(inside), closed ? "}" : ""));
    return std::nullopt;
  }
  // It would end at the first '}', which is hardly ever what was meant.
  if (inside.find('{') != std::string_view::npos) {
    problem(fmt::format("found '${{{}}}', a default cannot hold a brace", printable(inside)));
    return std::nullopt;
  }
  auto value = input_->environment(name);
  if (value) return value;
  if (dash != std::string_view::npos) return std::string(inside.substr(dash + 2));
  problem(
      fmt::format("${{{0}}} is not set in the environment; set it, or write a default "
                  "as ${{{0}:-value}}",
                  name));
  return std::nullopt;
}

std::string unknown_name(std::string_view what, std::string_view name,
                         const std::vector<std::string_view>& known) {
  const auto best = nearest(name, known);
  const std::string hint = best ? fmt::format("did you mean '{}'? ", *best) : std::string();
  if (known.empty()) return fmt::format("unknown {}; none is allowed here", what);
  return fmt::format("unknown {}; {}{}: {}", what, hint, hint.empty() ? "allowed" : "Allowed",
                     fmt::join(known, ", "));
}

}  // namespace headroom::spec
