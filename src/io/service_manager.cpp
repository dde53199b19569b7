// Datagrams to a service manager.
#include "io/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "io/fd.h"

namespace headroom::io {

ServiceManager ServiceManager::from_environment() {
  ServiceManager manager;
  if (const char* socket = std::getenv("NOTIFY_SOCKET"); socket != nullptr)
    manager.socket_ = socket;
  unsetenv("NOTIFY_SOCKET");
  return manager;
}

Result<> ServiceManager::tell(std::string_view assignments) const {
  if (socket_.empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto failure = [this](const char* why) {
    return fail(ErrorCode::io,
                fmt::format("the service manager at {} cannot be told: {}", socket_, why));
  };
  if (socket_.size() >= sizeof address.sun_path) return failure("the path is too long");
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd && sendto(fd.get(), assignments.data(), assignments.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr*>(&address), size) >= 0)
    return {};
  return failure(std::strerror(errno));
}

}  // namespace headroom::io
