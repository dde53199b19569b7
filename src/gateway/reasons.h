// The reasons that metrics count by, so that their series exist before anything has happened.
#pragma once

#include <span>
#include <string_view>

namespace headroom::gateway {

/// Why a request that had a route was late, shed or failed. docs/http.md explains them.
[[nodiscard]] std::span<const std::string_view> missed_reasons();
constexpr std::string_view reason_late = "late";
constexpr std::string_view reason_upstream_5xx = "upstream_5xx";

/// Why a request was refused for what it is.
[[nodiscard]] std::span<const std::string_view> refused_reasons();

}  // namespace headroom::gateway
