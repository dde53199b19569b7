// What is read of a request before it asks for a place, and what goes to a replica first.
#include <sys/mman.h>

#include "gateway/client_connection.h"
#include "gateway/exchange.h"
#include "gateway/worker.h"

namespace headroom::gateway {
namespace {

constexpr std::size_t head_bytes_max = 64 * 1024;  // towards a replica: what upstream_out_ holds

}  // namespace

void* Exchange::operator new(std::size_t size) {
  void* pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(pages != MAP_FAILED);
  return pages;
}

void Exchange::operator delete(void* pages, std::size_t size) {
  munmap(pages, size);
}

void Exchange::read_body() {
  if (!write_upstream_head()) return refuse_long_head();
  const http::RequestHead& head = request_.head();
  if (head.expect_continue) {
    // It asks before it sends. What cannot be held here is not asked for before it has a place.
    if (head.framing == http::Framing::length &&
        !body_fits(upstream_out_.room(), head.content_length))
      return admit();
    tell_to_continue();
  }
  state_ = State::reading_body;
  if (flush_client() == Life::running) collect_body();
}

void Exchange::collect_body() {
  while (true) {
    if (parse_request_body() == Life::ended) return;
    if (request_complete_ || !client_in_.empty()) break;
    if (!client_readable_) {
      note_body_wait();
      return worker_.loop().arm(phase_, route_->ref->route->timeouts.idle);
    }
    client_in_.clear(head_end_);  // the head stays: it may have to be logged or sent again
    if (read_client() == Life::ended) return;
  }
  state_ = State::waiting;  // for a place now, and no longer for its client
  note_body_wait();
  worker_.loop().disarm(phase_);
  admit();
}

void Exchange::tell_to_continue() {
  if (request_.head().expect_continue && !continue_sent_ && client_in_.empty())
    client_out_.append("HTTP/1.1 100 Continue\r\n\r\n");
  continue_sent_ = true;
}

void Exchange::refuse_long_head() {
  answer({431, "head_too_large", "http_request_error",
          "the request's head does not fit with what the gateway adds", Outcome::failed});
}

http::RequestContext Exchange::context_for_replica() const {
  http::RequestContext context{.peer = client_->source_text(),
                               .origin = &origin_,
                               .request_id = request_id_,
                               .traceparent = traceparent_,
                               .pseudonym = worker_.pseudonym()};
  const Duration total = route_->ref->route->timeouts.total;
  if (total != spec::Timeouts::none)
    context.remaining_ms =
        std::max<std::int64_t>(1, (total - age()) / std::chrono::milliseconds(1));
  return context;
}

bool Exchange::write_upstream_head() {
  upstream_out_.clear();
  upstream_head_size_ =
      http::write_request_head(request_.head(), context_for_replica(), upstream_out_.writable());
  upstream_out_.commit(upstream_head_size_);
  return upstream_head_size_ > 0;
}

/// The body, or what of it was read or sent so far, stands behind the head in the buffer. Only the
/// time that is left is another: with as many digits as before or fewer, so that the new head fits
/// in front of the body.
void Exchange::refresh_upstream_head() {
  std::array<char, head_bytes_max> head;
  const std::size_t size = http::write_request_head(request_.head(), context_for_replica(), head);
  CHECK(size > 0 && size <= upstream_head_size_);
  upstream_out_.rewind(upstream_head_size_ - size);
  upstream_out_.overwrite({head.data(), size});
}

}  // namespace headroom::gateway
