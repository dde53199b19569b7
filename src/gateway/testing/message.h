// A whole HTTP message as the other side of the gateway reads it: simple, and not the product's.
#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "gateway/testing/wire.h"

namespace headroom::gateway::testing {

struct Message {
  std::string start;                          // the first line
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;                           // without its chunks' frames
  std::string trailers;
  bool chunked = false;
  bool whole = false;  // the body ended where its framing says

  [[nodiscard]] int status() const { return start.size() > 9 ? std::atoi(&start[9]) : 0; }
  [[nodiscard]] std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }
  [[nodiscard]] bool says_close() const { return field("connection") == "close"; }
  /// The machine-readable reason of a problem.
  [[nodiscard]] std::string reason() const {
    const std::string key = "\"reason\":\"";
    const std::size_t at = body.find(key);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + key.size();
    return body.substr(begin, body.find('"', begin) - begin);
  }
};

[[nodiscard]] inline std::optional<Message> read_head(Wire& wire) {
  const auto head = wire.until("\r\n\r\n");
  if (!head) return std::nullopt;
  Message message;
  std::size_t at = head->find("\r\n");
  message.start = head->substr(0, at);
  for (at += 2; at + 2 < head->size();) {
    const std::size_t end = head->find("\r\n", at);
    const std::string line = head->substr(at, end - at);
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    message.fields[name] = colon + 2 <= line.size() ? line.substr(colon + 2) : "";
    at = end + 2;
  }
  message.chunked = message.field("transfer-encoding") == "chunked";
  return message;
}

inline void read_chunks(Wire& wire, Message& message) {
  while (true) {
    const auto line = wire.until("\r\n");
    if (!line) return;
    const std::size_t size = std::strtoul(line->c_str(), nullptr, 16);
    if (size == 0) break;
    const auto chunk = wire.exactly(size + 2);
    if (!chunk) {
      message.body += wire.rest();
      return;
    }
    message.body += chunk->substr(0, size);
  }
  while (true) {
    const auto line = wire.until("\r\n");
    if (!line) return;
    if (*line == "\r\n") break;
    message.trailers += *line;
  }
  message.whole = true;
}

/// `until_close`: without framing the body lasts until the stream ends, as of responses.
inline void read_body(Wire& wire, Message& message, bool until_close) {
  if (message.chunked) return read_chunks(wire, message);
  const std::string length = message.field("content-length");
  if (!length.empty()) {
    const auto body = wire.exactly(std::strtoul(length.c_str(), nullptr, 10));
    message.whole = body.has_value();
    message.body = body ? *body : wire.rest();
  } else if (until_close) {
    message.body = wire.rest();
    message.whole = wire.end() == Wire::End::closed;
  } else {
    message.whole = true;
  }
}

}  // namespace headroom::gateway::testing
