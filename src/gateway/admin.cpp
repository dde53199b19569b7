// The admin server.
#include "gateway/admin.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "http/parser.h"

namespace headroom::gateway {
namespace {

constexpr Duration connection_longest = std::chrono::seconds(10);

std::string_view phrase(int status) {
  return status == 200   ? "OK"
         : status == 404 ? "Not Found"
         : status == 405 ? "Method Not Allowed"
         : status == 503 ? "Service Unavailable"
                         : "Bad Request";
}

std::string response(const AdminAnswer& answer, bool to_head_request) {
  std::string out = fmt::format(
      "HTTP/1.1 {} {}\r\ncontent-type: {}\r\ncontent-length: {}\r\ncache-control: no-store\r\n"
      "connection: close\r\n\r\n",
      answer.status, phrase(answer.status), answer.content_type, answer.body.size());
  if (!to_head_request) out += answer.body;
  return out;
}

}  // namespace

/// Reads one request, answers it, closes.
class Admin::Connection final : public io::Watcher {
 public:
  Connection(Admin& admin, io::Fd fd)
      : admin_(admin),
        fd_(std::move(fd)),
        parser_(http::Limits{}),
        timeout_([this] { admin_.close(*this); }) {
    admin_.loop_.arm(timeout_, connection_longest);
  }
  ~Connection() { admin_.loop_.remove(fd_.get(), *this); }

  void on_events(std::uint32_t /*events*/) override {
    if (out_.empty() && !read_request()) return;
    while (!out_.empty()) {
      const ssize_t sent = send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) return;
      if (sent <= 0) break;
      out_.erase(0, static_cast<std::size_t>(sent));
    }
    if (out_.empty()) shutdown(fd_.get(), SHUT_WR);
    admin_.close(*this);
  }

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  /// Whether an answer is ready to be written; otherwise waits for more or closes.
  bool read_request() {
    while (true) {
      const ssize_t count = read(fd_.get(), in_.data() + used_, in_.size() - used_);
      if (count < 0 && errno == EAGAIN) return false;
      if (count <= 0) {
        admin_.close(*this);
        return false;
      }
      const http::Step step = parser_.next({in_.data() + used_, static_cast<std::size_t>(count)});
      used_ += static_cast<std::size_t>(count);
      if (step.event == http::Event::need_more) continue;
      out_ = answer(step.event);
      return true;
    }
  }

  std::string answer(http::Event event) {
    if (event != http::Event::head)
      return response({.status = 400, .body = "bad request\n"}, false);
    const http::RequestHead& head = parser_.head();
    const bool to_head = head.method == http::Method::head;
    if (head.method != http::Method::get && !to_head)
      return response({.status = 405, .body = "only GET is allowed here\n"}, false);
    return response(admin_.handler_(head.path), to_head);
  }

  Admin& admin_;
  io::Fd fd_;
  http::RequestParser parser_;
  io::Timer timeout_;
  std::array<char, 20 * 1024> in_;  // a head is at most 16 KiB
  std::size_t used_ = 0;
  std::string out_;
};

Result<std::unique_ptr<Admin>> Admin::listen(io::Loop& loop, const io::Address& address,
                                             Handler handler) {
  io::Fd listening = TRY(io::listen_on(address, {.backlog = 64}));
  auto admin = TRY(adopt(loop, std::move(listening), std::move(handler)));
  TRY(admin->accept());
  return admin;
}

Result<std::unique_ptr<Admin>> Admin::adopt(io::Loop& loop, io::Fd listening, Handler handler) {
  const io::Address bound = TRY(io::local_address(listening.get()));
  return std::unique_ptr<Admin>(new Admin(loop, std::move(listening), bound, std::move(handler)));
}

Result<> Admin::accept() {
  return acceptor_.start();
}

void Admin::stop_accepting() {
  acceptor_.stop();
}

Admin::Admin(io::Loop& loop, io::Fd fd, const io::Address& address, Handler handler)
    : loop_(loop),
      address_(address),
      handler_(std::move(handler)),
      farewells_(loop),
      acceptor_(
          loop, std::move(fd),
          {.accepted = [this](io::Fd client, const io::Address&) { accepted(std::move(client)); },
           .squeezed_in = [this](io::Fd client,
                                 const io::Address&) { accepted(std::move(client)); },
           .make_room = [this] { farewells_.give_one_up(); }}) {}

Admin::~Admin() {
  connections_.clear();
  stop_accepting();
}

void Admin::accepted(io::Fd client) {
  if (connections_.size() >= connections_max) {
    static const std::string busy =
        response({.status = 503, .body = "too many connections\n"}, false);
    return farewells_.say(std::move(client), busy);
  }
  auto connection = std::make_unique<Connection>(*this, std::move(client));
  Connection& raw = *connection;
  connections_.push_back(std::move(connection));
  if (!loop_.add(raw.fd(), EPOLLIN | EPOLLOUT, raw)) close(raw);
}

void Admin::close(Connection& connection) {
  std::erase_if(connections_, [&](const auto& c) { return c.get() == &connection; });
}

}  // namespace headroom::gateway
