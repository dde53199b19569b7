// JSON from values and back by one list of fields per type, so both directions always agree.
// A field that has its default value is left out; a field that is absent keeps its default.
// Values are written straight into the text, as thousands of services are each second.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <deque>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "control/journal/codec.h"
#include "control/journal/words.h"
#include "core/time.h"

namespace headroom::control::archive {

using nlohmann::json;

/// `fields(value, visit)` overloads are written once for `T` and `const T`.
template <class T, class Of>
concept Is = std::same_as<std::remove_const_t<T>, Of>;

struct Probe {
  template <class T>
  void operator()(const char*, T&) const {}
};
/// A type with a list of fields.
template <class T>
concept Record = requires(T& value) { fields(value, Probe{}); };
/// A type with its own short form: `to_json_value(value)` and `from_json_value(json, value)`.
template <class T>
concept Custom = requires(const T& value, T& out, const json& in) {
  { to_json_value(value) } -> std::convertible_to<json>;
  from_json_value(in, out);
};

template <class T>
void write(const T& value, std::string& out);
template <class T>
void read(const json& in, T& value);

template <class T>
std::string written(const T& value) {
  std::string out;
  write(value, out);
  return out;
}

/// Text in quotes. What is not plain is left to the library, which knows how to escape.
inline void write_text(std::string_view text, std::string& out) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (std::ranges::all_of(text, plain)) {
    out.append(1, '"').append(text).append(1, '"');
    return;
  }
  out += json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// -0.0 is not 0.0.
template <class T>
bool is_zero(T value) {
  if constexpr (std::same_as<T, double>)
    return std::bit_cast<std::uint64_t>(value) == 0;
  else
    return value == T{};
}

template <class T>
bool is_default(const T& value) {
  if constexpr (std::is_arithmetic_v<T>) {
    return is_zero(value);
  } else {
    static const std::string otherwise = written(T{});
    return written(value) == otherwise;
  }
}

/// Ends a list or an object: in place of the comma after its last item.
inline void close(std::string& out, char end) {
  if (out.back() == ',') out.pop_back();
  out += end;
}

template <class T>
struct Form;  // how a type that is neither a number nor a record is written

template <class Clock>
struct Form<std::chrono::time_point<Clock, Duration>> {
  static void write(const auto& t, std::string& out) {
    archive::write(t.time_since_epoch().count(), out);
  }
  static void read(const json& in, auto& t) {
    t = std::chrono::time_point<Clock, Duration>(Duration(in.get<std::int64_t>()));
  }
};

template <>
struct Form<Duration> {
  static void write(Duration d, std::string& out) { archive::write(d.count(), out); }
  static void read(const json& in, Duration& d) { d = Duration(in.get<std::int64_t>()); }
};

template <>
struct Form<std::string> {
  static void write(const std::string& text, std::string& out) { write_text(text, out); }
  static void read(const json& in, std::string& text) { text = in.get<std::string>(); }
};

/// JSON has no infinity: such numbers are written as words.
template <>
struct Form<double> {
  static void write(double x, std::string& out) {
    if (!std::isfinite(x)) {
      out += std::isnan(x) ? "\"nan\"" : x > 0 ? "\"inf\"" : "\"-inf\"";
      return;
    }
    std::array<char, 32> text;  // the shortest that is read back to the same bits has 24
    const auto end = std::to_chars(text.data(), text.data() + text.size(), x).ptr;
    const std::string_view shortest(text.data(), end);
    out += shortest;
    // A whole number stays one with a fraction, so that -0.0 keeps its sign.
    if (shortest.find_first_of(".e") == std::string_view::npos) out += ".0";
  }
  static void read(const json& in, double& x) {
    if (!in.is_string()) {
      x = in.get<double>();
      return;
    }
    const auto& word = in.get_ref<const std::string&>();
    if (word != "nan" && word != "inf" && word != "-inf") throw std::runtime_error("no number");
    x = word == "nan" ? std::numeric_limits<double>::quiet_NaN()
                      : std::numeric_limits<double>::infinity() * (word == "inf" ? 1 : -1);
  }
};

template <class Sequence>
struct SequenceForm {
  static void write(const Sequence& items, std::string& out) {
    out += '[';
    for (const auto& item : items) {
      archive::write(item, out);
      out += ',';
    }
    close(out, ']');
  }
  static void read(const json& in, Sequence& items) {
    if (!in.is_array()) throw std::runtime_error("a list was expected");
    items.clear();
    for (const auto& item : in) {
      typename Sequence::value_type value{};
      archive::read(item, value);
      items.push_back(std::move(value));
    }
  }
};
template <class T>
struct Form<std::vector<T>> : SequenceForm<std::vector<T>> {};
template <class T>
struct Form<std::deque<T>> : SequenceForm<std::deque<T>> {};

/// Only the elements that differ from their default, as [index, value, index, value, …].
template <class T, std::size_t N>
struct Form<std::array<T, N>> {
  static void write(const std::array<T, N>& items, std::string& out) {
    out += '[';
    for (std::size_t i = 0; i < N; ++i) {
      if (is_default(items[i])) continue;
      archive::write(i, out);
      out += ',';
      archive::write(items[i], out);
      out += ',';
    }
    close(out, ']');
  }
  static void read(const json& in, std::array<T, N>& items) {
    if (!in.is_array() || in.size() % 2 != 0) throw std::runtime_error("pairs were expected");
    items = {};
    for (std::size_t i = 0; i < in.size(); i += 2)
      archive::read(in[i + 1], items.at(in[i].get<std::size_t>()));
  }
};

/// Keys are strings or whole numbers.
template <class Key, class T>
struct Form<std::map<Key, T>> {
  static void write(const std::map<Key, T>& items, std::string& out) {
    out += '{';
    for (const auto& [key, value] : items) {
      if constexpr (std::integral<Key>)
        out += fmt::format("\"{}\"", key);
      else
        write_text(key, out);
      out += ':';
      archive::write(value, out);
      out += ',';
    }
    close(out, '}');
  }
  static void read(const json& in, std::map<Key, T>& items) {
    if (!in.is_object()) throw std::runtime_error("an object was expected");
    items.clear();
    for (const auto& [key, value] : in.items()) {
      if constexpr (std::integral<Key>)
        archive::read(value, items[static_cast<Key>(std::stoll(key))]);
      else
        archive::read(value, items[key]);
    }
  }
};

template <class A, class B>
struct Form<std::pair<A, B>> {
  static void write(const std::pair<A, B>& pair, std::string& out) {
    out += '[';
    archive::write(pair.first, out);
    out += ',';
    archive::write(pair.second, out);
    out += ']';
  }
  static void read(const json& in, std::pair<A, B>& pair) {
    archive::read(in.at(0), pair.first);
    archive::read(in.at(1), pair.second);
  }
};

template <class T>
struct Form<std::optional<T>> {
  static void write(const std::optional<T>& value, std::string& out) {
    if (value)
      archive::write(*value, out);
    else
      out += "null";
  }
  static void read(const json& in, std::optional<T>& value) {
    if (in.is_null()) return value.reset();
    archive::read(in, value.emplace());
  }
};

/// What each field of a new value is written as, in the order of the fields.
template <class T>
std::vector<std::string> written_fields(const T& value) {
  std::vector<std::string> out;
  fields(value, [&out](const char*, const auto& field) { out.push_back(written(field)); });
  return out;
}

template <class T>
void write_record(const T& value, std::string& out) {
  static const std::vector<std::string> defaults = written_fields(T{});
  out += '{';
  std::size_t number = 0;
  fields(value, [&out, &number](const char* key, const auto& field) {
    const std::size_t before = out.size();
    out.append(1, '"').append(key).append("\":");
    const std::size_t begin = out.size();
    write(field, out);
    if (std::string_view(out).substr(begin) == defaults[number++])
      out.resize(before);
    else
      out += ',';
  });
  close(out, '}');
}

template <class T>
void write(const T& value, std::string& out) {
  if constexpr (Custom<T>)
    out += json(to_json_value(value)).dump(-1, ' ', false, json::error_handler_t::replace);
  else if constexpr (std::same_as<T, bool>)
    out += value ? "true" : "false";
  else if constexpr (std::integral<T>)
    fmt::format_to(std::back_inserter(out), "{}", value);
  else if constexpr (std::is_enum_v<T>)
    archive::write(std::to_underlying(value), out);
  else if constexpr (Record<T>)
    write_record(value, out);
  else
    Form<T>::write(value, out);
}

template <class T>
void read(const json& in, T& value) {
  if constexpr (Custom<T>) {
    from_json_value(in, value);
  } else if constexpr (std::same_as<T, double>) {
    Form<double>::read(in, value);
  } else if constexpr (std::is_arithmetic_v<T>) {
    value = in.get<T>();
  } else if constexpr (std::is_enum_v<T>) {
    value = word<T>(in.get<std::int64_t>());
  } else if constexpr (Record<T>) {
    if (!in.is_object()) throw std::runtime_error("an object was expected");
    fields(value, [&in](const char* key, auto& field) {
      if (const auto found = in.find(key); found != in.end()) read(*found, field);
    });
  } else {
    Form<T>::read(in, value);
  }
}

}  // namespace headroom::control::archive

namespace headroom::control {

template <class T>
std::string encode(const T& value) {
  return archive::written(value);
}

template <class T>
Result<T> decode(std::string_view text) {
  try {
    T value{};
    archive::read(nlohmann::json::parse(text), value);
    return value;
  } catch (const std::exception& problem) {
    return fail(ErrorCode::invalid, fmt::format("stored data is not readable: {}", problem.what()));
  }
}

}  // namespace headroom::control
