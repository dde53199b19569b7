// The fields that a gateway must know by name, found by length and case-folded comparison.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace headroom::http {

/// Whether `text`, as long as the literal, is it in any case. The literal consists of lower-case
/// letters, digits and dashes: all of them have the bit that makes a capital letter small, so
/// setting it in `text` folds the case. Requires: no control characters in `text`.
template <std::size_t N>
[[nodiscard]] bool folds_to(const char* text, const char (&lower)[N]) {
  constexpr std::size_t size = N - 1;
  const auto differ = [&]<class Word>(std::size_t at, Word fold) -> std::uint64_t {
    Word a;
    Word b;
    std::memcpy(&a, text + at, sizeof(Word));
    std::memcpy(&b, lower + at, sizeof(Word));
    return static_cast<Word>((a | fold) ^ b);
  };
  constexpr std::uint64_t fold = 0x2020202020202020u;
  if constexpr (size >= 8) {
    std::uint64_t difference = differ(size - 8, fold);
    for (std::size_t at = 0; at + 8 < size; at += 8) difference |= differ(at, fold);
    return difference == 0;
  } else if constexpr (size >= 4) {
    constexpr auto half = static_cast<std::uint32_t>(fold);
    return (differ(0, half) | differ(size - 4, half)) == 0;
  } else {
    static_assert(size >= 2);
    constexpr auto quarter = static_cast<std::uint16_t>(fold);
    return (differ(0, quarter) | differ(size - 2, quarter)) == 0;
  }
}

/// The same for text of any length.
template <std::size_t N>
[[nodiscard]] bool is_word(std::string_view text, const char (&lower)[N]) {
  return text.size() == N - 1 && folds_to(text.data(), lower);
}

/// What a field means to a gateway; several names may mean the same.
enum class Field : std::uint8_t {
  other,
  host,
  content_length,
  transfer_encoding,
  connection,
  expect,
  upgrade,
  trailer,
  hop_by_hop,   // any other field of one connection: Keep-Alive, TE, Proxy-Authorization, ...
  content,      // Content-Type, Content-Encoding: the body cannot be read without
  identity,     // Authorization, Cookie, Set-Cookie, WWW-Authenticate
  forwarding,   // Forwarded, X-Forwarded-*, X-Real-IP: who asked, as told by a proxy
  via,          // which proxies a message has come through
  request_id,   // x-request-id
  traceparent,  // W3C Trace Context
  tracestate,   // belongs to a traceparent
  own,          // X-Headroom-*, x-request-timeout-ms: written by headroom and believed from nobody
};

/// Requires: `name` consists of token characters.
[[nodiscard]] Field classify(std::string_view name);

/// Whether a field may be passed on when it comes after a chunked body: not when it would change
/// framing, routing, authentication or how the content is read (RFC 9110 6.5.1).
[[nodiscard]] bool allowed_in_trailers(std::string_view name);

/// "X_A" reaches programs that know fields as variables under the name of "X-A".
[[nodiscard]] inline bool shadows_another(std::string_view name) {
  return name.find('_') != std::string_view::npos;
}

/// A byte of a token (RFC 9110 5.6.2): a method or the name of a field.
[[nodiscard]] bool is_token_byte(char c);
/// A byte of a field's value: visible, space, tab, or above ASCII.
[[nodiscard]] bool is_value_byte(char c);

[[nodiscard]] std::string_view trim_white_space(std::string_view text);

/// Calls `use` with every non-empty member of a list such as that of Connection.
template <class Use>
void for_each_member(std::string_view list, Use use) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view member = trim_white_space(list.substr(0, comma));
    if (!member.empty()) use(member);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
}

}  // namespace headroom::http
