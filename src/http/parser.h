// Sans-I/O parsers of HTTP/1.1 requests and responses: bytes in, events out. Strict on purpose.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "http/body.h"
#include "http/head.h"
#include "http/message.h"
#include "http/step.h"

namespace headroom::http {

/// What a request that was refused seems to ask for: read loosely and cut short, for a log.
struct Attempt {
  std::string_view method;
  std::string_view path;
};

/// Reads the requests of one connection, one after the other.
///
/// Call next() with the bytes not yet consumed until it asks for more. Until reset(), the bytes of
/// the head must stay where they were, contiguous: head() views them. Bytes of the body need not
/// stay; trailers are copied. No allocation.
///
/// What is refused beyond the grammar, and with which status, is listed in hostile_requests.h.
class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);

  [[nodiscard]] Step next(std::string_view input);
  /// Makes ready for the next request of the connection. A parser that refused stays refused: what
  /// follows a request that was not understood cannot be told from its body.
  void reset();
  /// Makes ready for another connection, whatever happened on this one.
  void reopen();
  /// Holds for the next head on. Call it before reset() or reopen().
  void limit(const Limits& limits);

  /// Whether bytes of the next request were seen, other than empty lines before it: a connection
  /// that is not idle.
  [[nodiscard]] bool started() const { return phase_ != Phase::head || reader_.started(); }
  /// After a refusal the fields are there when all of them had come.
  [[nodiscard]] const RequestHead& head() const { return head_; }
  /// Valid after a refusal and while a head is being read.
  [[nodiscard]] Attempt attempt() const;
  /// Trailer fields of a chunked body that may be passed on; valid after `complete`.
  [[nodiscard]] std::span<const Header> trailers() const { return body_.trailers(); }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

 private:
  enum class Phase : std::uint8_t { head, body, complete, refused };

  [[nodiscard]] Step refuse(const Refusal& refusal);
  [[nodiscard]] Step end_head(Step step);
  // Each looks at one aspect of the head and fills it in, or says why not.
  [[nodiscard]] std::optional<Refusal> describe_line();
  [[nodiscard]] std::optional<Refusal> describe_connection();
  [[nodiscard]] std::optional<Refusal> describe_framing();
  [[nodiscard]] std::optional<Refusal> describe_target();

  std::int64_t body_bytes_max_ = 0;
  std::size_t target_bytes_max_ = 0;
  Phase phase_ = Phase::head;
  Refusal refusal_;
  RequestHead head_;
  HeadReader reader_;
  BodyReader body_;
};

/// Reads the response to one request. Informational responses (1xx) are skipped, their number is
/// limited; 101 is refused, because no upgrade was asked for. Limits::body_bytes does not apply:
/// the body of a response is streamed, never held.
class ResponseParser {
 public:
  explicit ResponseParser(const Limits& limits);

  /// Holds for the next head on. Call it before reset().
  void limit(const Limits& limits) { reader_.limit(limits); }

  /// Makes ready for the response to a request, also after a refusal (then on a new connection);
  /// one to HEAD has no body whatever its head says.
  void reset(bool to_head_request);

  [[nodiscard]] Step next(std::string_view input);
  /// The peer closed: completes a body that ends with the connection, refuses anything cut short
  /// ("no_response" when not a byte had come, else "truncated").
  [[nodiscard]] Step finish();

  [[nodiscard]] const ResponseHead& head() const { return head_; }
  [[nodiscard]] std::span<const Header> trailers() const { return body_.trailers(); }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

 private:
  enum class Phase : std::uint8_t { head, body, complete, refused };

  [[nodiscard]] Step refuse(const Refusal& refusal);
  [[nodiscard]] std::optional<Refusal> skip_informational();
  [[nodiscard]] std::optional<Refusal> describe();
  [[nodiscard]] std::optional<Refusal> describe_framing();

  Phase phase_ = Phase::head;
  bool to_head_request_ = false;
  int informational_ = 0;
  Refusal refusal_;
  ResponseHead head_;
  HeadReader reader_;
  BodyReader body_;
};

}  // namespace headroom::http
