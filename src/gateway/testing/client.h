// A client of the gateway under test.
#pragma once

#include <string>
#include <string_view>

#include "gateway/testing/message.h"

namespace headroom::gateway::testing {

[[nodiscard]] inline std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: shop\r\n" + fields + "\r\n";
}
[[nodiscard]] inline std::string post(const std::string& target, const std::string& body,
                                      const std::string& fields = "") {
  return "POST " + target +
         " HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         fields + "\r\n" + body;
}

class Client {
 public:
  explicit Client(const io::Address& address, int receive_buffer = 0)
      : wire(Wire::to(address, receive_buffer)) {}

  /// The next answer; status() is 0 when none came. Informational ones are counted and skipped.
  Message answer(bool to_head = false) {
    while (true) {
      auto message = read_head(wire);
      if (!message) return {};
      const int status = message->status();
      if (status >= 100 && status < 200) {
        ++informational;
        continue;
      }
      const bool bodiless = to_head || status == 204 || status == 304;
      if (bodiless)
        message->whole = true;
      else
        read_body(wire, *message, true);
      return *message;
    }
  }
  Message ask(std::string_view request, bool to_head = false) {
    wire.send(request);
    return answer(to_head);
  }

  Wire wire;
  int informational = 0;
};

}  // namespace headroom::gateway::testing
