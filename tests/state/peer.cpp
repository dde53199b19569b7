// Playing scripts on sockets.
#include "peer.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace headroom::state {
namespace {

constexpr int read_timer = -1;

}  // namespace

Peer::Peer(Reactor& reactor, io::Fd fd, Side sends)
    : reactor_(reactor), fd_(std::move(fd)), sends_(sends) {
  watched_ = EPOLLIN;
  reactor_.add(*this, fd_.get(), watched_);
}

Peer::~Peer() {
  close();
}

void Peer::close() {
  if (!fd_) return;
  reactor_.remove(*this, fd_.get());
  fd_.reset();
}

void Peer::reset_now() {
  if (!fd_) return;
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void Peer::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    blocked_ = false;
    write_on();
  }
  // Of what is broken the rest is read at once: no other event comes.
  const bool over = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (over && !reading_ && !dead()) {
    on_end(End::reset);
    close();
  }
  if (!dead() && reading_ && (over || !read_paused_)) read_on();
  if (!dead()) watch();
}

void Peer::on_timer(int kind) {
  if (kind == read_timer) {
    read_paused_ = false;
  } else if (kind == write_timer()) {
    paused_ = false;
    waited_ = true;
    write_on();
  }
  if (!dead()) watch();
}

void Peer::play(Script script) {
  script_.erase(script_.begin(), script_.begin() + static_cast<std::ptrdiff_t>(at_));
  at_ = 0;
  std::ranges::move(script, std::back_inserter(script_));
}

void Peer::go_on() {
  write_on();
  if (!dead()) watch();
}

void Peer::read_slowly(std::uint32_t piece, std::uint32_t pause_ms) {
  read_piece_ = std::min<std::uint32_t>(piece, piece_max);
  read_pause_ms_ = pause_ms;
}

void Peer::watch() {
  const bool has_bytes = at_ < script_.size() && blocked_ && !paused_ && !broken_;
  const std::uint32_t wanted =
      (reading_ && !read_paused_ ? EPOLLIN : 0U) | (has_bytes ? EPOLLOUT : 0U);
  if (wanted != watched_) reactor_.change(*this, fd_.get(), watched_ = wanted);
}

void Peer::write_on() {
  if (writing_) return;  // called from within: the loop below goes on
  writing_ = true;
  while (!dead() && !paused_ && !blocked_ && at_ < script_.size()) {
    if (!perform(script_[at_])) break;
    ++at_;
    ++steps_;
    done_ = 0;
    waited_ = false;
  }
  writing_ = false;
}

bool Peer::perform(Step& step) {
  switch (step.what) {
    case Do::text:
    case Do::body:
      return broken_ || send_some(step);
    case Do::pause:
    case Do::await_continue:
      if (waited_ || (step.what == Do::await_continue && is_met(step))) return true;
      if (step.what == Do::pause) paused_ = true;
      if (done_++ == 0) reactor_.after(*this, step.ms, write_timer());
      return false;
    case Do::await_answer:
    case Do::await_request:
      return is_met(step);
    case Do::mark_begun:
    case Do::mark_head:
    case Do::mark_whole:
      if (!broken_) on_mark(step);
      return true;
    case Do::stop_reading:
      reading_ = false;
      return true;
    case Do::half_close:
      on_leaving(step);
      shutdown(fd_.get(), SHUT_WR);
      return true;
    case Do::close:
      on_leaving(step);
      close();
      return true;
    case Do::reset:
      on_leaving(step);
      reset_now();
      return true;
  }
  return true;
}

/// Whether the step is over.
bool Peer::send_some(Step& step) {
  const std::uint64_t size = step.what == Do::text ? step.text.size() : step.size;
  while (done_ < size) {
    const std::string_view bytes =
        step.what == Do::text ? std::string_view(step.text).substr(done_)
                              : body_bytes(step.id, sends_, step.offset + done_,
                                           std::min<std::uint64_t>(size - done_, step.piece));
    const ssize_t sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      broken_ = true;  // what was answered may still be there to read
      return true;
    }
    blocked_ = sent < static_cast<ssize_t>(bytes.size());
    if (sent > 0) done_ += static_cast<std::uint64_t>(sent);
    if (blocked_) return false;
    if (step.what == Do::body && step.ms > 0 && done_ < size) {
      paused_ = true;
      reactor_.after(*this, step.ms, write_timer());
      return false;
    }
  }
  return true;
}

void Peer::read_on() {
  std::array<char, piece_max> bytes;
  for (int i = 0; i < 4 && !dead() && reading_; ++i) {
    const ssize_t count = recv(fd_.get(), bytes.data(), read_piece_, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
      reading_ = false;
      // The error may have been told to send() already, and is then not told again.
      on_end(count == 0 && !broken_ ? End::finished : End::reset);
      if (!dead() && count < 0) close();
      return;
    }
    bytes_read_ += static_cast<std::uint64_t>(count);
    on_bytes({bytes.data(), static_cast<std::size_t>(count)});
    if (dead()) return;
    if (read_pause_ms_ > 0) {
      read_paused_ = true;
      reactor_.after(*this, read_pause_ms_, read_timer);
      return;
    }
  }
}

}  // namespace headroom::state
