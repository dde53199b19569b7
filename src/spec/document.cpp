// Builds the tree from yaml-cpp's event stream, which unlike its nodes shows duplicates.
#include "spec/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "core/text.h"

namespace headroom::spec {
namespace {

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& message) {
  throw YAML::ParserException(mark, message);
}

int line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 1 : mark.line + 1;
}

Value make(const YAML::Mark& mark, Value::Kind kind) {
  Value value;
  value.kind = kind;
  value.line = line_of(mark);
  return value;
}

class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, Problems& problems) : text_(text), problems_(problems) {}

  Value take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) refuse(mark, "a second document starts here, allowed one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "", anchor);
    add(mark, make(mark, Value::Kind::nothing));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not supported, write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    check(mark, tag, anchor);
    if (tag == "!" && !quote_closed(mark)) refuse(mark, "a quote is never closed");
    Value value = make(mark, Value::Kind::text);
    value.text = text;
    add(mark, std::move(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Value value;
    YAML::Mark mark;
    std::optional<Entry> entry = {};       // the key that waits for its value
    std::map<std::string, int> seen = {};  // key → line
  };

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) refuse(mark, "anchors (&name) are not supported, write the value out");
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(mark, fmt::format("tags such as {} are not supported", printable(tag)));
    if (++values_ > document_values_max)
      refuse(mark, fmt::format("more than {} values in one file", document_values_max));
  }

  /// yaml-cpp takes the rest of the file for the text when a line end comes last.
  [[nodiscard]] bool quote_closed(const YAML::Mark& mark) const {
    if (mark.pos < 0 || static_cast<std::size_t>(mark.pos) >= text_.size()) return true;
    const std::string_view rest = text_.substr(static_cast<std::size_t>(mark.pos));
    const char quote = rest.front();
    if (quote != '"' && quote != '\'') return true;
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] == '\\' && quote == '"')
        ++i;
      else if (rest[i] == quote && quote == '\'' && rest.substr(i + 1).starts_with(quote))
        ++i;
      else if (rest[i] == quote)
        return true;
    }
    return false;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Value::Kind kind) {
    check(mark, tag, anchor);
    if (stack_.size() >= document_depth_max)
      refuse(mark, fmt::format("nested deeper than {} levels", document_depth_max));
    stack_.push_back({.value = make(mark, kind), .mark = mark});
  }

  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    add(frame.mark, std::move(frame.value));
  }

  void add(const YAML::Mark& mark, Value value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return;
    }
    Frame& top = stack_.back();
    if (top.value.kind == Value::Kind::list) {
      top.value.items.push_back(std::move(value));
    } else if (!top.entry) {
      begin_entry(top, mark, std::move(value));
    } else {
      if (top.seen.emplace(top.entry->key, top.entry->line).second) {
        top.entry->value = std::move(value);
        top.value.entries.push_back(std::move(*top.entry));
      }
      top.entry.reset();
    }
  }

  void begin_entry(Frame& top, const YAML::Mark& mark, Value key) {
    if (key.kind != Value::Kind::text) refuse(mark, "a key must be plain text");
    if (key.text == "<<") refuse(mark, "merge keys (<<) are not supported, write the value out");
    if (const auto seen = top.seen.find(key.text); seen != top.seen.end()) {
      problems_.add({key.line, path(key.text),
                     fmt::format("duplicate key; it is already on line {}", seen->second)});
    }
    top.entry = Entry{.key = std::move(key.text), .line = key.line, .value = {}};
  }

  /// Of `key` in the innermost map.
  [[nodiscard]] std::string path(const std::string& key) const {
    std::string out;
    for (const Frame& frame : stack_) {
      if (frame.entry) out += printable(frame.entry->key) + ".";
      if (frame.value.kind == Value::Kind::list) {
        if (!out.empty()) out.pop_back();
        out += fmt::format("[{}].", frame.value.items.size());
      }
    }
    return out + printable(key);
  }

  std::string_view text_;
  Problems& problems_;
  int documents_ = 0;
  Value root_;
  std::vector<Frame> stack_;
  std::size_t values_ = 0;
};

/// What would make the YAML parser misread or stop silently, found before it runs.
std::optional<Problem> misread_bytes(std::string_view text) {
  if (text.size() > file_bytes_max)
    return Problem{1, "", fmt::format("the file is larger than {} bytes", file_bytes_max)};
  const auto line_at = [&](std::size_t position) {
    return 1 + static_cast<int>(std::ranges::count(text.substr(0, position), '\n'));
  };
  if (const std::size_t good = utf8_prefix(text); good != text.size())
    return Problem{line_at(good), "", "the file is not UTF-8 text"};
  bool indentation = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') {
      indentation = true;
    } else if (byte == '\t' && indentation) {
      return Problem{line_at(i), "", "a tab in the indentation; use spaces"};
    } else if (byte != ' ') {
      indentation = false;
      if ((byte < 0x20 && byte != '\t' && byte != '\r') || byte == 0x7f)
        return Problem{line_at(i), "", fmt::format("a control character (0x{:02x})", byte)};
    }
  }
  return std::nullopt;
}

/// The YAML parser's complaint, with the likely cause where its own words do not lead there.
Problem not_yaml(std::string_view text, const YAML::Exception& error) {
  const std::vector<std::string_view> lines = split(text, '\n');
  const int line = std::clamp(line_of(error.mark), 1, static_cast<int>(lines.size()));
  const std::string_view written = lines[static_cast<std::size_t>(line - 1)];
  const bool placeholder = std::ranges::any_of(
      std::array{"{address}", "{port}", "{host}", "{replica}", "${"},
      [&](std::string_view name) { return written.find(name) != std::string_view::npos; });
  return {line, "",
          fmt::format("not valid YAML: {}{}", printable(error.msg),
                      placeholder ? "; text with { or } needs quotes inside a map in braces" : "")};
}

}  // namespace

const Entry* Value::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &*found;
}

std::expected<Value, Problem> read_document(std::string_view text, Problems& problems) {
  if (auto misread = misread_bytes(text)) return std::unexpected(std::move(*misread));
  const Problem empty{1, "", "the file is empty; at least 'services' is needed"};
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // so that marks count from here
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(text, problems);
    if (!parser.HandleNextDocument(builder)) return std::unexpected(empty);
    (void)parser.HandleNextDocument(builder);  // refuses whatever comes
    Value root = builder.take();
    if (root.kind == Value::Kind::nothing) return std::unexpected(empty);
    return root;
  } catch (const YAML::Exception& error) {
    return std::unexpected(not_yaml(text, error));
  }
}

}  // namespace headroom::spec
