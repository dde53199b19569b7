// Unix sockets that pass descriptors.
#include "io/unix_socket.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace headroom::io {
namespace {

constexpr std::size_t text_max = 4096;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorCode::invalid, fmt::format("{} is too long for a socket's path", path));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

std::unexpected<Error> system_error(std::string_view what) {
  return fail(ErrorCode::io, fmt::format("{}: {}", what, std::strerror(errno)));
}

/// Room for the descriptors of one message, aligned as the kernel wants it.
struct alignas(cmsghdr) Control {
  std::array<char, CMSG_SPACE(sizeof(int) * message_fds_max)> bytes;
};

std::vector<Fd> take_fds(msghdr& header) {
  std::vector<Fd> fds;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return fds;
}

}  // namespace

Result<Fd> unix_listen(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path));
  Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("cannot open a socket");
  unlink(path.c_str());
  const mode_t before = umask(0177);
  const int bound = bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(before);
  if (bound != 0 || listen(fd.get(), 4) != 0)
    return system_error(fmt::format("cannot listen on {}", path));
  return fd;
}

Result<Fd> unix_connect(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path));
  Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("cannot open a socket");
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return fd;
  return fail(ErrorCode::not_found, fmt::format("nobody listens on {}", path));
}

pid_t unix_peer(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

Result<> send_message(int fd, std::string_view text, const std::vector<int>& fds) {
  if (text.size() > text_max || fds.size() > message_fds_max)
    return fail(ErrorCode::invalid, "the message is too large");
  iovec part{const_cast<char*>(text.data()), text.size()};
  Control control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!fds.empty()) {
    header.msg_control = control.bytes.data();
    header.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
    std::memcpy(CMSG_DATA(rights), fds.data(), sizeof(int) * fds.size());
  }
  if (sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    return system_error("cannot send to the other process");
  return {};
}

Result<Message> receive_message(int fd, Duration wait) {
  pollfd ready{fd, POLLIN, 0};
  if (poll(&ready, 1, static_cast<int>(wait / std::chrono::milliseconds(1))) <= 0)
    return fail(ErrorCode::unavailable, "the other process did not answer in time");
  Message message;
  message.text.resize(text_max);
  iovec part{message.text.data(), message.text.size()};
  Control control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  const ssize_t size = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
  if (size < 0) return system_error("cannot read from the other process");
  message.text.resize(static_cast<std::size_t>(size));
  message.fds = take_fds(header);
  if ((header.msg_flags & MSG_CTRUNC) != 0)
    return fail(ErrorCode::io, "descriptors of the other process are over the limit of this one");
  return message;
}

}  // namespace headroom::io
