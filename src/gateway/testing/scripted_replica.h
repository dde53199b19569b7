// A replica that does what a test tells it, right or wrong, and records every byte it was sent.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/result.h"
#include "gateway/replica.h"
#include "gateway/testing/message.h"
#include "io/socket.h"

namespace headroom::gateway::testing {

[[nodiscard]] inline std::string ok(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
         "\r\n" + body;
}

class ScriptedReplica;

/// One connection as the script sees it.
struct Talk {
  Wire wire;
  int number;  // of the connection, from 0
  ScriptedReplica& replica;

  /// The next request with its body; nothing when the gateway closed.
  [[nodiscard]] std::optional<Message> request() {
    auto message = read_head(wire);
    if (!message) return std::nullopt;
    read_body(wire, *message, false);
    if (!message->whole) return std::nullopt;
    return message;
  }
  /// Returns early when the test is over.
  void stall(std::chrono::milliseconds longest);
};

class ScriptedReplica {
 public:
  using Script = std::function<void(Talk&)>;

  explicit ScriptedReplica(Script script, std::int32_t concurrency = 256)
      : script_(std::move(script)), concurrency_(concurrency) {
    auto listening = io::listen_on(io::Address::loopback(0));
    CHECK(listening.has_value());
    listener_ = std::move(*listening);
    address_ = *io::local_address(listener_.get());
    shared_ = as("replica");
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedReplica() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    ended_.notify_all();
    acceptor_.join();
    for (std::thread& thread : talks_) thread.join();
  }
  ScriptedReplica(const ScriptedReplica&) = delete;
  ScriptedReplica& operator=(const ScriptedReplica&) = delete;

  /// Answers each request of each connection.
  [[nodiscard]] static Script always(std::function<std::string(const Message&)> answer) {
    return [answer = std::move(answer)](Talk& talk) {
      while (const auto request = talk.request())
        if (!talk.wire.send(answer(*request))) return;
    };
  }
  [[nodiscard]] static Script always(std::string answer) {
    return always([answer = std::move(answer)](const Message&) { return answer; });
  }

  /// As the controller would publish it; the same object every time.
  [[nodiscard]] const std::shared_ptr<Replica>& shared() const { return shared_; }
  /// Another object for the same address.
  [[nodiscard]] std::shared_ptr<Replica> as(const std::string& id) const {
    return std::make_shared<Replica>(id, address_, Instant{}, concurrency_);
  }
  [[nodiscard]] const io::Address& address() const { return address_; }

  [[nodiscard]] int connections() const { return connections_; }
  /// Connections whose script still runs.
  [[nodiscard]] std::size_t talking() const {
    const std::lock_guard lock(mutex_);
    return open_.size();
  }
  /// Every byte, of all connections, in the order of arrival.
  [[nodiscard]] std::string received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  /// Nobody can connect any more; returns when that is so.
  void stop_listening() {
    refuse_ = true;
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return refused_; });
  }
  void stall(std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, longest, [this] { return over_; });
  }

 private:
  void accept_all() {
    while (!refuse_ && !is_over()) {
      pollfd ready{.fd = listener_.get(), .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 5) <= 0) continue;
      io::Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (fd) begin(std::move(fd));
    }
    listener_.reset();
    const std::lock_guard lock(mutex_);
    refused_ = true;
    ended_.notify_all();
  }
  void begin(io::Fd fd) {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    open_.insert(fd.get());
    talks_.emplace_back([this, raw = fd.release(), number = connections_++] {
      Talk talk{Wire(io::Fd(raw)), number, *this};
      talk.wire.tap = [this](std::string_view bytes) {
        const std::lock_guard recording(mutex_);
        received_ += bytes;
      };
      script_(talk);
      const std::lock_guard closing(mutex_);
      open_.erase(raw);
      talk.wire.close();
    });
  }
  [[nodiscard]] bool is_over() const {
    const std::lock_guard lock(mutex_);
    return over_;
  }

  const Script script_;
  const std::int32_t concurrency_;
  io::Fd listener_;
  io::Address address_;
  std::shared_ptr<Replica> shared_;
  std::atomic<int> connections_{0};
  std::atomic<bool> refuse_{false};
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  bool refused_ = false;
  std::set<int> open_;
  std::string received_;
  std::vector<std::thread> talks_;
  std::thread acceptor_;
};

inline void Talk::stall(std::chrono::milliseconds longest) {
  replica.stall(longest);
}

}  // namespace headroom::gateway::testing
