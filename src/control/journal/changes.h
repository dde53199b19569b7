// A value as what differs from another one: the second of a series that hardly changes.
// JSON as in archive.h, but a field is left out where it is as in the other value.
#pragma once

#include "control/journal/archive.h"

namespace headroom::control::archive {

/// Equal to the last bit, so that nothing is lost where a value is left out.
template <class T>
bool same(const T& a, const T& b);

/// Where each field of a record is, in the order of the fields.
template <class T>
std::vector<const void*> places_of(const T& record) {
  std::vector<const void*> places;
  fields(record, [&places](const char*, const auto& field) { places.push_back(&field); });
  return places;
}

/// Calls `visit(key, field, the same field of other)` for each field.
template <class T>
void fields_beside(const T& value, const T& other, auto visit) {
  const auto places = places_of(other);
  std::size_t number = 0;
  fields(value, [&]<class F>(const char* key, const F& field) {
    visit(key, field, *static_cast<const F*>(places[number++]));
  });
}

template <class T>
struct Listed : std::false_type {};
template <class T>
struct Listed<std::vector<T>> : std::true_type {
  static constexpr bool of_records = Record<T>;
};
template <class T, std::size_t N>
struct Listed<std::array<T, N>> : std::true_type {
  static constexpr bool of_records = false;
};
template <class T>
concept RecordList = Listed<T>::value && Listed<T>::of_records;

template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::same_as<T, double>) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  } else if constexpr (Record<T>) {
    bool all = true;
    fields_beside(a, b, [&all](const char*, const auto& one, const auto& other) {
      all = all && same(one, other);
    });
    return all;
  } else if constexpr (Listed<T>::value) {
    return std::ranges::equal(a, b,
                              [](const auto& one, const auto& other) { return same(one, other); });
  } else {
    return a == b;
  }
}

template <class T>
void write_changes(const T& value, const T& before, std::string& out) {
  if constexpr (Record<T>) {
    out += '{';
    fields_beside(value, before, [&out](const char* key, const auto& field, const auto& other) {
      if (same(field, other)) return;
      out.append(1, '"').append(key).append("\":");
      write_changes(field, other, out);
      out += ',';
    });
    close(out, '}');
  } else if constexpr (RecordList<T>) {
    static const typename T::value_type otherwise{};
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      write_changes(value[i], i < before.size() ? before[i] : otherwise, out);
      out += ',';
    }
    close(out, ']');
  } else {
    write(value, out);
  }
}

/// Makes `value`, which is the one before, the one that was written.
template <class T>
void read_changes(const json& in, T& value) {
  if constexpr (Record<T>) {
    if (!in.is_object()) throw std::runtime_error("an object was expected");
    fields(value, [&in](const char* key, auto& field) {
      if (const auto found = in.find(key); found != in.end()) read_changes(*found, field);
    });
  } else if constexpr (RecordList<T>) {
    if (!in.is_array()) throw std::runtime_error("a list was expected");
    value.resize(in.size());
    for (std::size_t i = 0; i < in.size(); ++i) read_changes(in[i], value[i]);
  } else {
    read(in, value);
  }
}

/// FNV-1a over all that a value holds.
class Digest {
 public:
  template <class T>
  void add(const T& value) {
    if constexpr (Record<T>) {
      fields(value, [&](const char*, const auto& field) { this->add(field); });
    } else if constexpr (std::same_as<T, std::string>) {
      add(value.size());
      for (const char c : value) step(static_cast<unsigned char>(c));
    } else if constexpr (Listed<T>::value) {
      // No numbers leave it as it was: such a field may be newer than what is compared.
      if (!Listed<T>::of_records && value.empty()) return;
      add(value.size());
      for (const auto& item : value) add(item);
    } else {
      static_assert(std::integral<T>);
      for (std::size_t i = 0; i < sizeof(T); ++i)
        step(static_cast<unsigned char>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void step(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3; }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace headroom::control::archive
