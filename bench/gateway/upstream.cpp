// The service behind the proxies: answers every GET with 1 KB at the least possible cost.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";

std::string answer() {
  const std::string body(1024, 'x');
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

int listen_on(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 4096) != 0) {
    std::perror("upstream");
    std::exit(1);
  }
  return fd;
}

/// Bytes of an end of head seen so far, over reads that may cut it; requests have no body.
int heads_in(std::string_view bytes, std::size_t& matched) {
  int heads = 0;
  for (const char byte : bytes) {
    matched = byte == end_of_head[matched] ? matched + 1 : byte == '\r' ? 1 : 0;
    if (matched == end_of_head.size()) {
      ++heads;
      matched = 0;
    }
  }
  return heads;
}

class Server {
 public:
  explicit Server(int port) : listener_(listen_on(port)) { watch(listener_); }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          accept_all();
        } else {
          serve(fd);
        }
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_all() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (matched_.size() <= static_cast<std::size_t>(fd)) {
        matched_.resize(static_cast<std::size_t>(fd) + 1);
      }
      matched_[static_cast<std::size_t>(fd)] = 0;
      watch(fd);
    }
  }

  void serve(int fd) {
    std::array<char, 16384> buffer;
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got <= 0) {
      close(fd);
      return;
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    for (int n = heads_in(bytes, matched_[static_cast<std::size_t>(fd)]); n > 0; --n) {
      // 1 KB fits any socket buffer of a peer that reads its answers.
      if (send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL) < 0) {
        close(fd);
        return;
      }
    }
  }

  std::string answer_ = answer();
  std::vector<std::size_t> matched_;  // by descriptor: how much of the end of a head has come
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int listener_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: bench_upstream PORT\n", stderr);
    return 2;
  }
  Server(std::atoi(arguments[1])).run();
}
