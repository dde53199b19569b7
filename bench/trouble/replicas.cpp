// Replicas behind the proxies: each a port, a queue and some workers that take a lognormal time.
// One of them may be slower than the others, or stand still for a while each second. Nothing
// computes: times are waited for, so that many replicas fit on one core.
//
//   replicas COUNT WORKERS MEDIAN_MS P99_MS [slow FACTOR | pause MS]
//
// The trouble is of the last one. Stands in for services; says nothing of what they cost.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using std::chrono::duration;
using std::chrono::milliseconds;
constexpr double normal_p99 = 2.3263;
constexpr auto pause_every = std::chrono::seconds(1);

struct Plan {
  int workers = 4;
  double median_s = 0.005;
  double sigma = 0.5;
  double slow = 1;
  milliseconds pause{0};
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_anywhere() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 4096) != 0)
    fail("replicas");
  return fd;
}

/// `took` of work from `from` on, which stands still for the first `pause` of each second.
Time after(Time from, Clock::duration took, milliseconds pause) {
  if (pause.count() == 0) return from + took;
  while (true) {
    const auto into = from.time_since_epoch() % pause_every;
    if (into < pause) from += pause - into;
    const auto until_next = pause_every - from.time_since_epoch() % pause_every;
    if (took < until_next) return from + took;
    took -= until_next;
    from += until_next;
  }
}

struct Connection {
  int fd = -1;
  std::size_t replica = 0;
  std::size_t matched = 0;  // bytes seen of an end of head
};

struct Replica {
  Plan plan;
  int busy = 0;
  std::deque<int> waiting;  // connections
};

struct Ending {
  Time at;
  int connection = -1;
  bool operator>(const Ending& other) const { return at > other.at; }
};

class Replicas {
 public:
  explicit Replicas(const std::vector<Plan>& plans) : answer_(1024, 'x') {
    answer_ =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n" + answer_;
    for (const Plan& plan : plans) {
      const int fd = listen_anywhere();
      watch(fd);
      listeners_.push_back(fd);
      replicas_.push_back({.plan = plan, .busy = 0, .waiting = {}});
    }
  }

  /// Where they listen, in one line.
  void tell() const {
    for (const int fd : listeners_) {
      sockaddr_in address{};
      socklen_t size = sizeof address;
      if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
      std::printf("%d ", ntohs(address.sin_port));
    }
    std::puts("");
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    while (true) {
      const timespec wait = until_next();
      const int count = epoll_pwait2(epoll_, events.data(), events.size(),
                                     endings_.empty() ? nullptr : &wait, nullptr);
      for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)].data.fd);
      while (!endings_.empty() && endings_.top().at <= Clock::now()) {
        const int fd = endings_.top().connection;
        endings_.pop();
        end(fd);
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll");
  }

  timespec until_next() const {
    if (endings_.empty()) return {};
    const auto left = std::max(Clock::duration::zero(), endings_.top().at - Clock::now());
    return {.tv_sec = left.count() / 1'000'000'000, .tv_nsec = left.count() % 1'000'000'000};
  }

  void handle(int fd) {
    for (std::size_t i = 0; i < listeners_.size(); ++i)
      if (listeners_[i] == fd) return accept_all(fd, i);
    std::array<char, 4096> bytes;
    while (true) {
      const auto got = read(fd, bytes.data(), bytes.size());
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return close_connection(fd);
      heads_in(fd, {bytes.data(), static_cast<std::size_t>(got)});
    }
  }

  void accept_all(int listener, std::size_t replica) {
    while (true) {
      const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const auto place = static_cast<std::size_t>(fd);
      if (connections_.size() <= place) connections_.resize(place + 1);
      connections_[place] = {.fd = fd, .replica = replica, .matched = 0};
      watch(fd);
    }
  }

  /// Requests have no body, and one follows another only after its answer.
  void heads_in(int fd, std::string_view bytes) {
    constexpr std::string_view end_of_head = "\r\n\r\n";
    Connection& connection = connections_[static_cast<std::size_t>(fd)];
    for (const char byte : bytes) {
      connection.matched = byte == end_of_head[connection.matched] ? connection.matched + 1
                           : byte == '\r'                          ? 1
                                                                   : 0;
      if (connection.matched < end_of_head.size()) continue;
      connection.matched = 0;
      Replica& replica = replicas_[connection.replica];
      if (replica.busy == replica.plan.workers)
        replica.waiting.push_back(fd);
      else
        begin(fd, replica);
    }
  }

  void begin(int fd, Replica& replica) {
    ++replica.busy;
    const double took_s =
        replica.plan.slow * replica.plan.median_s * std::exp(replica.plan.sigma * normal_(random_));
    const auto took = std::chrono::duration_cast<Clock::duration>(duration<double>(took_s));
    endings_.push({after(Clock::now(), took, replica.plan.pause), fd});
  }

  void end(int fd) {
    Replica& replica = replicas_[connections_[static_cast<std::size_t>(fd)].replica];
    --replica.busy;
    // The number may be another connection's by now only where the one before went away without
    // waiting for its answer, which no proxy here does.
    if (write(fd, answer_.data(), answer_.size()) != static_cast<ssize_t>(answer_.size()))
      close_connection(fd);
    while (!replica.waiting.empty() && replica.busy < replica.plan.workers) {
      const int next = replica.waiting.front();
      replica.waiting.pop_front();
      begin(next, replica);
    }
  }

  void close_connection(int fd) { close(fd); }

  std::string answer_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<int> listeners_;
  std::vector<Replica> replicas_;
  std::vector<Connection> connections_;  // by descriptor
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings_;
  std::mt19937_64 random_{1};
  std::normal_distribution<double> normal_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 5 && count != 7) {
    std::fputs("replicas COUNT WORKERS MEDIAN_MS P99_MS [slow FACTOR | pause MS]\n", stderr);
    return 2;
  }
  const double median_ms = std::atof(arguments[3]);
  const Plan usual{.workers = std::atoi(arguments[2]),
                   .median_s = median_ms / 1000,
                   .sigma = std::log(std::atof(arguments[4]) / median_ms) / normal_p99,
                   .slow = 1,
                   .pause = milliseconds(0)};
  std::vector<Plan> plans(static_cast<std::size_t>(std::atoi(arguments[1])), usual);
  if (count == 7 && std::string_view(arguments[5]) == "slow")
    plans.back().slow = std::atof(arguments[6]);
  if (count == 7 && std::string_view(arguments[5]) == "pause")
    plans.back().pause = milliseconds(std::atoi(arguments[6]));
  Replicas replicas(plans);
  replicas.tell();
  replicas.run();
}
