// A service's replica for tests: answers HTTP, and misbehaves as its arguments say.
//
//   replica --listen 127.0.0.1:20000 [--say TEXT] [--unready-while FILE] [--hang-while FILE]
//           [--exit STATUS] [--exit-when FILE] [--ignore-term] [--grandchild] [--drain-until FILE]
//           [--grow-when FILE] [--reserve] [--only PATH]
//
// Files make the moment of a fault the test's choice, so that no test waits for luck. It answers
// every request with 200, and with 503 while unready or, with `--only`, when it is for another
// path.
// `--exit` ends it at once, with that status. It grows by 320 MiB, which it uses; it reserves 4 GiB
// of addresses, which it does not.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

volatile sig_atomic_t terminated = 0;

struct Options {
  std::string listen;
  std::string unready_while;
  std::string hang_while;
  std::string exit_when;
  std::string drain_until;
  std::string grow_when;
  std::string only;
  bool ignore_term = false;
  bool grandchild = false;
  int exit_status = -1;
};

/// Exits as a program does that cannot get its addresses.
char* reserve(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory != MAP_FAILED) return static_cast<char*>(memory);
  std::perror("cannot reserve");
  std::exit(6);
}

void grow(std::size_t bytes) {
  char* memory = reserve(bytes);
  for (std::size_t at = 0; at < bytes; at += 4096) memory[at] = 1;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&] { return std::string(++i < argc ? argv[i] : ""); };
    if (name == "--listen") options.listen = value();
    if (name == "--unready-while") options.unready_while = value();
    if (name == "--hang-while") options.hang_while = value();
    if (name == "--exit-when") options.exit_when = value();
    if (name == "--drain-until") options.drain_until = value();
    if (name == "--grow-when") options.grow_when = value();
    if (name == "--only") options.only = value();
    if (name == "--reserve") reserve(std::size_t{4} << 30);
    if (name == "--exit") options.exit_status = std::atoi(value().c_str());
    if (name == "--ignore-term") options.ignore_term = true;
    if (name == "--grandchild") options.grandchild = true;
    if (name == "--say") std::printf("%s\n", value().c_str());
  }
  std::fflush(stdout);
  return options;
}

bool exists(const std::string& file) {
  return !file.empty() && access(file.c_str(), F_OK) == 0;
}

/// Exits with a message as a real service does when its port is taken.
int listen_on(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in bound{};
  bound.sin_family = AF_INET;
  bound.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &bound.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, reinterpret_cast<sockaddr*>(&bound), sizeof bound) == 0 && listen(fd, 64) == 0)
    return fd;
  std::perror("cannot listen");
  std::exit(4);
}

void answer(int listener, const Options& options) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  char request[4096];
  if (const ssize_t size = read(fd, request, sizeof request); size > 0) {
    const std::string_view text(request, static_cast<std::size_t>(size));
    const bool for_it = options.only.empty() || text.starts_with("GET " + options.only + " ");
    const bool ready = for_it && !exists(options.unready_while);
    const std::string response =
        std::string(ready ? "HTTP/1.1 200 OK" : "HTTP/1.1 503 Service Unavailable") +
        "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    (void)!write(fd, response.data(), response.size());
  }
  close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  Options options = parse(argc, argv);
  if (options.exit_status >= 0) return options.exit_status;
  signal(SIGTERM, options.ignore_term ? SIG_IGN : [](int) { terminated = 1; });
  if (options.grandchild && fork() == 0) {
    signal(SIGTERM, SIG_IGN);
    for (;;) pause();
  }
  const int listener = listen_on(options.listen);
  for (;;) {
    constexpr int turn_ms = 5;
    pollfd event{listener, POLLIN, 0};
    const bool hanging = exists(options.hang_while);
    const int count = hanging ? poll(nullptr, 0, turn_ms) : poll(&event, 1, turn_ms);
    if (count > 0) answer(listener, options);
    if (exists(options.exit_when)) return 5;
    if (exists(options.grow_when)) {
      grow(std::size_t{320} << 20);
      options.grow_when.clear();
    }
    if (terminated != 0 && (options.drain_until.empty() || exists(options.drain_until))) return 0;
  }
}
