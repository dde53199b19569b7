// One kind of request that a load sends: method, address, path, weight.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "io/socket.h"

namespace headroom::load {

struct Target {
  std::string text;                    // as the user wrote it
  std::string method;                  // empty: the default of the command
  std::string host;                    // the authority of the URL, for the Host field
  std::string path;                    // with its query; starts with '/'
  std::optional<io::Address> address;  // absent when the host is a name other than localhost
  int weight = 1;                      // share of the requests, relative to the other targets
};

inline constexpr int weight_max = 1'000'000;

/// Reads `[METHOD:]http://HOST[:PORT][/PATH][*WEIGHT]`, such as `POST:http://127.0.0.1:8080/buy*3`.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

/// Whether an address belongs to this machine alone.
[[nodiscard]] bool is_loopback(const io::Address& address);

/// Whether `text` is a token of RFC 9110: a method or the name of a field.
[[nodiscard]] bool is_token(std::string_view text);

}  // namespace headroom::load
