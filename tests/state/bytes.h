// The bytes of every body: a function of the request's id, so that each can be checked where it
// arrives.
#pragma once

#include <cstdint>
#include <string_view>

namespace headroom::state {

enum class Side : std::uint8_t { request, answer };

constexpr std::size_t piece_max = 64 * 1024;  // of one view

/// At most piece_max bytes of that body from `offset` on.
[[nodiscard]] std::string_view body_bytes(std::uint64_t id, Side side, std::uint64_t offset,
                                          std::uint64_t size);

/// Where `found` first differs from the body at `offset`, or npos.
[[nodiscard]] std::size_t first_difference(std::uint64_t id, Side side, std::uint64_t offset,
                                           std::string_view found);

}  // namespace headroom::state
