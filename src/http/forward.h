// What a gateway writes: heads passed on, chunks, and its own answers. Into the caller's buffer.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "http/body.h"
#include "http/message.h"
#include "http/origin.h"

namespace headroom::http {

/// What the gateway adds to a request on its way to a replica.
struct RequestContext {
  std::string_view peer = {};         // who sent it, for X-Forwarded-For and Forwarded
  const Origin* origin = nullptr;     // what a trusted peer told; null: nobody is believed
  std::string_view request_id = {};   // goes out as x-request-id
  std::string_view traceparent = {};  // goes out as traceparent (W3C Trace Context)
  std::string_view pseudonym = {};    // this gateway's own name, for Via
  std::int64_t remaining_ms = 0;  // what is left of the route's timeout, for x-request-timeout-ms
};

/// Writes the head for the replica: hop-by-hop fields (and those that Connection names) removed,
/// forwarding fields replaced (extended where the peer is believed), framing written anew; fields
/// with an underscore in their name are left out, for many programs take "X_A" for "X-A". Returns
/// the bytes written, or 0 when `out` is too small.
[[nodiscard]] std::size_t write_request_head(const RequestHead& head, const RequestContext& context,
                                             std::span<char> out);

struct ResponseContext {
  std::string_view request_id = {};
  int client_minor_version = 1;  // an HTTP/1.0 client gets no chunks: the body ends by closing
  bool keep_alive = true;        // whether the gateway keeps the client's connection
};

/// How the body of a response has to go to a client: until_close means that the connection must be
/// closed after it, whatever ResponseContext::keep_alive says.
[[nodiscard]] Framing framing_to_client(const ResponseHead& head, int client_minor_version);

/// Writes the head for the client: hop-by-hop fields removed, framing and connection written anew.
/// Returns the bytes written, or 0 when `out` is too small.
[[nodiscard]] std::size_t write_response_head(const ResponseHead& head,
                                              const ResponseContext& context, std::span<char> out);

/// "1f4\r\n" for a chunk of 500 bytes; the caller adds the bytes and "\r\n".
[[nodiscard]] std::size_t write_chunk_head(std::size_t size, std::span<char> out);

/// Room that is enough for write_last_chunk() with the trailers of any parser: each may have come
/// without a space after its colon.
inline constexpr std::size_t last_chunk_bytes_max =
    trailer_bytes_max + trailer_count_max + std::string_view("0\r\n\r\n").size();

/// "0\r\n", the trailers, "\r\n".
[[nodiscard]] std::size_t write_last_chunk(std::span<const Header> trailers, std::span<char> out);

/// An answer of the gateway itself: RFC 9457 problem+json with Proxy-Status (RFC 9209).
struct Problem {
  int status = 500;
  std::string_view reason = {};       // "queue_full", "no_replica", "upstream_timeout", ...
  std::string_view proxy_error = {};  // RFC 9209 type: "connection_timeout", ...; empty for none
  std::string_view detail = {};       // one sentence for people
  std::string_view request_id = {};
  int retry_after_s = 0;  // 0: no Retry-After
  bool keep_alive = true;
  bool to_head_request = false;
};

[[nodiscard]] std::size_t write_problem(const Problem& problem, std::span<char> out);

/// The answer to OPTIONS *, which is about the server itself.
[[nodiscard]] std::size_t write_server_options(std::string_view request_id, bool keep_alive,
                                               std::span<char> out);

/// Whether a message has come through the proxy of that name already (Via, RFC 9110 7.6.3).
[[nodiscard]] bool came_through(std::span<const Header> headers, std::string_view pseudonym);

/// A valid W3C traceparent from outside, or empty.
[[nodiscard]] std::string_view valid_traceparent(const RequestHead& head);
/// A usable x-request-id from outside (1..128 visible characters), or empty.
[[nodiscard]] std::string_view valid_request_id(const RequestHead& head);
/// The value of the first field of that name, or empty. Names compare without case.
[[nodiscard]] std::string_view field(std::span<const Header> headers, std::string_view name);

}  // namespace headroom::http
