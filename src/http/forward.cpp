// Heads passed on in either direction: one pass over the fields, each copied or left out.
#include "http/forward.h"

#include <array>
#include <string>

#include "core/text.h"
#include "http/fields.h"
#include "http/head.h"
#include "http/writer.h"

namespace headroom::http {
namespace {

/// Fields that Connection declares to be of one connection only (RFC 9110 7.6.1).
class ConnectionOptions {
 public:
  explicit ConnectionOptions(std::span<const Header> headers) {
    for (const Header& header : headers) {
      if (!is_word(header.name, "connection")) continue;
      for_each_member(header.value, [this](std::string_view option) {
        if (is_word(option, "close") || is_word(option, "keep-alive")) return;
        if (count_ < options_.size()) options_[count_++] = option;
      });
    }
  }

  [[nodiscard]] bool name(std::string_view field) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (equal_ignore_case(options_[i], field)) return true;
    }
    return false;
  }

 private:
  std::size_t count_ = 0;
  std::array<std::string_view, connection_options_max> options_;  // the parser admits no more
};

/// Content, identity and the way pass even when Connection names them: a client must not be able
/// to have them taken off by whoever stands between it and the replica.
bool passes_to_replica(const Header& header, const RequestHead& head,
                       const ConnectionOptions& options, bool believed) {
  switch (classify(header.name)) {
    case Field::content:
    case Field::identity:
    case Field::via:
      return true;
    case Field::forwarding:  // the two that grow on the way are written after the others
      return believed && !is_word(header.name, "x-forwarded-for") &&
             !is_word(header.name, "forwarded");
    case Field::trailer:
      return head.framing == Framing::chunked;
    case Field::tracestate:
      return !valid_traceparent(head).empty();
    case Field::other:
      return !shadows_another(header.name) && !options.name(header.name);
    default:
      return false;
  }
}

bool passes_to_client(const Header& header, Framing framing, const ConnectionOptions& options) {
  switch (classify(header.name)) {
    case Field::content_length:
    case Field::transfer_encoding:
    case Field::connection:
    case Field::upgrade:
    case Field::hop_by_hop:
    case Field::request_id:
    case Field::own:
      return false;
    case Field::content:
    case Field::identity:
      return true;
    case Field::trailer:
      return framing == Framing::chunked;
    default:
      return !options.name(header.name);
  }
}

void put_framing(Writer& writer, Framing framing, std::int64_t length) {
  if (framing == Framing::chunked) writer.put("transfer-encoding: chunked\r\n");
  if (framing == Framing::length) {
    writer.put("content-length: ");
    writer.number(length);
    writer.put("\r\n");
  }
}

/// RFC 7239: an IPv6 address stands in brackets and quotes, a host with a port in quotes.
void put_element(Writer& writer, std::string_view address, std::string_view host,
                 std::string_view proto) {
  writer.put("for=");
  if (address.find(':') == std::string_view::npos) {
    writer.put(address);
  } else {
    writer.put("\"[");
    writer.put(address);
    writer.put("]\"");
  }
  if (!host.empty()) {
    writer.put(";host=\"");
    writer.put(host);
    writer.put('"');
  }
  writer.put(";proto=");
  writer.put(proto);
}

/// The values of all fields of that name, each followed by a comma.
template <std::size_t N>
bool put_values(Writer& writer, std::span<const Header> headers, const char (&name)[N]) {
  bool any = false;
  for (const Header& header : headers) {
    if (!is_word(header.name, name) || header.value.empty()) continue;
    writer.put(header.value);
    writer.put(", ");
    any = true;
  }
  return any;
}

/// X-Forwarded-For and Forwarded end with the peer. What a trusted peer told goes before; what it
/// told in one of the two only is said in the other as well, for a replica may read either.
void put_chains(Writer& writer, const RequestHead& head, const RequestContext& context,
                const Origin& origin) {
  const std::string client = origin.believed ? origin.client.text() : std::string();
  const bool other = origin.believed && client != context.peer;
  writer.put("x-forwarded-for: ");
  const bool listed = origin.believed && put_values(writer, head.headers, "x-forwarded-for");
  if (other && !listed) {
    writer.put(client);
    writer.put(", ");
  }
  writer.put(context.peer);
  writer.put("\r\nforwarded: ");
  if (origin.believed && !origin.forwarded_broken &&
      put_values(writer, head.headers, "forwarded")) {
    put_element(writer, context.peer, head.host, "http");
  } else if (other) {
    put_element(writer, client, origin.host.empty() ? head.host : origin.host, origin.proto);
    writer.put(", ");
    put_element(writer, context.peer, head.host, "http");
  } else {
    put_element(writer, context.peer, origin.host.empty() ? head.host : origin.host, origin.proto);
  }
  writer.put("\r\n");
}

void put_context(Writer& writer, const RequestHead& head, const RequestContext& context) {
  const Origin nobody;
  const Origin& origin = context.origin != nullptr ? *context.origin : nobody;
  if (!context.peer.empty()) put_chains(writer, head, context, origin);
  const auto told = [&](std::string_view name) {
    return origin.believed && field(head.headers, name).data() != nullptr;
  };
  const std::string_view host = origin.host.empty() ? head.host : origin.host;
  if (!host.empty() && !told("x-forwarded-host")) writer.field("x-forwarded-host", host);
  if (!told("x-forwarded-proto")) writer.field("x-forwarded-proto", origin.proto);
  if (!context.request_id.empty()) writer.field("x-request-id", context.request_id);
  if (!context.traceparent.empty()) writer.field("traceparent", context.traceparent);
  if (context.remaining_ms > 0) {
    writer.put("x-request-timeout-ms: ");
    writer.number(context.remaining_ms);
    writer.put("\r\n");
  }
}

}  // namespace

std::size_t write_request_head(const RequestHead& head, const RequestContext& context,
                               std::span<char> out) {
  Writer writer(out);
  writer.put(head.method_text);
  writer.put(' ');
  writer.put(head.target);
  writer.put(" HTTP/1.1\r\n");
  writer.field("host", head.host);
  const ConnectionOptions options(head.headers);
  const bool believed = context.origin != nullptr && context.origin->believed;
  for (const Header& header : head.headers) {
    if (passes_to_replica(header, head, options, believed)) writer.field(header.name, header.value);
  }
  if (!context.pseudonym.empty()) {
    writer.put(head.minor_version == 0 ? "via: 1.0 " : "via: 1.1 ");
    writer.put(context.pseudonym);
    writer.put("\r\n");
  }
  put_context(writer, head, context);
  put_framing(writer, head.framing, head.content_length);
  writer.put("\r\n");
  return writer.size();
}

Framing framing_to_client(const ResponseHead& head, int client_minor_version) {
  if (head.framing != Framing::chunked && head.framing != Framing::until_close) return head.framing;
  return client_minor_version == 0 ? Framing::until_close : Framing::chunked;
}

std::size_t write_response_head(const ResponseHead& head, const ResponseContext& context,
                                std::span<char> out) {
  const Framing framing = framing_to_client(head, context.client_minor_version);
  const bool keep_alive = context.keep_alive && framing != Framing::until_close;
  Writer writer(out);
  writer.put("HTTP/1.1 ");
  writer.number(head.status);
  writer.put(' ');
  writer.put(head.reason);
  writer.put("\r\n");
  const ConnectionOptions options(head.headers);
  for (const Header& header : head.headers) {
    if (passes_to_client(header, framing, options)) writer.field(header.name, header.value);
  }
  if (!context.request_id.empty()) writer.field("x-request-id", context.request_id);
  put_framing(writer, framing, head.content_length);
  if (framing == Framing::none && head.status != 204) {
    // To HEAD and with 304 it tells of a body that is not there.
    const std::string_view length = field(head.headers, "content-length");
    if (!length.empty()) writer.field("content-length", length);
  }
  if (!keep_alive) {
    writer.put("connection: close\r\n");
  } else if (context.client_minor_version == 0) {
    writer.put("connection: keep-alive\r\n");
  }
  writer.put("\r\n");
  return writer.size();
}

std::size_t write_chunk_head(std::size_t size, std::span<char> out) {
  Writer writer(out);
  writer.number(size, 16);
  writer.put("\r\n");
  return writer.size();
}

std::size_t write_last_chunk(std::span<const Header> trailers, std::span<char> out) {
  Writer writer(out);
  writer.put("0\r\n");
  for (const Header& trailer : trailers) writer.field(trailer.name, trailer.value);
  writer.put("\r\n");
  return writer.size();
}

}  // namespace headroom::http
