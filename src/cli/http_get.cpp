// Connects, asks and reads, waiting with poll until a deadline.
#include "cli/http_get.h"

#include <fmt/format.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "http/parser.h"
#include "io/clock.h"
#include "io/socket.h"

namespace headroom::cli {
namespace {

constexpr std::size_t answer_bytes_max = 16 << 20;

/// Somebody listens there, and it is not who was asked for.
std::unexpected<Error> stranger(std::string_view why) {
  return fail(ErrorCode::unavailable,
              fmt::format("answers, but is not headroom's admin, gateway.admin of headroom.yaml "
                          "({})",
                          why));
}

std::unexpected<Error> unreachable(int error) {
  return fail(ErrorCode::unavailable,
              error != ECONNREFUSED
                  ? fmt::format("cannot be reached: {}", std::strerror(error))
                  : "nothing listens there; headroom's admin is gateway.admin of headroom.yaml");
}

/// The body of the answer once it is whole and 200; nothing while more must come.
Result<std::optional<std::string>> body_of(std::string_view answer, bool closed) {
  http::ResponseParser parser(http::Limits{});
  parser.reset(false);
  std::string body;
  for (;;) {
    http::Step step = parser.next(answer);
    answer.remove_prefix(step.consumed);
    if (step.event == http::Event::need_more && !closed) return std::nullopt;
    if (step.event == http::Event::need_more) step = parser.finish();
    switch (step.event) {
      case http::Event::head:
        if (parser.head().status != 200)
          return stranger(fmt::format("status {}", parser.head().status));
        break;
      case http::Event::body:
        body += step.body;
        break;
      case http::Event::complete:
        return body;
      case http::Event::need_more:
      case http::Event::refused:
        return stranger("no whole HTTP answer");
    }
  }
}

/// One connection with a deadline for everything.
class Exchange {
 public:
  Exchange(io::Fd socket, Instant deadline) : socket_(std::move(socket)), deadline_(deadline) {}

  Result<> connect() {
    TRY(wait(POLLOUT));
    const int error = io::connect_result(socket_.get());
    if (error != 0) return unreachable(error);
    return {};
  }

  Result<> send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      TRY(wait(POLLOUT));
      const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return fail(ErrorCode::unavailable, std::strerror(errno));
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }

  /// The body of what comes.
  Result<std::string> receive() {
    std::string answer;
    char buffer[16 * 1024];
    for (;;) {
      TRY(wait(POLLIN));
      const ssize_t got = recv(socket_.get(), buffer, sizeof buffer, 0);
      if (got < 0 && errno == EAGAIN) continue;
      if (got < 0) return fail(ErrorCode::unavailable, std::strerror(errno));
      answer.append(buffer, static_cast<std::size_t>(got));
      if (answer.size() > answer_bytes_max) return stranger("an answer that never ends");
      if (auto body = TRY(body_of(answer, got == 0))) return std::move(*body);
    }
  }

 private:
  Result<> wait(short events) {
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline_ - io::monotonic_now());
      pollfd one{.fd = socket_.get(), .events = events, .revents = 0};
      const int ready = poll(&one, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
      if (ready > 0) return {};
      if (ready == 0) return fail(ErrorCode::unavailable, "no answer in time");
      if (errno != EINTR) return fail(ErrorCode::unavailable, std::strerror(errno));
    }
  }

  io::Fd socket_;
  Instant deadline_;
};

}  // namespace

Result<std::string> http_get(const std::string& address, const std::string& path,
                             Duration timeout) {
  const io::Address to = TRY(io::Address::parse(address));
  const auto ask = [&]() -> Result<std::string> {
    Exchange exchange(TRY(io::connect_start(to)), io::monotonic_now() + timeout);
    TRY(exchange.connect());
    TRY(exchange.send_all(
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path, to.text())));
    return exchange.receive();
  };
  auto body = ask();
  if (!body) body.error().message = fmt::format("{}: {}", address, body.error().message);
  return body;
}

}  // namespace headroom::cli
