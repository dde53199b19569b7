// What the gateway counted, as series.
#include "gateway/metrics.h"

#include <gtest/gtest.h>

#include "gateway/reasons.h"
#include "gateway/testing/scrape.h"

namespace headroom::gateway {
namespace {

using namespace std::chrono_literals;
using testing::Scrape;

std::vector<spec::Service> shop() {
  spec::Service service;
  service.name = "shop";
  service.objective.latency = 150ms;
  spec::Route route;
  route.name = "shop/";
  route.objective = service.objective;
  service.routes.push_back(route);
  return {service};
}

Scrape scrape(const Metrics& metrics) {
  Exposition out;
  metrics.expose(out);
  return Scrape(out.text());
}

Collected everything() {
  Collected collected;
  RouteStats& route = collected.stats.routes["shop/"];
  route.arrivals = 15;
  route.outcomes = {1, 2, 3, 4, 5};
  route.reasons["queue_full"] = 3;
  route.reasons["timeout"] = 4;
  route.answers = {5, 0, 3, 0, 0, 7};
  for (const Duration took : {7ms, 160ms, 170ms}) route.latency.record(took);
  ServiceStats& service = collected.stats.services["shop"];
  service.attempts = 11;
  service.retries = 2;
  service.connects = 6;
  service.ejections = 1;
  service.queue_wait.record(40ms);
  collected.stats.connections_accepted = 8;
  collected.stats.connections_refused = 9;
  collected.stats.refused["no_route"] = 10;
  collected.gauges = {.connections_open = 4, .request_buffers = 6, .waiting = {{"shop", 2}}};
  return collected;
}

TEST(Metrics, carry_every_count) {
  Metrics metrics;
  metrics.add(shop(), everything());
  const Scrape seen = scrape(metrics);
  int i = 0;
  for (const std::string outcome : {"good", "late", "shed", "failed", "gone"}) {
    const Scrape::Labels labels{{"service", "shop"}, {"route", "shop/"}, {"outcome", outcome}};
    EXPECT_EQ(seen.value("headroom_requests_total", labels), ++i);
  }
  const auto of_route = [](const std::string& label, const std::string& value) {
    return Scrape::Labels{{"service", "shop"}, {"route", "shop/"}, {label, value}};
  };
  EXPECT_EQ(seen.value("headroom_responses_total", of_route("code", "2xx")), 3);
  EXPECT_EQ(seen.value("headroom_responses_total", of_route("code", "5xx")), 7);
  EXPECT_EQ(seen.value("headroom_request_duration_seconds_bucket", of_route("le", "0.15")), 1);
  EXPECT_EQ(seen.value("headroom_request_duration_seconds_bucket", of_route("le", "+Inf")), 3);
  EXPECT_NEAR(seen.sum("headroom_request_duration_seconds_sum"), 0.337, 1e-6);
  const Scrape::Labels service{{"service", "shop"}};
  EXPECT_EQ(seen.value("headroom_attempts_total", service), 11);
  EXPECT_EQ(seen.value("headroom_retries_total", service), 2);
  EXPECT_EQ(seen.value("headroom_upstream_connects_total", service), 6);
  EXPECT_EQ(seen.value("headroom_ejections_total", service), 1);
  EXPECT_EQ(seen.value("headroom_requests_waiting", service), 2);
  EXPECT_EQ(seen.value("headroom_request_queue_wait_seconds_count", service), 1);
  EXPECT_EQ(seen.value("headroom_connections_accepted_total"), 8);
  EXPECT_EQ(seen.value("headroom_connections_refused_total"), 9);
  EXPECT_EQ(seen.value("headroom_connections_open"), 4);
  EXPECT_EQ(seen.value("headroom_request_buffers"), 6);
  EXPECT_EQ(seen.value("headroom_requests_refused_total", {{"reason", "no_route"}}), 10);
}

TEST(Metrics, missed_requests_are_the_late_shed_and_failed_ones_by_reason) {
  Metrics metrics;
  metrics.add(shop(), everything());
  const Scrape seen = scrape(metrics);
  const auto missed = [&](const std::string& reason) {
    return seen.value("headroom_requests_missed_total",
                      {{"service", "shop"}, {"route", "shop/"}, {"reason", reason}});
  };
  EXPECT_EQ(missed("late"), 2);
  EXPECT_EQ(missed("queue_full"), 3);
  EXPECT_EQ(missed("timeout"), 4);
  EXPECT_EQ(seen.sum("headroom_requests_missed_total"), 2 + 3 + 4);
}

TEST(Metrics, every_reason_has_its_series_before_anything_has_happened) {
  Metrics metrics;
  metrics.add(shop(), {});
  const Scrape seen = scrape(metrics);
  for (const std::string_view reason : missed_reasons())
    EXPECT_EQ(
        seen.value("headroom_requests_missed_total",
                   {{"service", "shop"}, {"route", "shop/"}, {"reason", std::string(reason)}}),
        0);
  for (const std::string_view reason : refused_reasons())
    EXPECT_EQ(seen.value("headroom_requests_refused_total", {{"reason", std::string(reason)}}), 0);
}

TEST(Metrics, counts_add_up_and_gauges_are_the_latest) {
  Metrics metrics;
  metrics.add(shop(), everything());
  metrics.add(shop(), everything());
  const Scrape seen = scrape(metrics);
  EXPECT_EQ(seen.value("headroom_connections_accepted_total"), 16);
  EXPECT_EQ(seen.value("headroom_connections_open"), 4);
  EXPECT_EQ(seen.value("headroom_requests_waiting", {{"service", "shop"}}), 2);
}

TEST(Metrics, a_service_that_left_the_file_has_no_series) {
  Metrics metrics;
  metrics.add(shop(), everything());
  metrics.add({}, {});
  EXPECT_FALSE(scrape(metrics).has("headroom_attempts_total", {{"service", "shop"}}));
}

TEST(Metrics, a_family_is_described_once) {
  std::vector<spec::Service> services = shop();
  services.push_back(services.front());
  services.back().name = "cart";
  Metrics metrics;
  metrics.add(services, {});
  Exposition out;
  metrics.expose(out);
  const std::string text = out.text();
  const std::string type = "# TYPE headroom_requests_total counter";
  EXPECT_NE(text.find(type), std::string::npos);
  EXPECT_EQ(text.find(type), text.rfind(type));
}

}  // namespace
}  // namespace headroom::gateway
