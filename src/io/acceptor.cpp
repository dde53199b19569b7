// Accepting.
#include "io/acceptor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace headroom::io {
namespace {

Fd any_descriptor() {
  return Fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

AfterAccept after_accept(int error) {
  switch (error) {
    case 0:
    case EINTR:
    // Linux reports what has already befallen the new connection (accept(2), "Error handling").
    case ECONNABORTED:
    case ECONNRESET:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case ETIMEDOUT:
    case EPERM:  // a firewall forbids this one
      return AfterAccept::again;
    case EAGAIN:
      return AfterAccept::wait;
    default:  // EMFILE, ENFILE, ENOBUFS, ENOMEM, and what no page tells of
      return AfterAccept::later;
  }
}

Acceptor::Acceptor(Loop& loop, Fd listening, Hooks hooks)
    : loop_(loop),
      listening_(std::move(listening)),
      reserve_(any_descriptor()),
      hooks_(std::move(hooks)),
      retry_([this] { accept_waiting(); }) {}

Result<> Acceptor::start() {
  if (std::exchange(started_, true)) return {};
  return loop_.add(listening_.get(), EPOLLIN, *this);
}

void Acceptor::stop() {
  if (std::exchange(started_, false)) loop_.remove(listening_.get(), *this);
  loop_.disarm(retry_);
  listening_.reset();
}

void Acceptor::accept_waiting() {
  while (listening_) {
    const AfterAccept next = after_accept(accept_one());
    if (next == AfterAccept::again) continue;
    if (next == AfterAccept::later) loop_.arm(retry_, retry_after);
    return;
  }
}

int Acceptor::accept_one() {
  if (!reserve_) reserve_ = any_descriptor();
  Address peer;
  Fd client = accept_from(peer);
  if (client) {
    hooks_.accepted(std::move(client), peer);
    return 0;
  }
  return errno == EMFILE || errno == ENFILE ? squeeze_in() : errno;
}

/// accept() fails for want of a descriptor even when nobody is there: that is known only now.
int Acceptor::squeeze_in() {
  if (!reserve_) hooks_.make_room();
  reserve_.reset();
  Address peer;
  Fd client = accept_from(peer);
  const int error = client ? 0 : errno;
  if (client) hooks_.squeezed_in(std::move(client), peer);
  reserve_ = any_descriptor();
  return error;
}

Fd Acceptor::accept_from(Address& peer) const {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  Fd client(accept4(listening_.get(), reinterpret_cast<sockaddr*>(&from), &size,
                    SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (client) peer = Address::of_peer(from);
  return client;
}

}  // namespace headroom::io
