// A request that is refused, and short ways to write one down.
#pragma once

#include <string>
#include <vector>

namespace headroom::http {

struct HostileRequest {
  std::string name;
  std::string bytes;
  int status;
  std::string reason;
  bool after_head = false;  // the head is fine, the body is not
};

namespace hostile {

using std::string_literals::operator""s;

inline std::string post(const std::string& fields, const std::string& body = "hello") {
  return "POST / HTTP/1.1\r\nHost: shop\r\n" + fields + "\r\n" + body;
}
inline std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: shop\r\n\r\n";
}
inline std::string with_host(const std::string& host_lines) {
  return "GET / HTTP/1.1\r\n" + host_lines + "\r\n";
}
inline std::string chunks(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

}  // namespace hostile
}  // namespace headroom::http
