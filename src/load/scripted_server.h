// A small HTTP server for tests: answers as it is told to, and keeps what it was asked.
#pragma once

#include <sys/epoll.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/text.h"
#include "io/loop.h"
#include "io/socket.h"

namespace headroom::load {

struct Asked {
  std::string method;
  std::string path;
  std::string id;  // x-request-id
  std::string head;
  std::size_t body_bytes = 0;
};

/// What to do about a request: bytes to send (none: no answer), and whether to close after them.
struct Scripted {
  std::string bytes;
  bool close = false;
};

inline std::string plain_answer(int status, std::string_view fields = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\ncontent-length: 2\r\n" +
         std::string(fields) + "\r\nok";
}

/// Runs on its own thread and loop from construction to stop(); port 0 of loopback.
class ScriptedServer final : private io::Watcher {
 public:
  using Script = std::function<Scripted(const Asked&)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    loop_ = std::move(io::Loop::create().value());
    listener_ = io::listen_on(io::Address::loopback(0)).value();
    address_ = io::local_address(listener_.get()).value();
    CHECK(loop_->add(listener_.get(), EPOLLIN, *this).has_value());
    thread_ = std::thread([this] { loop_->run(); });
  }
  ~ScriptedServer() { stop(); }

  void stop() {
    if (!thread_.joinable()) return;
    loop_->stop();
    thread_.join();
    peers_.clear();
  }

  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://" + address_.text() + path;
  }
  // What was seen; only after stop().
  [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }
  [[nodiscard]] std::size_t connections() const { return accepted_; }

 private:
  struct Peer final : io::Watcher {
    Peer(ScriptedServer& owner, io::Fd socket) : server(owner), fd(std::move(socket)) {}
    ~Peer() { server.loop_->remove(fd.get(), *this); }
    void on_events(std::uint32_t /*events*/) override { server.serve(*this); }

    ScriptedServer& server;
    io::Fd fd;
    std::string input;
  };

  void on_events(std::uint32_t /*events*/) override {
    for (;;) {
      io::Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) return;
      ++accepted_;
      const int number = fd.get();
      auto peer = std::make_unique<Peer>(*this, std::move(fd));
      CHECK(loop_->add(number, EPOLLIN | EPOLLRDHUP, *peer).has_value());
      peers_[number] = std::move(peer);
    }
  }

  void serve(Peer& peer) {
    char buffer[65536];
    for (;;) {
      const ssize_t got = recv(peer.fd.get(), buffer, sizeof buffer, 0);
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return forget(peer);
      peer.input.append(buffer, static_cast<std::size_t>(got));
      while (auto asked = take_request(peer.input)) {
        asked_.push_back(*asked);
        const Scripted answer = script_(*asked);
        if (send(peer.fd.get(), answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL) < 0 ||
            answer.close)
          return forget(peer);
      }
    }
  }

  void forget(Peer& peer) { peers_.erase(peer.fd.get()); }

  static std::string value_of(const std::string& head, const std::string& name) {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }

  static std::optional<Asked> take_request(std::string& input) {
    const std::size_t end = input.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    Asked asked;
    asked.head = input.substr(0, end + 4);
    asked.body_bytes =
        static_cast<std::size_t>(parse_integer(value_of(asked.head, "content-length")).value_or(0));
    if (input.size() < asked.head.size() + asked.body_bytes) return std::nullopt;
    const std::size_t space = asked.head.find(' ');
    asked.method = asked.head.substr(0, space);
    asked.path = asked.head.substr(space + 1, asked.head.find(' ', space + 1) - space - 1);
    asked.id = value_of(asked.head, "x-request-id");
    input.erase(0, asked.head.size() + asked.body_bytes);
    return asked;
  }

  Script script_;
  std::unique_ptr<io::Loop> loop_;
  io::Fd listener_;
  io::Address address_;
  std::map<int, std::unique_ptr<Peer>> peers_;
  std::vector<Asked> asked_;
  std::size_t accepted_ = 0;
  std::thread thread_;
};

}  // namespace headroom::load
