// Names of fields by length and case-folded comparison; the character classes of RFC 9110.
#include "http/fields.h"

#include <array>

#include "core/text.h"

namespace headroom::http {
namespace {

Field classify_short(const char* text, std::size_t size) {
  switch (size) {
    case 2:
      if (folds_to(text, "te")) return Field::hop_by_hop;
      break;
    case 3:
      if (folds_to(text, "via")) return Field::via;
      break;
    case 4:
      if (folds_to(text, "host")) return Field::host;
      break;
    case 6:
      if (folds_to(text, "expect")) return Field::expect;
      if (folds_to(text, "cookie")) return Field::identity;
      break;
    case 7:
      if (folds_to(text, "upgrade")) return Field::upgrade;
      if (folds_to(text, "trailer")) return Field::trailer;
      break;
    case 9:
      if (folds_to(text, "forwarded")) return Field::forwarding;
      if (folds_to(text, "x-real-ip")) return Field::forwarding;
      break;
    case 10:
      if (folds_to(text, "connection")) return Field::connection;
      if (folds_to(text, "keep-alive")) return Field::hop_by_hop;
      if (folds_to(text, "set-cookie")) return Field::identity;
      if (folds_to(text, "tracestate")) return Field::tracestate;
      break;
    default:
      break;
  }
  return Field::other;
}

Field classify_long(const char* text, std::size_t size) {
  switch (size) {
    case 11:
      if (folds_to(text, "traceparent")) return Field::traceparent;
      break;
    case 12:
      if (folds_to(text, "content-type")) return Field::content;
      if (folds_to(text, "x-request-id")) return Field::request_id;
      break;
    case 13:
      if (folds_to(text, "authorization")) return Field::identity;
      break;
    case 14:
      if (folds_to(text, "content-length")) return Field::content_length;
      if (folds_to(text, "http2-settings")) return Field::hop_by_hop;
      break;
    case 16:
      if (folds_to(text, "content-encoding")) return Field::content;
      if (folds_to(text, "proxy-connection")) return Field::hop_by_hop;
      if (folds_to(text, "www-authenticate")) return Field::identity;
      break;
    case 17:
      if (folds_to(text, "transfer-encoding")) return Field::transfer_encoding;
      break;
    case 18:
      if (folds_to(text, "proxy-authenticate")) return Field::hop_by_hop;
      break;
    case 19:
      if (folds_to(text, "proxy-authorization")) return Field::hop_by_hop;
      break;
    case 20:
      if (folds_to(text, "x-request-timeout-ms")) return Field::own;
      break;
    default:
      break;
  }
  if (size > 12 && folds_to(text, "x-forwarded-")) return Field::forwarding;
  if (size > 11 && folds_to(text, "x-headroom-")) return Field::own;
  return Field::other;
}

enum : std::uint8_t { token_byte = 1, value_byte = 2 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) classes[c] |= value_byte;
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (alphanumeric) classes[c] |= token_byte;
  }
  for (const unsigned char c : std::string_view("!#$%&'*+-.^_`|~")) classes[c] |= token_byte;
  return classes;
}

constexpr std::array<std::uint8_t, 256> classes = make_classes();

}  // namespace

Field classify(std::string_view name) {
  return name.size() <= 10 ? classify_short(name.data(), name.size())
                           : classify_long(name.data(), name.size());
}

bool allowed_in_trailers(std::string_view name) {
  if (classify(name) != Field::other || shadows_another(name)) return false;
  if (equal_ignore_case(name.substr(0, 8), "content-")) return false;
  if (equal_ignore_case(name.substr(0, 3), "if-")) return false;
  for (const std::string_view control :
       {"age", "cache-control", "date", "expires", "location", "max-forwards", "pragma", "range",
        "retry-after", "vary", "proxy-status"}) {
    if (equal_ignore_case(name, control)) return false;
  }
  return true;
}

bool is_token_byte(char c) {
  return (classes[static_cast<unsigned char>(c)] & token_byte) != 0;
}
bool is_value_byte(char c) {
  return (classes[static_cast<unsigned char>(c)] & value_byte) != 0;
}

std::string_view trim_white_space(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace headroom::http
