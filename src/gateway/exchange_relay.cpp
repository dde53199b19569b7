// Bytes both ways between the client and the replica.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "core/text.h"
#include "gateway/client_connection.h"
#include "gateway/exchange.h"
#include "gateway/worker.h"
#include "io/clock.h"
#include "io/descriptors.h"

namespace headroom::gateway {
namespace {

// What chunked coding adds at most: a chunk's size line and its end, or the last one with trailers,
// which were kept by the parser and are longer than the bytes that end them.
constexpr std::size_t chunk_frame_max = http::last_chunk_bytes_max;
// Moved in one direction before the other connections have their turn.
constexpr std::size_t bytes_per_turn = 128 * 1024;
// A head with what the gateway adds: a space after each colon, an id, framing.
constexpr std::size_t head_room = spec::HeadLimits::bytes_max + 4 * 1024;
// What was read fits, rewritten, into an empty buffer; beside a head there is room for a body.
static_assert(32 * 1024 + head_room + chunk_frame_max <= 64 * 1024);
static_assert(spec::HeadLimits::bytes_max + 8 * 1024 <= 32 * 1024);
static_assert(spec::HeadLimits::fields_max <= http::header_count_max);

bool must_wait() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/// Server-sent events: their end is nobody's answer.
bool streams(const http::ResponseHead& head) {
  constexpr std::string_view type = "text/event-stream";
  const std::string_view field = http::field(head.headers, "content-type");
  return equal_ignore_case(field.substr(0, type.size()), type) &&
         (field.size() == type.size() || field[type.size()] == ';' || field[type.size()] == ' ');
}

/// Appends decoded body bytes, as one chunk where the message is chunked.
template <std::size_t N>
void append_body(Buffer<N>& out, std::string_view body, bool chunked) {
  if (chunked) out.commit(http::write_chunk_head(body.size(), out.writable()));
  out.append(body);
  if (chunked) out.append("\r\n");
}

}  // namespace

bool Exchange::body_fits(std::size_t room, std::size_t pending) const {
  return room >= pending + chunk_frame_max;
}

Exchange::Life Exchange::pump_request() {
  for (std::size_t moved = 0; !upstream_error_; moved += client_in_.readable().size()) {
    if (parse_request_body() == Life::ended) return Life::ended;
    if (flush_upstream() == Life::ended) return Life::ended;
    if (request_complete_ && upstream_out_.empty() && !request_sent_) {
      request_sent_ = true;
      progressed();
    }
    if (request_complete_ || !upstream_out_.empty()) break;
    if (!client_in_.empty()) continue;  // there is room again for what was read already
    if (!client_readable_) break;
    if (moved >= bytes_per_turn) {
      worker_.loop().again(*client_, EPOLLIN);
      break;
    }
    client_in_.clear(head_end_);  // the head stays: it may have to be logged or sent again
    if (read_client() == Life::ended) return Life::ended;
    if (client_in_.empty()) break;
  }
  return Life::running;
}

Exchange::Life Exchange::parse_request_body() {
  while (!request_complete_) {
    const std::string_view pending = client_in_.readable();
    if (!body_fits(upstream_out_.room(), pending.size())) {
      if (!upstream_out_.empty()) return Life::running;
      replayable_ = false;  // more than the buffer holds: it cannot be sent a second time
      upstream_out_.clear();
    }
    const http::Step step = request_.next(pending);
    client_in_.consume(step.consumed);
    const bool chunked = request_.head().framing == http::Framing::chunked;
    switch (step.event) {
      case http::Event::body:
        append_body(upstream_out_, step.body, chunked);
        break;
      case http::Event::complete:
        if (chunked) {
          upstream_out_.commit(
              http::write_last_chunk(request_.trailers(), upstream_out_.writable()));
        }
        request_complete_ = true;
        break;
      case http::Event::refused:
        ++worker_.stats().refused[request_.refusal().reason];
        keep_client_ = false;
        answer({request_.refusal().status, request_.refusal().reason, "http_request_error",
                "the request's body is not acceptable HTTP", Outcome::gone});
        return Life::ended;
      case http::Event::need_more:
      case http::Event::head:
        return Life::running;
    }
  }
  return Life::running;
}

Exchange::Life Exchange::flush_upstream() {
  while (!upstream_out_.empty()) {
    const std::string_view bytes = upstream_out_.readable();
    const ssize_t sent = send(upstream_->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      upstream_out_.consume(static_cast<std::size_t>(sent));
      if (!request_complete_ || !upstream_out_.empty()) progressed();
    } else if (must_wait()) {
      return Life::running;
    } else if (io::is_shortage(errno)) {
      return upstream_shortage();
    } else {
      // The replica takes no more, but it may have answered before it closed: read that first.
      // This call has taken the socket's error: reading will end as if nothing had happened.
      upstream_error_ = upstream_readable_ = upstream_closed_ = true;
      return Life::running;
    }
  }
  return Life::running;
}

Exchange::Life Exchange::read_client() {
  const std::span<char> space = client_in_.writable();
  const ssize_t count = read(client_->fd(), space.data(), space.size());
  if (count > 0) {
    client_in_.commit(static_cast<std::size_t>(count));
    client_readable_ = static_cast<std::size_t>(count) == space.size() || client_closing_;
    return Life::running;
  }
  if (count < 0 && must_wait()) {
    client_readable_ = false;
    return Life::running;
  }
  client_gone();
  return Life::ended;
}

Exchange::Life Exchange::pump_response() {
  for (std::size_t moved = 0;; moved += upstream_in_.readable().size()) {
    if (parse_response() == Life::ended) return Life::ended;
    if (flush_client() == Life::ended) return Life::ended;
    if (!client_out_.empty()) return Life::running;  // the client is slow: EPOLLOUT will come
    if (response_complete_) {
      finish();
      return Life::ended;
    }
    if (!upstream_in_.empty()) continue;
    if (!upstream_readable_) return Life::running;
    if (moved >= bytes_per_turn) {
      worker_.loop().again(*upstream_, EPOLLIN);
      return Life::running;
    }
    if (response_started_) upstream_in_.clear();
    if (read_upstream() == Life::ended) return Life::ended;
    if (upstream_in_.empty() && !response_complete_) return Life::running;
  }
}

Exchange::Life Exchange::parse_response() {
  while (!response_complete_) {
    const std::string_view pending = upstream_in_.readable();
    const std::size_t reserve = response_started_ ? 0 : head_room;
    if (!body_fits(client_out_.room(), pending.size() + reserve)) {
      if (!client_out_.empty()) return Life::running;
      client_out_.clear();
    }
    const http::Step step = response_.next(pending);
    upstream_in_.consume(step.consumed);
    switch (step.event) {
      case http::Event::head:
        if (response_head() == Life::ended) return Life::ended;
        break;
      case http::Event::body:
        append_body(client_out_, step.body, response_chunked_);
        bytes_out_ += static_cast<std::int64_t>(step.body.size());
        break;
      case http::Event::complete:
        response_complete();
        break;
      case http::Event::refused:
        return upstream_broke(response_.refusal().reason);
      case http::Event::need_more:
        return Life::running;
    }
  }
  return Life::running;
}

Exchange::Life Exchange::response_head() {
  const http::ResponseHead& head = response_.head();
  // A client that is still sending cannot be kept: the rest of its body has no reader.
  if (!request_complete_ || worker_.draining()) keep_client_ = false;
  const bool unframed =
      head.framing == http::Framing::chunked || head.framing == http::Framing::until_close;
  response_chunked_ = unframed && !to_http10_;
  if (unframed && to_http10_) keep_client_ = false;
  const http::ResponseContext context{.request_id = request_id_,
                                      .client_minor_version = to_http10_ ? 0 : 1,
                                      .keep_alive = keep_client_};
  const std::size_t size = http::write_response_head(head, context, client_out_.writable());
  if (size == 0) return upstream_broke("response_head_too_large");
  client_out_.commit(size);
  status_ = head.status;
  response_started_ = true;
  stream_ = streams(head) || route_->ref->route->timeouts.total == spec::Timeouts::none;
  if (stream_) {
    stream_begun_ = io::monotonic_now();
    worker_.loop().disarm(deadline_);
    pool().becomes_stream(permit_);
    worker_.serve_waiters(pool());  // it no longer stands in their way
  }
  progressed();
  return Life::running;
}

void Exchange::response_complete() {
  if (response_chunked_) {
    client_out_.commit(http::write_last_chunk(response_.trailers(), client_out_.writable()));
  }
  response_complete_ = true;
  const bool reusable = response_.head().keep_alive && request_complete_ && upstream_out_.empty() &&
                        upstream_in_.empty() && !upstream_readable_ && !upstream_closed_;
  using protect::AttemptEnd;
  end_attempt(status_ >= 500 ? AttemptEnd::error_answer : AttemptEnd::answered, reusable);
  state_ = State::delivering;
}

Exchange::Life Exchange::read_upstream() {
  const std::span<char> space = upstream_in_.writable();
  if (space.empty()) return upstream_broke("response_head_too_large");
  const ssize_t count = read(upstream_->fd(), space.data(), space.size());
  if (count > 0) {
    upstream_in_.commit(static_cast<std::size_t>(count));
    upstream_readable_ = static_cast<std::size_t>(count) == space.size() || upstream_closed_;
    if (response_started_) progressed();
    return Life::running;
  }
  if (count < 0 && must_wait()) {
    upstream_readable_ = false;
    return Life::running;
  }
  if (count < 0 && io::is_shortage(errno)) return upstream_shortage();
  upstream_closed_ = true;
  if (count < 0 || upstream_error_) return upstream_broke("upstream_reset");
  const http::Step step = response_.finish();
  if (step.event != http::Event::complete) return upstream_broke("upstream_closed");
  response_complete();
  return Life::running;
}

Exchange::Life Exchange::flush_client() {
  while (!client_out_.empty()) {
    const std::string_view bytes = client_out_.readable();
    const ssize_t sent = send(client_->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      client_out_.consume(static_cast<std::size_t>(sent));
      response_sent_ = response_started_;
      const bool done = response_complete_ && client_out_.empty();
      if (route_ != nullptr && state_ != State::answering && !done) progressed();
    } else if (must_wait()) {
      return Life::running;
    } else {
      client_gone();
      return Life::ended;
    }
  }
  client_out_.clear();
  return Life::running;
}

}  // namespace headroom::gateway
