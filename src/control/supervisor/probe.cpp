// The probe's connection.
#include "control/supervisor/probe.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/text.h"
#include "io/descriptors.h"

namespace headroom::supervisor {

Probe::Probe(io::Loop& loop, std::function<void(const ProbeResult&)> on_result)
    : loop_(loop),
      on_result_(std::move(on_result)),
      timer_([this] { on_timeout(); }),
      parser_(http::Limits{.head_bytes = head_bytes_max}) {}

Probe::~Probe() {
  cancel();
}

void Probe::cancel() {
  loop_.disarm(timer_);
  if (socket_) loop_.remove(socket_.get(), *this);
  socket_.reset();
}

void Probe::start(const io::Address& address, const std::string& path, Duration timeout) {
  cancel();
  request_ = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: headroom-probe\r\nConnection: close\r\n\r\n",
      path, address.text());
  buffer_.resize(head_bytes_max);
  received_ = 0;
  parser_.reset(false);
  timeout_ = timeout;
  early_failure_.reset();
  auto socket = io::connect_start(address);
  if (socket) {
    socket_ = std::move(*socket);
    if (auto added = loop_.add(socket_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP, *this); !added)
      early_failure_ = added.error();
  } else {
    early_failure_ = socket.error();
  }
  loop_.arm(timer_, early_failure_ ? Duration{0} : timeout);
}

void Probe::on_events(std::uint32_t events) {
  if (!request_.empty() && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
    if (const int error = io::connect_result(socket_.get()); error != 0)
      return finish(io::is_shortage(error) ? ProbeOutcome::unseen : ProbeOutcome::silent,
                    std::strerror(error));
    const std::string request = std::exchange(request_, {});
    const ssize_t sent = send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size()))
      return finish(ProbeOutcome::silent, "the request could not be sent");
  }
  (void)read_answer();
}

bool Probe::read_answer() {
  for (;;) {
    const ssize_t count =
        recv(socket_.get(), buffer_.data() + received_, buffer_.size() - received_, 0);
    if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) return false;
    if (count <= 0) {
      finish(ProbeOutcome::silent, "closed without an answer");
      return true;
    }
    const std::string_view fresh(buffer_.data() + received_, static_cast<std::size_t>(count));
    received_ += fresh.size();
    const http::Step step = parser_.next(fresh);
    if (step.event == http::Event::need_more) continue;
    if (step.event == http::Event::refused) {
      finish(ProbeOutcome::silent, "its answer is not HTTP/1.1");
      return true;
    }
    const int status = parser_.head().status;
    finish(status == 200 ? ProbeOutcome::ok : ProbeOutcome::unwilling,
           fmt::format("answered {}", status), status);
    return true;
  }
}

void Probe::on_timeout() {
  if (early_failure_)
    return finish(
        early_failure_->code == ErrorCode::exhausted ? ProbeOutcome::unseen : ProbeOutcome::silent,
        early_failure_->message);
  // The loop itself may have been late: what has arrived meanwhile counts.
  if (request_.empty() && read_answer()) return;
  finish(ProbeOutcome::silent, fmt::format("no answer within {}", format_duration(timeout_)));
}

void Probe::finish(ProbeOutcome outcome, std::string text, int status) {
  cancel();
  on_result_({outcome, status, std::move(text)});
}

}  // namespace headroom::supervisor
