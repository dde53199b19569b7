// Sans-I/O parsers of HTTP/1.1 requests and responses: bytes in, events out. Strict on purpose.
#pragma once

#include <llhttp.h>

#include <array>
#include <string_view>

#include "http/message.h"

namespace headroom::http {

enum class Event : std::uint8_t {
  need_more,  // all input was consumed, nothing to report
  head,       // head() is valid
  body,       // `body` holds decoded bytes (views the input)
  complete,   // the message ended; unconsumed input belongs to the next one
  refused,    // refusal() says why; nothing more can be read from this connection
};

struct Step {
  Event event = Event::need_more;
  std::size_t consumed = 0;
  std::string_view body;
};

/// Reads the requests of one connection, one after the other.
///
/// Call next() with the bytes not yet consumed until it asks for more. Until reset(), the bytes of
/// the head must stay where they were, contiguous: head() views them. No allocation.
class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);

  [[nodiscard]] Step next(std::string_view input);
  /// Makes ready for the next request of the connection.
  void reset();

  [[nodiscard]] const RequestHead& head() const;
  /// Trailer fields of a chunked body that may be passed on; valid after `complete`.
  [[nodiscard]] std::span<const Header> trailers() const;
  [[nodiscard]] const Refusal& refusal() const;
};

/// Reads the response to one request. Informational responses (1xx) are skipped, their number is
/// limited; 101 is refused, because no upgrade was asked for.
class ResponseParser {
 public:
  explicit ResponseParser(const Limits& limits);

  /// Makes ready for the response to a request; one to HEAD has no body whatever its head says.
  void reset(bool to_head_request);

  [[nodiscard]] Step next(std::string_view input);
  /// The peer closed: completes a body that ends with the connection, refuses anything cut short.
  [[nodiscard]] Step finish();

  [[nodiscard]] const ResponseHead& head() const;
  [[nodiscard]] std::span<const Header> trailers() const;
  [[nodiscard]] const Refusal& refusal() const;
};

}  // namespace headroom::http
