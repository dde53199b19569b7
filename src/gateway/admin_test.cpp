// The admin answers when there is no descriptor left, and says so when too many ask at once.
#include "gateway/admin.h"

#include <gtest/gtest.h>

#include <thread>

#include "gateway/testing/wire.h"
#include "io/no_descriptors_for_test.h"

namespace headroom::gateway::testing {
namespace {

constexpr std::string_view ask_health = "GET /healthz HTTP/1.1\r\nHost: admin\r\n\r\n";

class AdminTest : public ::testing::Test {
 protected:
  AdminTest() {
    auto admin = Admin::listen(*loop_, io::Address::loopback(0),
                               [](std::string_view) { return AdminAnswer{.body = "ok\n"}; });
    CHECK(admin.has_value());
    admin_ = std::move(*admin);
    thread_ = std::thread([this] { loop_->run(); });
  }
  ~AdminTest() override {
    loop_->stop();
    thread_.join();
  }

  std::unique_ptr<io::Loop> loop_ = std::move(*io::Loop::create());
  std::unique_ptr<Admin> admin_;
  std::thread thread_;
};

TEST_F(AdminTest, it_answers_with_no_descriptor_left) {
  const io::Address address = admin_->address();
  std::vector<Wire> clients;
  for (int i = 0; i < 5; ++i)
    clients.emplace_back(io::Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  const io::NoDescriptors none;
  for (const Wire& client : clients)
    ASSERT_EQ(connect(client.fd(), address.raw(), address.size()), 0);
  for (Wire& client : clients) {
    client.send(ask_health);
    EXPECT_TRUE(client.rest().starts_with("HTTP/1.1 200 "));
    client.close();
  }
}

TEST_F(AdminTest, who_comes_when_too_many_ask_is_told_to_come_again) {
  std::vector<Wire> silent;
  for (std::size_t i = 0; i < Admin::connections_max; ++i)
    silent.push_back(Wire::to(admin_->address()));
  Wire another = Wire::to(admin_->address());
  another.send(ask_health);
  EXPECT_TRUE(another.rest().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(another.end(), Wire::End::closed);
}

}  // namespace
}  // namespace headroom::gateway::testing
