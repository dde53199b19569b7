// Which services are held to what was learned.
#include "control/admissions.h"

#include <gtest/gtest.h>

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

class AdmissionsTest : public ::testing::Test {
 protected:
  AdmissionsTest() {
    spec::Service& service = config_.services.emplace_back();
    service.name = "shop";
    service.objective.latency = 150ms;
    service.run.emplace();
    service.routes.resize(2);
  }
  spec::Service& service() { return config_.services.front(); }
  [[nodiscard]] int in_flight() {
    return admission_of(config_, service(), {{"shop", {.in_flight = 6, .cold_start = 2s}}})
        .in_flight;
  }

  spec::Config config_;
};

TEST_F(AdmissionsTest, what_was_learned_holds) {
  EXPECT_EQ(in_flight(), 6);
}

TEST_F(AdmissionsTest, before_that_it_is_what_learning_begins_with) {
  EXPECT_EQ(admission_of(config_, service(), {}),
            (scale::Admission{.in_flight = 8, .cold_start = 15s}));
  service().replicas.concurrency = 4;
  EXPECT_EQ(admission_of(config_, service(), {}).in_flight, 4);
}

TEST_F(AdmissionsTest, an_endless_route_leaves_what_is_stated) {
  service().routes.back().timeouts.total = spec::Timeouts::none;
  EXPECT_EQ(in_flight(), 256);
}

TEST_F(AdmissionsTest, routes_whose_objectives_are_far_apart_leave_what_is_stated) {
  for (spec::Route& route : service().routes) route.objective.latency = 50ms;
  service().routes.back().objective.latency = 200ms;
  EXPECT_EQ(in_flight(), 6);
  service().routes.back().objective.latency = 201ms;
  EXPECT_EQ(in_flight(), 256);
}

TEST_F(AdmissionsTest, replicas_that_are_run_elsewhere_are_held_to_it_too) {
  service().run.reset();
  EXPECT_EQ(in_flight(), 6);
  EXPECT_EQ(admission_of(config_, service(), {}).in_flight, 256) << "and begin with what is stated";
}

TEST_F(AdmissionsTest, in_shadow_nothing_is_changed) {
  config_.mode = spec::Mode::shadow;
  EXPECT_EQ(in_flight(), 256);
}

}  // namespace
}  // namespace headroom::control
