// Several listeners: what each shows, how they change, how they are handed on.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/testing/front.h"

namespace headroom::gateway::testing {
namespace {

spec::Service service(const std::string& name, const std::vector<std::string>& hosts) {
  spec::Service made = shop().services.front();
  made.name = name;
  made.hosts = hosts;
  made.routes.front().name = name + "/";
  return made;
}

spec::Listener at(const std::string& name, const std::string& address,
                  const std::vector<std::string>& services = {}) {
  return {.name = name, .address = address, .services = services};
}

/// "shop" has a host of its own and "stock" is for the inside.
spec::Config outer_and_inner() {
  spec::Config config = shop();
  config.services = {service("shop", {"shop.example"}), service("stock", {"stock.example"})};
  config.gateway.listen = {at("outer", "127.0.0.1:0", {"shop"}), at("inner", "127.0.0.1:0")};
  return config;
}

std::string ask_for(const std::string& host) {
  return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

class Listeners : public ::testing::Test {
 protected:
  Listeners() { publish(); }

  void publish() {
    auto endpoints = std::make_shared<Endpoints>();
    endpoints->epoch = 1;
    for (const char* name : {"shop", "stock"})
      endpoints->services[name].push_back({.replica = replica_.as(name), .healthy = true});
    front_.gateway().publish(endpoints);
    ASSERT_TRUE(eventually([&] { return front_.gateway().acknowledged_epoch() == 1; }));
  }
  [[nodiscard]] io::Address address(std::size_t listener) {
    return front_.gateway().addresses().at(listener);
  }
  [[nodiscard]] int status(std::size_t listener, const std::string& host) {
    return Client(address(listener)).ask(ask_for(host)).status();
  }
  [[nodiscard]] Result<> listen_at(const std::vector<spec::Listener>& listeners) {
    spec::Config config = outer_and_inner();
    config.gateway.listen = listeners;
    return front_.gateway().reload(config);
  }

  ScriptedReplica replica_{ScriptedReplica::always(ok("x"))};
  Front front_{outer_and_inner()};
};

TEST_F(Listeners, show_only_what_the_file_says) {
  EXPECT_EQ(status(0, "shop.example"), 200);
  for (const char* host : {"stock.example", "stock", "shop", "elsewhere"})
    EXPECT_EQ(status(0, host), 421) << host;
  for (const char* host : {"shop.example", "stock.example", "stock", "shop"})
    EXPECT_EQ(status(1, host), 200) << host;
  EXPECT_EQ(status(1, "elsewhere"), 421);
  Client client(address(0));
  const Message answer = client.ask(ask_for("stock"));
  EXPECT_NE(answer.body.find("unknown_host"), std::string::npos) << answer.body;
  EXPECT_EQ(client.ask(ask_for("shop.example")).status(), 200) << "the connection stays";
  EXPECT_EQ(front_.totals().refused.at("unknown_host"), 6U);
}

TEST_F(Listeners, come_go_and_change_with_a_reload) {
  const io::Address outer = address(0);
  const io::Address inner = address(1);
  Client kept(outer);
  Client leaving(inner);
  ASSERT_EQ(kept.ask(ask_for("shop.example")).status(), 200);
  ASSERT_EQ(leaving.ask(ask_for("stock")).status(), 200);
  ASSERT_TRUE(listen_at(
      {at("third", "127.0.0.1:0", {"stock"}), at("outer", outer.text(), {"shop", "stock"})}));
  EXPECT_EQ(address(1).text(), outer.text());
  EXPECT_EQ(status(0, "stock.example"), 200);
  EXPECT_EQ(status(0, "shop.example"), 421);
  EXPECT_TRUE(eventually([&] { return !Wire::to(inner).connected(); }));
  // Connections follow their listener: what it shows now, and nothing once it is gone.
  EXPECT_EQ(kept.ask(ask_for("stock.example")).status(), 200);
  const Message last = leaving.ask(ask_for("stock"));
  EXPECT_EQ(last.status(), 421);
  EXPECT_TRUE(last.says_close());
}

TEST_F(Listeners, change_nothing_when_one_address_is_not_to_be_had) {
  const io::Address inner = address(1);
  const io::Fd taken = *io::listen_on(io::Address::loopback(0));
  const Result<> refused = listen_at({at("outer", "127.0.0.1:0"), at("new", "127.0.0.1:0"),
                                      at("late", io::local_address(taken.get())->text())});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("another process holds this port"), std::string::npos);
  EXPECT_EQ(front_.gateway().addresses().size(), 2U);
  EXPECT_EQ(status(0, "stock"), 421);
  EXPECT_EQ(address(1).text(), inner.text());
  EXPECT_EQ(status(1, "stock"), 200);
}

TEST_F(Listeners, move_to_all_addresses_of_their_port_and_back) {
  const std::string port = std::to_string(address(1).port());
  Client before(address(1));
  std::vector<std::string> hosts = {"", "127.0.0.1"};
  if (io::listen_on(*io::Address::parse("[::1]:0")))
    hosts.insert(hosts.end(), {"[::]", "", "[::]", "127.0.0.1"});
  for (const std::string& host : hosts) {
    const Result<> moved = listen_at({at("outer", "127.0.0.1:0"), at("inner", host + ":" + port)});
    ASSERT_TRUE(moved) << host << ": " << moved.error().message;
    EXPECT_TRUE(eventually([&] {
      return Client(io::Address::loopback(address(1).port())).ask(ask_for("stock")).status() == 200;
    }));
    EXPECT_EQ(before.ask(ask_for("stock")).status(), 200);
  }
}

TEST_F(Listeners, move_nowhere_when_somebody_else_is_there_too) {
  const std::string port = std::to_string(address(1).port());
  const io::Address beside = *io::Address::parse("127.0.0.2:" + port);
  const pid_t other = fork();
  if (other == 0) {
    const auto held = io::listen_on(beside, {.shared_port = true});
    for (int fd = 3; fd < 1024; ++fd)
      if (held && fd != held->get()) close(fd);
    kill(getpid(), SIGSTOP);
    _exit(0);
  }
  int state = 0;
  ASSERT_EQ(waitpid(other, &state, WUNTRACED), other);
  ASSERT_TRUE(WIFSTOPPED(state));
  const Result<> moved = listen_at({at("outer", "127.0.0.1:0"), at("inner", ":" + port)});
  kill(other, SIGKILL);
  waitpid(other, &state, 0);
  ASSERT_FALSE(moved);
  EXPECT_NE(moved.error().message.find("another process holds this port"), std::string::npos);
  EXPECT_EQ(status(1, "stock"), 200);
}

TEST_F(Listeners, are_taken_over_by_the_next_process_by_their_addresses) {
  std::vector<io::Fd> handed;
  for (const int fd : front_.gateway().listening())
    handed.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  spec::Config config = outer_and_inner();
  config.gateway.listen = {at("inside", address(1).text()), at("new", "127.0.0.1:0"),
                           at("outside", address(0).text(), {"shop"})};
  auto next = Gateway::start(config, std::move(handed));
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ((*next)->addresses().at(0).text(), address(1).text());
  EXPECT_EQ((*next)->addresses().at(2).text(), address(0).text());
  EXPECT_NE((*next)->addresses().at(1).text(), address(0).text());
  (*next)->accept();
  front_.gateway().drain();
  // Both accept for a moment; the one before closes its connections as they end.
  EXPECT_TRUE(eventually([&] { return front_.gateway().open_connections() == 0; }));
  EXPECT_EQ(status(0, "stock"), 421);
  EXPECT_NE(Client(address(1)).ask(ask_for("stock")).status(), 421);
}

}  // namespace
}  // namespace headroom::gateway::testing
