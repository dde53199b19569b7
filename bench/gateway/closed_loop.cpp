// Closed-loop load: N keep-alive connections, each sends its next request when the answer is in.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  std::string received;
  std::size_t expected = 0;  // bytes of the whole answer; 0 until its head is in
  Clock::time_point sent;
};

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("closed_loop: connect");
    std::exit(1);
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/// Length of the answer whose head is complete in `text`; 0 when more is needed.
std::size_t length_of(std::string_view text) {
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return 0;
  std::string head(text.substr(0, head_end));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto field = head.find("\r\ncontent-length:");
  if (head.find(" 200") != 8 || field == std::string::npos) {
    std::fprintf(stderr, "closed_loop: not the expected answer: %s\n", head.c_str());
    std::exit(1);
  }
  return head_end + 4 + std::strtoul(head.c_str() + field + 17, nullptr, 10);
}

class Load {
 public:
  Load(int port, std::size_t connections, std::size_t requests)
      : wanted_(requests),
        request_("GET /bench HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                 "\r\nUser-Agent: closed_loop\r\nAccept: */*\r\n\r\n") {
    latencies_us_.reserve(requests + connections);
    for (std::size_t i = 0; i < connections; ++i) open(connect_to(port));
  }

  void run() {
    std::array<epoll_event, 256> events{};
    while (latencies_us_.size() < wanted_) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 5000);
      if (count == 0) {
        std::fputs("closed_loop: no answer for 5 s\n", stderr);
        std::exit(1);
      }
      for (int i = 0; i < count; ++i) receive(events[static_cast<std::size_t>(i)].data.fd);
    }
  }

  [[nodiscard]] double quantile(double q) {
    std::sort(latencies_us_.begin(), latencies_us_.end());
    const auto at = static_cast<std::size_t>(q * static_cast<double>(latencies_us_.size() - 1));
    return latencies_us_[at];
  }

  [[nodiscard]] std::size_t answered() const { return latencies_us_.size(); }

 private:
  void open(int fd) {
    if (connections_.size() <= static_cast<std::size_t>(fd)) {
      connections_.resize(static_cast<std::size_t>(fd) + 1);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    ask(fd);
  }

  void ask(int fd) {
    auto& connection = connections_[static_cast<std::size_t>(fd)];
    connection.received.clear();
    connection.expected = 0;
    connection.sent = Clock::now();
    if (send(fd, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) lost();
  }

  void receive(int fd) {
    auto& connection = connections_[static_cast<std::size_t>(fd)];
    std::array<char, 16384> buffer;
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got <= 0) lost();
    connection.received.append(buffer.data(), static_cast<std::size_t>(got));
    if (connection.expected == 0) connection.expected = length_of(connection.received);
    if (connection.expected == 0 || connection.received.size() < connection.expected) return;
    const std::chrono::duration<double, std::micro> took = Clock::now() - connection.sent;
    latencies_us_.push_back(took.count());
    if (latencies_us_.size() < wanted_) ask(fd);
  }

  [[noreturn]] static void lost() {
    std::fputs("closed_loop: a connection was closed\n", stderr);
    std::exit(1);
  }

  std::size_t wanted_;
  std::string request_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections_;  // by descriptor
  std::vector<double> latencies_us_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: bench_closed_loop PORT CONNECTIONS REQUESTS\n", stderr);
    return 2;
  }
  Load load(std::atoi(arguments[1]), std::strtoul(arguments[2], nullptr, 10),
            std::strtoul(arguments[3], nullptr, 10));
  const auto start = Clock::now();
  load.run();
  const std::chrono::duration<double> took = Clock::now() - start;
  std::printf("{\"requests\": %zu, \"seconds\": %.6f, \"p50_us\": %.1f, \"p99_us\": %.1f}\n",
              load.answered(), took.count(), load.quantile(0.5), load.quantile(0.99));
  return 0;
}
