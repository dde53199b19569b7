// Placeholders among text.
#include "spec/template.h"

#include <algorithm>

namespace headroom::spec {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

/// A word in braces at the front of text that begins with a brace.
struct Braced {
  std::size_t opening = 0;  // braces before the word
  std::string_view word;
  std::size_t closing = 0;  // braces after it
};

Braced read_braced(std::string_view text) {
  Braced braced;
  braced.opening = std::min(text.find_first_not_of('{'), text.size());
  text.remove_prefix(braced.opening);
  const auto word_end = std::ranges::find_if_not(text, is_letter);
  braced.word = text.substr(0, static_cast<std::size_t>(word_end - text.begin()));
  text.remove_prefix(braced.word.size());
  braced.closing = std::min(text.find_first_not_of('}'), text.size());
  return braced;
}

}  // namespace

const std::vector<std::string_view>& placeholder_names() {
  static const std::vector<std::string_view> names = {"address", "host", "port", "replica"};
  return names;
}

std::string_view name(Placeholder placeholder) {
  return placeholder_names()[static_cast<std::size_t>(placeholder)];
}

std::string_view Template::add_written(std::string_view written) {
  std::string_view unknown;
  while (!written.empty()) {
    const std::size_t brace = std::min(written.find('{'), written.size());
    add_data(written.substr(0, brace));
    written.remove_prefix(brace);
    const auto [opening, word, closing] = read_braced(written);
    const std::size_t pairs = word.empty() ? 0 : std::min(opening, closing);
    if (pairs == 0) {
      add_data(written.substr(0, opening));
      written.remove_prefix(opening);
      continue;
    }
    const std::size_t begin = opening - pairs;  // of the outermost pair
    const std::size_t size = 2 * pairs + word.size();
    add_data(written.substr(0, begin));
    const auto known = std::ranges::find(placeholder_names(), word);
    if (pairs > 1) {
      add_data(written.substr(begin + 1, size - 2));
    } else if (known != placeholder_names().end()) {
      add(static_cast<Placeholder>(known - placeholder_names().begin()));
    } else {
      if (unknown.empty()) unknown = word;
      add_data(written.substr(begin, size));
    }
    written.remove_prefix(begin + size);
  }
  return unknown;
}

void Template::add_data(std::string_view data) {
  if (data.empty()) return;
  if (!pieces_.empty())
    if (auto* const text = std::get_if<std::string>(&pieces_.back())) return void(*text += data);
  pieces_.emplace_back(std::string(data));
}

bool Template::has(Placeholder placeholder) const {
  return std::ranges::any_of(pieces_, [placeholder](const auto& piece) {
    const auto* const held = std::get_if<Placeholder>(&piece);
    return held != nullptr && *held == placeholder;
  });
}

std::string Template::fill(const std::function<std::string(Placeholder)>& value) const {
  std::string out;
  for (const auto& piece : pieces_) {
    if (const auto* const text = std::get_if<std::string>(&piece))
      out += *text;
    else
      out += value(std::get<Placeholder>(piece));
  }
  return out;
}

std::string Template::shown() const {
  return fill([](Placeholder placeholder) {
    std::string text = "{";
    text += name(placeholder);
    return text += '}';
  });
}

}  // namespace headroom::spec
