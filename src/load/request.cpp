// Building requests once, so that sending one only writes its number.
#include "load/request.h"

#include <fmt/format.h>

#include "core/random.h"
#include "core/text.h"

namespace headroom::load {
namespace {

constexpr std::size_t prefix_length = 8;

bool names_field(std::string_view header, std::string_view name) {
  return equal_ignore_case(trim(header.substr(0, header.find(':'))), name);
}

bool has_field(const std::vector<std::string>& headers, std::string_view name) {
  for (const std::string& header : headers)
    if (names_field(header, name)) return true;
  return false;
}

}  // namespace

bool carries_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

RequestBytes build_request(const LoadPlan& plan, const Target& target) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\n", target.method, target.path);
  if (!has_field(plan.headers, "host")) head += fmt::format("host: {}\r\n", target.host);
  if (!has_field(plan.headers, "user-agent")) head += "user-agent: headroom-load\r\n";
  for (const std::string& header : plan.headers) head += header + "\r\n";
  const bool body = carries_body(target.method);
  if (body) head += fmt::format("content-length: {}\r\n", plan.body_bytes);
  head += "x-request-id: ";
  std::string after = "\r\n\r\n";
  if (body) after.append(static_cast<std::size_t>(plan.body_bytes), 'x');
  return {.before = std::move(head), .after = std::move(after), .is_head = target.method == "HEAD"};
}

RequestIds::RequestIds(std::uint64_t seed) : blank_{} {
  std::uint64_t mixed = Random(seed).next();
  for (std::size_t i = 0; i < prefix_length; ++i, mixed >>= 4)
    blank_[i] = "0123456789abcdef"[mixed & 15];
  blank_[prefix_length] = '-';
}

RequestIds::Id RequestIds::of(std::uint64_t number) const {
  Id id = blank_;
  for (std::size_t i = length; i-- > prefix_length + 1; number /= 10)
    id[i] = static_cast<char>('0' + number % 10);
  return id;
}

}  // namespace headroom::load
