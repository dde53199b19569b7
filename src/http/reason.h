// What people and proxies are told of a message that was refused; its reason is for programs.
#pragma once

#include <string_view>

namespace headroom::http {

/// One sentence about a request that was refused for `reason`.
[[nodiscard]] std::string_view explain_request(std::string_view reason);

struct ResponseFault {
  std::string_view proxy_error;  // RFC 9209
  std::string_view detail;       // one sentence
};

/// About an answer of a replica that was refused for `reason`, or that ended too early.
[[nodiscard]] ResponseFault explain_response(std::string_view reason);

}  // namespace headroom::http
