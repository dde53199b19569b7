// Text with places that differ by replica: `--listen={address}`.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace headroom::spec {

enum class Placeholder { address, host, port, replica };

/// All of them, in the order of the enum.
[[nodiscard]] const std::vector<std::string_view>& placeholder_names();
[[nodiscard]] std::string_view name(Placeholder placeholder);

/// Pieces of text and placeholders. What was added as data is text, whatever it looks like.
class Template {
 public:
  Template() = default;
  /// Reads `written` as add_written() does.
  template <std::convertible_to<std::string_view> Text>
  Template(const Text& written) {  // not explicit: a literal is one
    (void)add_written(written);
  }

  /// `{port}` is a placeholder, `{{port}}` the text `{port}`: one more pair of braces takes a word
  /// for text. Braces around anything but a word of small letters stay as they are. A word that is
  /// no placeholder stays, too, and is returned (the first one, else nothing).
  [[nodiscard]] std::string_view add_written(std::string_view written);
  void add_data(std::string_view data);

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  [[nodiscard]] bool has(Placeholder placeholder) const;
  [[nodiscard]] std::string fill(const std::function<std::string(Placeholder)>& value) const;
  /// With `{port}` and the like left in place, for messages.
  [[nodiscard]] std::string shown() const;

  bool operator==(const Template&) const = default;

 private:
  void add(Placeholder placeholder) { pieces_.emplace_back(placeholder); }

  std::vector<std::variant<std::string, Placeholder>> pieces_;  // no two texts side by side
};

}  // namespace headroom::spec
