// The two lists of reasons.
#include "gateway/reasons.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace headroom::gateway {
namespace {

/// Of how a message is framed: in a request and in the answer of a replica alike.
constexpr std::array framing = std::to_array<std::string_view>({
    "conflicting_length",
    "invalid_content_length",
    "duplicate_transfer_encoding",
    "invalid_transfer_encoding",
    "transfer_encoding_in_http_1_0",
    "unknown_transfer_encoding",
    "invalid_chunk",
    "invalid_chunk_size",
    "invalid_chunk_extension",
    "chunk_extension_too_large",
    "invalid_trailer",
    "too_many_trailers",
    "too_many_connection_options",
});

template <std::size_t... N>
constexpr auto joined(const std::array<std::string_view, N>&... lists) {
  std::array<std::string_view, (N + ...)> out{};
  auto at = out.begin();
  ((at = std::ranges::copy(lists, at).out), ...);
  return out;
}

constexpr auto missed = joined(std::to_array<std::string_view>({
                                   reason_late,
                                   // shed
                                   "no_replica",
                                   "queue_full",
                                   "queue_timeout",
                                   "displaced",
                                   "deadline_in_queue",
                                   "deadline_unreachable",
                                   // failed, at a replica
                                   reason_upstream_5xx,
                                   "timeout",
                                   "first_byte_timeout",
                                   "idle_timeout",
                                   "connect_failed",
                                   "connect_timeout",
                                   "replica_stopped",
                                   "upstream_closed",
                                   "upstream_reset",
                                   // failed here
                                   "local_resources",
                                   "head_too_large",
                                   "shutdown",
                                   // failed, as the answer was no acceptable HTTP
                                   "response_head_too_large",
                                   "response_too_many_headers",
                                   "response_trailers_too_large",
                                   "upgrade_not_asked_for",
                                   "http_version",
                                   "informational_with_body",
                                   "too_many_informational",
                                   "no_response",
                                   "invalid_status_line",
                                   "invalid_start",
                                   "invalid_header",
                                   "folded_header",
                                   "invalid_message",
                               }),
                               framing);

constexpr auto refused = joined(std::to_array<std::string_view>({
                                    "no_route",
                                    "method_not_allowed",
                                    "unknown_host",
                                    "loop",
                                    "head_timeout",
                                    "proxy_header_malformed",
                                    "proxy_header_too_large",
                                    "invalid_start",
                                    "invalid_request_line",
                                    "invalid_http_version",
                                    "http_version",
                                    "unknown_method",
                                    "connect_refused",
                                    "trace_refused",
                                    "invalid_header",
                                    "folded_header",
                                    "missing_host",
                                    "duplicate_host",
                                    "invalid_host",
                                    "host_differs_from_target",
                                    "invalid_target",
                                    "fragment_in_target",
                                    "dot_segment",
                                    "empty_segment",
                                    "encoded_slash",
                                    "ambiguous_path",
                                    "ambiguous_route",
                                    "invalid_percent_encoding",
                                }),
                                framing,
                                std::to_array<std::string_view>({
                                    "unknown_expectation",
                                    "target_too_long",
                                    "head_too_large",
                                    "too_many_headers",
                                    "trailers_too_large",
                                    "body_too_large",
                                    "invalid_message",
                                }));

}  // namespace

std::span<const std::string_view> missed_reasons() {
  return missed;
}

std::span<const std::string_view> refused_reasons() {
  return refused;
}

}  // namespace headroom::gateway
