// Knobs by path: what each one turns, and what is said about one that does not exist.
#include "scale/knob.h"

#include <gtest/gtest.h>

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

Policy two_services() {
  Policy policy;
  policy.services.resize(2);
  policy.services[0].service = "checkout";
  policy.services[1].service = "catalog";
  return policy;
}

TEST(Knob, every_knob_turns_its_own_number) {
  Policy policy = two_services();
  for (const char* assignment :
       {"services.catalog.replicas.max=50", "services.catalog.replicas.min=5",
        "services.catalog.replicas.cost_per_hour=0.04", "services.catalog.replicas.concurrency=8",
        "services.catalog.replicas.zones=3", "services.catalog.scale.target_concurrency=3.5",
        "services.catalog.scale.in_delay=90s", "services.catalog.scale.step=2",
        "services.catalog.scale.drain_within=10s", "services.catalog.scale.priority=sheddable",
        "services.catalog.scale.pid.cpu=0.7", "services.catalog.scale.pid.reset=2m",
        "services.catalog.scale.uses.postgres=12", "services.catalog.objective.latency.p95=80ms",
        "services.catalog.objective.availability=99%", "services.catalog.objective.window=7d",
        "downstreams.postgres.connections=200", " budget.per_hour = 3.5 "})
    EXPECT_TRUE(set_knob(policy, assignment)) << set_knob(policy, assignment).error().message;
  const ServicePolicy& service = policy.services[1];
  EXPECT_EQ(service.replicas.max, 50);
  EXPECT_EQ(service.replicas.min, 5);
  EXPECT_EQ(service.replicas.cost_per_hour, 0.04);
  EXPECT_EQ(service.replicas.concurrency, 8);
  EXPECT_EQ(service.replicas.zones, 3);
  EXPECT_EQ(service.scale.target_concurrency, 3.5);
  EXPECT_EQ(service.scale.in_delay, 90s);
  EXPECT_EQ(service.scale.step, 2);
  EXPECT_EQ(service.scale.drain_within, 10s);
  ASSERT_TRUE(service.scale.pid);
  EXPECT_EQ(service.scale.pid->cpu, 0.7);
  EXPECT_EQ(service.scale.pid->reset, 2min);
  EXPECT_EQ(service.scale.priority, spec::Priority::sheddable);
  EXPECT_EQ(service.scale.uses.at("postgres"), 12);
  EXPECT_EQ(service.objective.latency, 80ms);
  EXPECT_EQ(service.objective.quantile, 0.95);
  EXPECT_EQ(service.objective.availability, 0.99);
  EXPECT_EQ(service.objective.window, 7 * 24h);
  EXPECT_EQ(policy.downstreams.at("postgres"), 200);
  EXPECT_EQ(policy.budget_per_hour, 3.5);
  EXPECT_EQ(policy.services[0].replicas.max, spec::Replicas{}.max);
}

TEST(Knob, events_of_the_calendar_are_turned_one_by_one_or_taken_away) {
  Policy policy = two_services();
  auto& events = policy.services[0].scale.calendar;
  events.resize(2);
  for (const char* assignment : {"services.checkout.scale.calendar[1].cron=0 8 * * mon-fri",
                                 "services.checkout.scale.calendar[1].zone=Asia/Kolkata",
                                 "services.checkout.scale.calendar[1].for=3h",
                                 "services.checkout.scale.calendar[1].at_least=12"})
    EXPECT_TRUE(set_knob(policy, assignment)) << set_knob(policy, assignment).error().message;
  EXPECT_EQ(events[1].cron.text, "0 8 * * mon-fri");
  EXPECT_EQ(events[1].zone.name(), "Asia/Kolkata");
  EXPECT_EQ(events[1].length, 3h);
  EXPECT_EQ(events[1].at_least, 12);
  EXPECT_EQ(events[0].at_least, 0);
  EXPECT_TRUE(set_knob(policy, "services.checkout.scale.calendar=none"));
  EXPECT_TRUE(events.empty());
}

TEST(Knob, a_wrong_one_is_a_sentence_that_helps) {
  struct Case {
    const char* assignment;
    const char* says;
  };
  for (const auto& [assignment, says] :
       {Case{"services.checkout.replicas.max", "write PATH=VALUE"},
        Case{"services.checkout.replicas.mx=5", "did you mean replicas.max?"},
        Case{"services.chekout.replicas.max=5", "there are checkout, catalog"},
        Case{"services.checkout.replicas.max=many", "is 'many', allowed is a whole number"},
        Case{"services.checkout.replicas.max=0", "at least 1"},
        Case{"services.checkout.replicas.min=11", "min (11) would be above replicas.max (10)"},
        Case{"services.checkout.scale.in_delay=5", "a duration such as"},
        Case{"services.checkout.scale.priority=high", "critical, normal or sheddable"},
        Case{"services.checkout.objective.latency.fast=5ms", "names no quantile"},
        Case{"services.checkout.scale.calendar=many", "is 'many', allowed is none"},
        Case{"services.checkout.scale.calendar[1].for=3h", "the calendar has 1, from [0] on"},
        Case{"services.checkout.scale.calendar.for=3h", "names no event"},
        Case{"services.checkout.scale.calendar[0].until=3h",
             "an event has cron, zone, for, at_least"},
        Case{"services.checkout.scale.calendar[0].cron=0 25 * * *", "hour: found '25'"},
        Case{"services.checkout.scale.calendar[0].zone=CETT", "did you mean 'CET'?"},
        Case{"gateway.listen=:80", "is no knob"}}) {
    Policy policy = two_services();
    policy.services[0].scale.calendar.resize(1);
    const auto set = set_knob(policy, assignment);
    ASSERT_FALSE(set) << assignment;
    EXPECT_EQ(set.error().code, ErrorCode::invalid);
    EXPECT_NE(set.error().message.find(says), std::string::npos) << set.error().message;
  }
}

}  // namespace
}  // namespace headroom::scale
