// HTTP/1.1 messages as views into the buffer they were read into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace headroom::http {

struct Header {
  std::string_view name;
  std::string_view value;  // without surrounding white space
};

/// How the end of a body is known.
enum class Framing : std::uint8_t { none, length, chunked, until_close };

enum class Method : std::uint8_t { get, head, post, put, del, options, patch, other };

/// GET, HEAD, PUT, DELETE, OPTIONS: sending it twice does what sending it once does (RFC
/// 9110 9.2.2).
[[nodiscard]] constexpr bool idempotent(Method method) {
  return method != Method::post && method != Method::patch && method != Method::other;
}

struct RequestHead {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view target;  // in origin form: path and query, as sent; "*" for OPTIONS *
  std::string_view path;    // the target without its query, as sent
  /// Why only a route with `path: as_is` may take it ("empty_segment", ...); empty: any may.
  std::string_view path_fault;
  std::string_view host;       // the Host field (or the absolute target's authority), with its port
  std::string_view host_name;  // `host` without the port
  int minor_version = 1;       // of HTTP/1.x
  bool keep_alive = true;
  bool expect_continue = false;
  bool has_via = false;  // there is a Via field
  Framing framing = Framing::none;
  std::int64_t content_length = 0;  // meaningful with Framing::length
  std::span<const Header> headers;
};

struct ResponseHead {
  int status = 0;
  std::string_view reason;
  int minor_version = 1;
  bool keep_alive = true;
  Framing framing = Framing::none;
  std::int64_t content_length = 0;
  std::span<const Header> headers;
};

/// Why a message was refused: the status to answer with and a machine-readable reason.
struct Refusal {
  int status = 400;
  std::string_view reason;  // "duplicate_content_length", "head_too_large", ... (static storage)
};

/// Limits of one message; exceeding one is a refusal (431, 414 or 413; of a response 502).
/// `header_count` can be header_count_max (head.h) at most.
struct Limits {
  std::size_t head_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t target_bytes = 8 * 1024;
  std::int64_t body_bytes = 64 << 20;
};

}  // namespace headroom::http
