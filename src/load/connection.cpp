// The life of a client connection.
#include "load/connection.h"

#include <sys/epoll.h>
#include <sys/uio.h>

#include <cerrno>

#include "http/forward.h"
#include "io/clock.h"

namespace headroom::load {
namespace {

constexpr http::Limits answer_limits{.head_bytes = 16 * 1024};

bool says_proxy(const http::ResponseHead& head) {
  return !http::field(head.headers, "proxy-status").empty() ||
         http::field(head.headers, "content-type").starts_with("application/problem+json");
}

}  // namespace

Connection::Connection(io::Loop& loop, ConnectionOwner& owner)
    : loop_(loop),
      owner_(owner),
      timer_([this] { on_timeout(); }),
      parser_(answer_limits),
      buffer_(std::make_unique_for_overwrite<char[]>(buffer_bytes)) {}

Result<> Connection::open(const io::Address& address, Duration timeout) {
  CHECK(state_ == State::closed);
  fd_ = TRY(io::connect_start(address));
  if (auto added = loop_.add(fd_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP, *this); !added) {
    fd_.reset();
    return added;
  }
  state_ = State::connecting;
  peer_closed_ = broken_ = false;
  loop_.arm(timer_, timeout);
  return {};
}

void Connection::close() {
  if (state_ == State::closed) return;
  loop_.remove(fd_.get(), *this);
  loop_.disarm(timer_);
  fd_.reset();
  state_ = State::closed;
}

void Connection::on_events(std::uint32_t events) {
  constexpr std::uint32_t ending = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  switch (state_) {
    case State::closed:
      return;
    case State::connecting:
      return finish_connect();
    case State::idle:
      // Nothing may come without being asked for: bytes here would answer the next request.
      if ((events & (EPOLLIN | ending)) == 0) return;
      close();
      return owner_.on_idle_closed(*this);
    case State::busy:
      peer_closed_ = peer_closed_ || (events & ending) != 0;
      if ((events & (EPOLLIN | ending)) != 0) receive();
      if (state_ == State::busy && (events & EPOLLOUT) != 0) flush();
      return;
  }
}

void Connection::finish_connect() {
  const int error = io::connect_result(fd_.get());
  if (error != 0) {
    close();
    return owner_.on_connect_failed(*this, error);
  }
  loop_.disarm(timer_);
  state_ = State::idle;
  owner_.on_connected(*this);
}

void Connection::send(const Request& request, const RequestIds::Id& id, const RequestBytes& bytes,
                      Instant now, Duration timeout) {
  CHECK(state_ == State::idle);
  state_ = State::busy;
  request_ = request;
  id_ = id;
  bytes_ = &bytes;
  written_ = 0;
  sent_at_ = now;
  parser_.reset(bytes.is_head);
  answer_ = {};
  filled_ = consumed_ = body_from_ = 0;
  loop_.arm(timer_, std::max(request.intended + timeout - loop_.now(), Duration{0}));
  flush();
}

/// Writes what is left of the request: before, id, after.
void Connection::flush() {
  const std::array<std::string_view, 3> parts{
      bytes_->before, std::string_view(id_.data(), id_.size()), bytes_->after};
  const std::size_t total = parts[0].size() + parts[1].size() + parts[2].size();
  while (written_ < total) {
    std::array<iovec, 3> vectors{};
    std::size_t skip = written_;
    std::size_t count = 0;
    for (const std::string_view part : parts) {
      const std::size_t skipped = std::min(skip, part.size());
      skip -= skipped;
      if (skipped == part.size()) continue;
      vectors[count++] = {const_cast<char*>(part.data()) + skipped, part.size() - skipped};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t written = sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (written >= 0) {
      written_ += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      // The peer no longer reads, but may have answered before it stopped.
      peer_closed_ = broken_ = true;
      receive();
      if (state_ == State::busy) end_failed(Reason::closed);
      return;
    }
  }
}

void Connection::receive() {
  for (;;) {
    const std::size_t room = buffer_bytes - filled_;
    if (room == 0) return end_failed(Reason::bad_answer);  // a head that never ends
    const ssize_t got = recv(fd_.get(), buffer_.get() + filled_, room, 0);
    if (got == 0) return see_close();
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return;
      return end_failed(Reason::closed);
    }
    filled_ += static_cast<std::size_t>(got);
    if (!feed()) return;
    // A short read has emptied the socket; what comes later is a new event.
    if (static_cast<std::size_t>(got) < room && !peer_closed_) return;
  }
}

bool Connection::feed() {
  for (;;) {
    const http::Step step = parser_.next({buffer_.get() + consumed_, filled_ - consumed_});
    consumed_ += step.consumed;
    switch (step.event) {
      case http::Event::need_more:
        if (body_from_ != 0) filled_ = consumed_ = body_from_;
        return true;
      case http::Event::head:
        see_head();
        break;
      case http::Event::body:
        break;
      case http::Event::complete:
        end_answered(keep_alive_ && consumed_ == filled_ && !peer_closed_);
        return false;
      case http::Event::refused:
        end_failed(Reason::bad_answer);
        return false;
    }
  }
}

void Connection::see_head() {
  body_from_ = consumed_;
  const http::ResponseHead& head = parser_.head();
  keep_alive_ = head.keep_alive;
  answer_.status = head.status;
  if (head.status == 429 || head.status == 503) answer_.from_proxy = says_proxy(head);
}

/// No more bytes will come: an answer that ends with the connection is whole, any other is not.
void Connection::see_close() {
  if (!broken_ && parser_.finish().event == http::Event::complete) return end_answered(false);
  end_failed(Reason::closed);
}

void Connection::end_answered(bool reusable) {
  const std::size_t total = bytes_->before.size() + id_.size() + bytes_->after.size();
  const bool all_sent = written_ == total;  // else the rest would be read as the next request
  loop_.disarm(timer_);
  if (reusable && all_sent)
    state_ = State::idle;
  else
    close();
  owner_.on_ended(*this, answer_);
}

void Connection::end_failed(Reason reason) {
  close();
  owner_.on_ended(*this, {.reason = reason});
}

void Connection::on_timeout() {
  if (state_ == State::busy) return end_failed(Reason::timeout);
  close();
  owner_.on_connect_failed(*this, ETIMEDOUT);
}

}  // namespace headroom::load
