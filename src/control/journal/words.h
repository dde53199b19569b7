// Enums are stored as their numbers, from 0: which of them stand for something.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace headroom::control::archive {

/// What `words_of(value)`, beside the fields of the enum's namespace, says of each stored enum.
template <class Enum>
struct Words {
  const char* of;  // "an estimator of growth"
  Enum last;
};

/// Throws for a number that stands for nothing.
template <class Enum>
Enum word(std::int64_t number) {
  const Words<Enum> words = words_of(Enum{});
  const int last = std::to_underlying(words.last);
  if (number < 0 || number > last)
    throw std::runtime_error(
        fmt::format("found {}, allowed 0 to {} for {}", number, last, words.of));
  return static_cast<Enum>(number);
}

}  // namespace headroom::control::archive
