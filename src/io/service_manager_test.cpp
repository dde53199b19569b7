// Where the messages go: a path, the abstract namespace, nobody.
#include "io/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "io/fd.h"
#include "io/folder_for_test.h"

namespace headroom::io {
namespace {

/// Listens as a service manager does; `name` as NOTIFY_SOCKET has it.
Fd manager_at(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  return fd;
}

std::string heard(const Fd& manager) {
  std::string text(4096, '\0');
  const ssize_t size = recv(manager.get(), text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

ServiceManager named(const std::string& socket) {
  setenv("NOTIFY_SOCKET", socket.c_str(), 1);
  return ServiceManager::from_environment();
}

TEST(ServiceManagerTest, what_is_told_arrives_at_a_path_and_in_the_abstract_namespace) {
  const TestFolder folder;
  for (const std::string& name :
       {folder.path() + "/notify", "@headroom-test-" + std::to_string(getpid())}) {
    const Fd manager = manager_at(name);
    const Result<> told = named(name).tell("READY=1\nSTATUS=x");
    EXPECT_TRUE(told) << told.error().message;
    EXPECT_EQ(heard(manager), "READY=1\nSTATUS=x") << name;
  }
}

TEST(ServiceManagerTest, programs_that_are_started_from_here_cannot_speak_for_this_one) {
  (void)named("/nowhere");
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
}

TEST(ServiceManagerTest, without_a_manager_nothing_is_told_and_a_deaf_one_is_named) {
  EXPECT_TRUE(ServiceManager::from_environment().tell("READY=1"));
  const Result<> told = named("/no/such/socket").tell("READY=1");
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().message,
            "the service manager at /no/such/socket cannot be told: No such file or directory");
}

}  // namespace
}  // namespace headroom::io
