// What a parser says after it looked at some input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

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

}  // namespace headroom::http
