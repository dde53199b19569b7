// Accepting.
#include "gateway/listener.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "gateway/worker.h"

namespace headroom::gateway {

Listener::Listener(Worker& worker, io::Fd fd)
    : worker_(worker), fd_(std::move(fd)), reserve_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {}

Listener::~Listener() {
  worker_.loop().remove(fd_.get(), *this);
}

void Listener::on_events(std::uint32_t /*events*/) {
  while (true) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    io::Fd client(accept4(fd_.get(), reinterpret_cast<sockaddr*>(&from), &size,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client) {
      worker_.accepted(std::move(client), io::Address::of_peer(from));
    } else if (errno == EMFILE || errno == ENFILE) {
      if (!refuse_one()) return;  // accepting fails so even when nobody is there
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;
    }
  }
}

bool Listener::refuse_one() {
  reserve_.reset();
  io::Fd client(accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  const bool refused = static_cast<bool>(client);
  client.reset();
  reserve_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (refused) ++worker_.stats().connections_refused;
  return refused;
}

}  // namespace headroom::gateway
