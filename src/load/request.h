// Requests prebuilt as bytes, and the identity of each one sent.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"
#include "load/plan.h"

namespace headroom::load {

/// One request from the moment it is due until it ends.
struct Request {
  std::uint64_t number = 0;
  Instant intended{};
  std::uint16_t target = 0;
};

/// The bytes of a target's requests: `before`, the id, `after`.
struct RequestBytes {
  std::string before;
  std::string after;
  bool is_head = false;
};

[[nodiscard]] RequestBytes build_request(const LoadPlan& plan, const Target& target);

/// Whether requests of this method are sent with a body.
[[nodiscard]] bool carries_body(std::string_view method);

/// "1f0c33aa-0000000042": eight hex digits of the seed, then the number of the request.
class RequestIds {
 public:
  static constexpr std::size_t length = 19;
  using Id = std::array<char, length>;

  explicit RequestIds(std::uint64_t seed);
  [[nodiscard]] Id of(std::uint64_t number) const;

 private:
  Id blank_;
};

}  // namespace headroom::load
