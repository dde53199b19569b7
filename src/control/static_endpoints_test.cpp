// Endpoints under probes: who is left out, who comes back, and who is not judged.
#include "control/static_endpoints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "gateway/testing/scripted_replica.h"
#include "io/clock.h"
#include "io/no_descriptors_for_test.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;
using gateway::testing::ok;
using gateway::testing::ScriptedReplica;
using gateway::testing::Talk;

/// An endpoint that answers every request with a status of the test's choice; 0: not at all.
class Service {
 public:
  explicit Service(int status) : status_(status) {}
  void become(int status) { status_ = status; }
  [[nodiscard]] int asked() const { return replica_.connections(); }
  [[nodiscard]] std::string received() const { return replica_.received(); }
  [[nodiscard]] std::string address() const { return replica_.address().text(); }

 private:
  std::atomic<int> status_;
  ScriptedReplica replica_{[this](Talk& talk) {
    if (!talk.request()) return;
    if (const int status = status_; status != 0)
      talk.wire.send("HTTP/1.1 " + std::to_string(status) + " So\r\nContent-Length: 0\r\n\r\n");
    else
      (void)talk.wire.rest();
  }};
};

class EndpointsTest : public testing::Test {
 protected:
  EndpointsTest() {
    supervisor::Timing timing;
    timing.health_every = 20ms;
    timing.probe_timeout = 500ms;
    all_ = std::make_unique<StaticEndpoints>(
        *loop_, timing,
        StaticEndpoints::Hooks{
            .on_health = [this] { ++changes_; },
            .on_event = [this](const Event& event) { said_.push_back(event.sentence()); }});
  }

  void watch(const std::vector<const Service*>& services, const std::string& ready, bool stated) {
    spec::Service shop;
    shop.name = "shop";
    shop.ready = ready;
    shop.ready_stated = stated;
    for (const Service* service : services) shop.endpoints.push_back(service->address());
    config_.services = {shop};
    all_->configure(config_);
  }

  /// One character for each endpoint: '+' gets requests, '-' does not.
  [[nodiscard]] std::string health() const {
    gateway::Endpoints into;
    EXPECT_TRUE(all_->add_to(config_, io::monotonic_now(), {}, into));
    std::string health;
    for (const auto& endpoint : into.services["shop"]) health += endpoint.healthy ? '+' : '-';
    return health;
  }

  [[nodiscard]] bool until(const std::function<bool()>& condition) {
    const Instant deadline = io::monotonic_now() + 40s;
    while (!condition() && io::monotonic_now() < deadline) loop_->run_once(10ms);
    return condition();
  }
  [[nodiscard]] bool asked_more(const Service& service, int times) {
    const int before = service.asked();
    return until([&] { return service.asked() >= before + times; });
  }
  [[nodiscard]] bool said(std::string_view part) const {
    return std::ranges::any_of(
        said_, [&](const auto& text) { return text.find(part) != std::string::npos; });
  }

  std::unique_ptr<io::Loop> loop_ = std::move(*io::Loop::create());
  spec::Config config_;
  int changes_ = 0;
  std::vector<std::string> said_;
  std::unique_ptr<StaticEndpoints> all_;
};

TEST_F(EndpointsTest, one_that_answers_503_is_left_out_until_it_answers_200) {
  Service good(200);
  Service bad(503);
  watch({&good, &bad}, "/up", true);
  EXPECT_EQ(health(), "++") << "until three answers have said otherwise";
  ASSERT_TRUE(until([&] { return health() == "+-"; }));
  EXPECT_GE(bad.asked(), 3);
  EXPECT_NE(bad.received().find("GET /up HTTP/1.1"), std::string::npos);
  EXPECT_TRUE(
      said("shop@" + bad.address() + " is unhealthy (answered 503): nothing is sent to it"));
  bad.become(200);
  ASSERT_TRUE(until([&] { return health() == "++"; }));
  EXPECT_TRUE(said("shop@" + bad.address() + " is healthy again"));
  EXPECT_EQ(changes_, 2);
  const ReplicasSeen seen = all_->look("shop", {}, io::monotonic_now());
  EXPECT_EQ(seen.events, said_) << "the controller is told once";
  EXPECT_TRUE(all_->look("shop", {}, io::monotonic_now()).events.empty());
}

TEST_F(EndpointsTest, one_that_hangs_is_left_out_and_never_ended) {
  Service service(0);
  watch({&service}, "/up", true);
  ASSERT_TRUE(until([&] { return health() == "-"; }));
  EXPECT_TRUE(said("no answer within 500ms"));
  service.become(200);
  ASSERT_TRUE(until([&] { return health() == "+"; }));
}

TEST_F(EndpointsTest, one_that_this_machine_has_no_descriptor_to_ask_is_not_left_out) {
  Service service(200);
  watch({&service}, "/up", true);
  ASSERT_TRUE(asked_more(service, 2));
  {
    const io::NoDescriptors none;
    const Instant end = io::monotonic_now() + 500ms;  // 25 looks
    (void)until([&] { return io::monotonic_now() > end || health() == "-"; });
  }
  EXPECT_EQ(health(), "+");
  EXPECT_TRUE(said_.empty());
  service.become(503);
  EXPECT_TRUE(until([&] { return health() == "-"; })) << "it is asked again";
}

TEST_F(EndpointsTest, where_no_path_is_stated_one_that_knows_none_is_left_alone) {
  for (const int status : {404, 503, 200}) {
    Service service(status);
    watch({&service}, "/readyz", false);
    ASSERT_TRUE(asked_more(service, 6));
    EXPECT_EQ(health(), "+") << status;
  }
  EXPECT_EQ(changes_, 0);
}

TEST_F(EndpointsTest, where_no_path_is_stated_one_that_has_answered_200_is_judged_from_then_on) {
  Service service(200);
  watch({&service}, "/readyz", false);
  ASSERT_TRUE(asked_more(service, 2));
  service.become(503);
  ASSERT_TRUE(until([&] { return health() == "-"; }));
  service.become(404);
  ASSERT_TRUE(until([&] { return health() == "+"; })) << "its next version has no such path";
  EXPECT_TRUE(said("answered 404 to /readyz and is no longer judged by it"));
}

TEST_F(EndpointsTest, a_stated_path_that_is_not_there_is_a_failure) {
  Service service(404);
  watch({&service}, "/redyz", true);
  ASSERT_TRUE(until([&] { return health() == "-"; }));
  EXPECT_TRUE(said("answered 404"));
}

TEST_F(EndpointsTest, a_reload_keeps_what_was_found_and_none_ends_the_asking) {
  Service good(200);
  Service bad(503);
  watch({&bad}, "/up", true);
  ASSERT_TRUE(until([&] { return health() == "-"; }));
  watch({&good, &bad}, "/up", true);
  EXPECT_EQ(health(), "+-");
  watch({&good, &bad}, "", true);
  EXPECT_EQ(health(), "++");
  const int asked = good.asked() + bad.asked();
  for (int i = 0; i < 10; ++i) loop_->run_once(20ms);
  EXPECT_LE(good.asked() + bad.asked(), asked + 1) << "one may have been on its way";
}

TEST_F(EndpointsTest, one_that_is_known_gets_a_changed_concurrency_and_keeps_its_counts) {
  Service service(200);
  watch({&service}, "", false);
  config_.services.front().replicas.concurrency = 2;
  gateway::Endpoints before;
  ASSERT_TRUE(all_->add_to(config_, io::monotonic_now(), {}, before));
  const auto replica = before.services["shop"].front().replica;
  ASSERT_EQ(replica->take(), 1);
  config_.services.front().replicas.concurrency = 5;
  gateway::Endpoints after;
  ASSERT_TRUE(all_->add_to(config_, io::monotonic_now(), before, after));
  EXPECT_EQ(after.services["shop"].front().replica, replica);
  EXPECT_EQ(replica->concurrency, 5);
  EXPECT_EQ(replica->in_flight(), 1);
}

}  // namespace
}  // namespace headroom::control
