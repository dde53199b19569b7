// The gateway's own answers: status line, Proxy-Status, problem+json.
#include <array>

#include "http/forward.h"
#include "http/writer.h"

namespace headroom::http {
namespace {

constexpr std::string_view allow = "allow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH\r\n";

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 508:
      return "Loop Detected";
    default:
      return "Error";
  }
}

/// A JSON string. Bytes above ASCII are passed as they are: details are written by headroom.
void put_json(Writer& writer, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  writer.put('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      writer.put('\\');
      writer.put(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      writer.put("\\u00");
      writer.put(digits[static_cast<unsigned char>(c) >> 4]);
      writer.put(digits[c & 0xf]);
    } else {
      writer.put(c);
    }
  }
  writer.put('"');
}

/// A string of a structured field (RFC 9651 3.3.3): ASCII only.
void put_structured(Writer& writer, std::string_view text) {
  writer.put('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') writer.put('\\');
    writer.put(c >= 0x20 && c < 0x7f ? c : '?');
  }
  writer.put('"');
}

std::size_t write_body(const Problem& problem, std::span<char> out) {
  Writer writer(out);
  writer.put(R"({"type":"about:blank","title":)");
  put_json(writer, title_of(problem.status));
  writer.put(R"(,"status":)");
  writer.number(problem.status);
  writer.put(R"(,"detail":)");
  put_json(writer, problem.detail);
  writer.put(R"(,"reason":)");
  put_json(writer, problem.reason);
  writer.put(R"(,"request_id":)");
  put_json(writer, problem.request_id);
  writer.put("}\n");
  return writer.size();
}

void put_number(Writer& writer, std::string_view name, std::size_t value) {
  writer.put(name);
  writer.number(value);
  writer.put("\r\n");
}

}  // namespace

std::size_t write_problem(const Problem& problem, std::span<char> out) {
  std::array<char, 2048> buffer;  // the head needs to know the size of what follows it
  const std::string_view body(buffer.data(), write_body(problem, buffer));
  if (body.empty()) return 0;

  Writer writer(out);
  writer.put("HTTP/1.1 ");
  writer.number(problem.status);
  writer.put(' ');
  writer.put(title_of(problem.status));
  writer.put("\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n");
  put_number(writer, "content-length: ", body.size());
  if (!problem.proxy_error.empty()) {
    writer.put("proxy-status: headroom; error=");
    writer.put(problem.proxy_error);
    writer.put("; details=");
    put_structured(writer, problem.reason);
    writer.put("\r\n");
  }
  if (problem.status == 405) {
    writer.put(allow);
  }
  if (problem.retry_after_s > 0) {
    put_number(writer, "retry-after: ", static_cast<std::size_t>(problem.retry_after_s));
  }
  if (!problem.request_id.empty()) writer.field("x-request-id", problem.request_id);
  if (!problem.keep_alive) writer.put("connection: close\r\n");
  writer.put("\r\n");
  if (!problem.to_head_request) writer.put(body);
  return writer.size();
}

std::size_t write_server_options(std::string_view request_id, bool keep_alive,
                                 std::span<char> out) {
  Writer writer(out);
  writer.put("HTTP/1.1 200 OK\r\n");
  writer.put(allow);
  writer.put("content-length: 0\r\n");
  writer.field("x-request-id", request_id);
  if (!keep_alive) writer.put("connection: close\r\n");
  writer.put("\r\n");
  return writer.size();
}

}  // namespace headroom::http
