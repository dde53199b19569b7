// What a person reads when a rule that shapes decisions is written wrongly.
#include <gtest/gtest.h>

#include "spec/load.h"

namespace headroom::spec {
namespace {

/// What is said about a right service with this line more.
std::string messages(const std::string& line) {
  const auto config = examine(
      "services:\n  shop:\n    objective: { latency: { p99: 150ms } }\n"
      "    run: { command: \"./shop {address}\" }\n    " +
          line,
      "f", [](std::string_view) { return std::optional<std::string>(); });
  if (config) return "none";
  std::string out;
  for (const Problem& problem : config.error()) out += format_problem("f", problem) + "\n";
  return out;
}

TEST(ScaleMessages, calendars) {
  const auto expect = [](const std::string& event, const std::string& expected) {
    EXPECT_EQ(messages("scale: { calendar: [{ " + event + " }] }"),
              "f:5: services.shop.scale.calendar[0]" + expected + "\n");
  };
  const std::string good = "cron: 0 8 * * *, for: 3h, at_least: ";
  const std::string rest = ", and lists, ranges and steps of them such as 1,3, 1-5 and */2";
  expect("cron: 0 8 * *, for: 3h, at_least: 4",
         ".cron: found 4 fields, allowed five: minute hour day-of-month month day-of-week, such as "
         "\"0 8 * * mon-fri\"");
  expect("cron: 0 25 * * *, for: 3h, at_least: 4",
         ".cron: hour: found '25', allowed *, 0 to 23" + rest);
  expect("cron: 0 8 * * mon-fry, for: 3h, at_least: 4",
         ".cron: day of week: found 'mon-fry', allowed *, 0 to 7 or sun to sat" + rest);
  expect("cron: 0 8 31 feb *, for: 3h, at_least: 4",
         ".cron: day of month: '31' never comes in month 'feb'");
  expect("cron: 0 8 * * *, at_least: 4", ".for: missing; allowed a duration from 1m to 7d");
  expect("cron: 0 8 * * *, for: 8d, at_least: 4",
         ".for: found '8d', allowed a duration from 1m to 7d");
  expect(good + "0", ".at_least: found '0', allowed a whole number from 1 to 1000");
  expect(good + "11", ".at_least: 11 is above replicas.max (10)");
  expect(good + "4, until: 9", ".until: unknown key; allowed: cron, zone, for, at_least");
  const std::string zone = ", allowed a time zone such as Europe/Berlin or UTC";
  expect(good + "4, zone: Europe/Berln",
         ".zone: found 'Europe/Berln'" + zone + "; did you mean 'Europe/Berlin'?");
  expect(good + "4, zone: +01:00", ".zone: found '+01:00'" + zone);
  expect(good + "4, zone: [UTC]", ".zone: found a list" + zone);
  EXPECT_EQ(
      messages("scale: { calendar: 5 }"),
      "f:5: services.shop.scale.calendar: found '5', allowed a list such as - { cron: \"0 8 * * "
      "mon-fri\", for: 3h, at_least: 10 }\n");
}

TEST(ScaleMessages, a_calendar_has_the_zone_that_is_written_or_utc) {
  const auto config = examine(
      "services: { shop: { objective: { latency: { p99: 150ms } }, run: { command: \"./s {port}\" "
      "},\n"
      "  scale: { calendar: [{ cron: 0 8 * * *, zone: \"${ZONE}\", for: 3h, at_least: 4 },\n"
      "    { cron: 0 8 * * *, for: 3h, at_least: 4 }] } } }",
      "f", [](std::string_view) { return std::optional<std::string>("Asia/Kolkata"); });
  ASSERT_TRUE(config) << config.error().front().message;
  const auto& events = config->services.front().scale.calendar;
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[0].zone.name(), "Asia/Kolkata");
  EXPECT_EQ(events[1].zone.name(), "UTC");
}

TEST(ScaleMessages, draining_and_priority) {
  EXPECT_EQ(
      messages("scale: { drain_within: 5 }"),
      "f:5: services.shop.scale.drain_within: found '5', allowed a duration from 1s to 1h, or "
      "0 (the learned start-up time, at least 2s)\n");
  EXPECT_EQ(messages("scale: { drain_within: 20s }"),
            "f:5: services.shop.scale.drain_within: 20s is longer than every route's timeout (at "
            "most 15s)\n");
  EXPECT_EQ(messages("scale: { priority: high }"),
            "f:5: services.shop.scale.priority: found 'high', allowed critical, normal, "
            "sheddable\n");
}

TEST(ScaleMessages, pid) {
  EXPECT_EQ(messages("scale: { pid: { reset: 1m } }"),
            "f:5: services.shop.scale.pid.cpu: missing; allowed a number from 0.01 to 1000\n");
  EXPECT_EQ(messages("scale: { pid: { cpu: 70%, reset: 1s } }"),
            "f:5: services.shop.scale.pid.cpu: found '70%', allowed a number from 0.01 to 1000\n"
            "f:5: services.shop.scale.pid.reset: found '1s', allowed a duration from 10s to 1h\n");
}

TEST(ScaleMessages, zones) {
  EXPECT_EQ(messages("replicas: { zones: 0 }"),
            "f:5: services.shop.replicas.zones: found '0', allowed a whole number from 1 to 100\n");
  EXPECT_EQ(messages("replicas: { zones: two }"),
            "f:5: services.shop.replicas.zones: found 'two', allowed a whole number from 1 to "
            "100\n");
}

}  // namespace
}  // namespace headroom::spec
