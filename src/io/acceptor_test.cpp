// Accepting goes on after every error, without a descriptor and with one of them.
#include "io/acceptor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "io/clock.h"
#include "io/no_descriptors_for_test.h"

namespace headroom::io {
namespace {

using namespace std::chrono_literals;

TEST(AfterAcceptTest, every_error_that_the_manual_lists_leads_on) {
  EXPECT_EQ(after_accept(0), AfterAccept::again);
  for (const int error : {EINTR, ECONNABORTED, ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET,
                          EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EPERM, ETIMEDOUT})
    EXPECT_EQ(after_accept(error), AfterAccept::again) << error;
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EIO})
    EXPECT_EQ(after_accept(error), AfterAccept::later) << error;
  EXPECT_EQ(after_accept(EAGAIN), AfterAccept::wait);
  EXPECT_EQ(after_accept(EWOULDBLOCK), AfterAccept::wait);
}

class AcceptorTest : public testing::Test {
 protected:
  AcceptorTest() {
    acceptor_ = std::make_unique<Acceptor>(
        *loop_, std::move(*listen_on(Address::loopback(0))),
        Acceptor::Hooks{
            .accepted = [this](Fd fd, const Address&) { accepted_.push_back(std::move(fd)); },
            .squeezed_in = [this](Fd fd, const Address&) { squeezed_.push_back(std::move(fd)); }});
    EXPECT_TRUE(acceptor_->start());
    address_ = *local_address(acceptor_->fd());
    for (Fd& client : clients_) client = Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }

  void connect_client(std::size_t i) const {
    ASSERT_EQ(connect(clients_[i].get(), address_.raw(), address_.size()), 0);
  }
  bool until(const std::function<bool()>& condition) {
    const Instant deadline = monotonic_now() + 20s;
    while (!condition() && monotonic_now() < deadline) loop_->run_once(10ms);
    return condition();
  }

  std::unique_ptr<Loop> loop_ = std::move(*Loop::create());
  std::unique_ptr<Acceptor> acceptor_;
  Address address_;
  std::array<Fd, 3> clients_;
  std::vector<Fd> accepted_, squeezed_;
  std::optional<NoDescriptors> none_;
};

TEST_F(AcceptorTest,
       with_no_descriptor_left_one_client_gets_in_and_the_others_once_there_are_some) {
  none_.emplace();
  for (std::size_t i = 0; i < clients_.size(); ++i) connect_client(i);
  ASSERT_TRUE(until([&] { return squeezed_.size() == 1; }));
  loop_->run_once(100ms);  // the others found nothing: no event will tell of them again
  EXPECT_EQ(accepted_.size(), 0U);
  none_.reset();
  EXPECT_TRUE(until([&] { return accepted_.size() == 2; }));
}

TEST_F(AcceptorTest, the_kept_descriptor_is_kept_again_when_the_client_that_had_it_is_gone) {
  none_.emplace();
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    connect_client(i);
    ASSERT_TRUE(until([&] { return squeezed_.size() == 1; })) << i;
    squeezed_.clear();
  }
}

}  // namespace
}  // namespace headroom::io
