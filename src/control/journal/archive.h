// JSON from values and back by one list of fields per type, so both directions always agree.
// A field that has its default value is left out; a field that is absent keeps its default.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <concepts>
#include <deque>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

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
json write(const T& value);
template <class T>
void read(const json& in, T& value);

/// Equal for the purpose of leaving a field out: -0.0 is not 0.0.
inline bool is_same(const json& a, const json& b) {
  if (!a.is_number_float() || !b.is_number_float()) return a == b;
  return std::bit_cast<std::uint64_t>(a.get<double>()) ==
         std::bit_cast<std::uint64_t>(b.get<double>());
}

template <class T>
struct Form;  // how a type that is neither a number nor a record is written

template <class Clock>
struct Form<std::chrono::time_point<Clock, Duration>> {
  static json write(const auto& t) { return t.time_since_epoch().count(); }
  static void read(const json& in, auto& t) {
    t = std::chrono::time_point<Clock, Duration>(Duration(in.get<std::int64_t>()));
  }
};

template <>
struct Form<Duration> {
  static json write(Duration d) { return d.count(); }
  static void read(const json& in, Duration& d) { d = Duration(in.get<std::int64_t>()); }
};

template <>
struct Form<std::string> {
  static json write(const std::string& text) { return text; }
  static void read(const json& in, std::string& text) { text = in.get<std::string>(); }
};

/// JSON has no infinity: such numbers are written as words.
template <>
struct Form<double> {
  static json write(double x) {
    if (std::isfinite(x)) return x;
    return std::isnan(x) ? "nan" : x > 0 ? "inf" : "-inf";
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
  static json write(const Sequence& items) {
    json out = json::array();
    for (const auto& item : items) out.push_back(archive::write(item));
    return out;
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
  static json write(const std::array<T, N>& items) {
    json out = json::array();
    for (std::size_t i = 0; i < N; ++i) {
      json written = archive::write(items[i]);
      if (is_same(written, archive::write(T{}))) continue;
      out.push_back(i);
      out.push_back(std::move(written));
    }
    return out;
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
  static json write(const std::map<Key, T>& items) {
    json out = json::object();
    for (const auto& [key, value] : items) {
      if constexpr (std::integral<Key>)
        out[std::to_string(key)] = archive::write(value);
      else
        out[key] = archive::write(value);
    }
    return out;
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
  static json write(const std::pair<A, B>& pair) {
    return json::array({archive::write(pair.first), archive::write(pair.second)});
  }
  static void read(const json& in, std::pair<A, B>& pair) {
    archive::read(in.at(0), pair.first);
    archive::read(in.at(1), pair.second);
  }
};

template <class T>
struct Form<std::optional<T>> {
  static json write(const std::optional<T>& value) {
    return value ? archive::write(*value) : json(nullptr);
  }
  static void read(const json& in, std::optional<T>& value) {
    if (in.is_null()) return value.reset();
    archive::read(in, value.emplace());
  }
};

template <class T>
json all_fields(const T& value) {
  json out = json::object();
  fields(value, [&out](const char* key, const auto& field) { out[key] = write(field); });
  return out;
}

template <class T>
json write_record(const T& value) {
  static const json defaults = all_fields(T{});
  json out = json::object();
  fields(value, [&out](const char* key, const auto& field) {
    json written = write(field);
    if (!is_same(written, defaults.at(key))) out[key] = std::move(written);
  });
  return out;
}

template <class T>
json write(const T& value) {
  if constexpr (Custom<T>)
    return to_json_value(value);
  else if constexpr (std::same_as<T, double>)
    return Form<double>::write(value);
  else if constexpr (std::is_arithmetic_v<T>)
    return value;
  else if constexpr (std::is_enum_v<T>)
    return std::to_underlying(value);
  else if constexpr (Record<T>)
    return write_record(value);
  else
    return Form<T>::write(value);
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
    value = static_cast<T>(in.get<std::underlying_type_t<T>>());
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
