// What the admin answers, by path and state.
#include "control/status.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/version.h"
#include "gateway/testing/scrape.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;
using gateway::testing::Scrape;
using nlohmann::json;

/// One service that must have a replica.
spec::Config shop() {
  spec::Config config;
  spec::Service& service = config.services.emplace_back();
  service.name = "shop";
  service.objective.latency = 150ms;
  service.replicas = {.min = 1, .max = 4};
  service.run.emplace();
  spec::Route& route = service.routes.emplace_back();
  route.name = "shop/";
  route.objective = service.objective;
  return config;
}

/// It is seen with `ready` replicas.
scale::Observations seen_with(int ready, double completeness = 1) {
  scale::Observations seen;
  seen.now.wall = wall_from_unix_ns(1'800'000'000'000'000'000);
  seen.dt = 1s;
  scale::ServiceSeen& service = seen.services.emplace_back();
  service.service = "shop";
  service.completeness = completeness;
  for (int i = 1; i <= ready; ++i)
    service.replicas.push_back({.id = "shop-" + std::to_string(i),
                                .phase = scale::Phase::ready,
                                .cpu_cores = 0.5,
                                .rss_bytes = 1 << 20});
  return seen;
}

void look(Status& status, int ready, double completeness = 1) {
  status.update({shop(), seen_with(ready, completeness), {}, {}, {}, {}});
}

scale::ServiceDecision decided(int replicas) {
  scale::ServiceDecision decision;
  decision.service = "shop";
  decision.replicas = replicas;
  return decision;
}

json service_of(const Status& status) {
  return json::parse(status.services_json()).at("services").at(0);
}

TEST(Status, readyz_is_200_once_each_service_has_a_replica_and_until_the_process_leaves) {
  Status status;
  EXPECT_EQ(status.answer("/readyz", false).status, 503) << "nothing was seen yet";
  look(status, 0);
  EXPECT_EQ(status.answer("/readyz", false).status, 503);
  look(status, 1);
  EXPECT_EQ(status.answer("/readyz", false).status, 200);
  EXPECT_EQ(status.answer("/readyz", false).body, "ready\n");
  EXPECT_EQ(status.answer("/readyz", true).status, 503);
  EXPECT_EQ(status.answer("/healthz", true).status, 200);
}

TEST(Status, replicas_that_nobody_knows_of_for_a_tick_are_those_seen_before) {
  Status status;
  look(status, 1);
  look(status, 0, 0);
  EXPECT_EQ(status.answer("/readyz", false).status, 200);
  EXPECT_NE(status.answer("/services", false).body.find("\"ready\": 1,"), std::string::npos);
  look(status, 0);
  EXPECT_EQ(status.answer("/readyz", false).status, 503) << "now somebody knows that there is none";
}

TEST(Status, the_other_paths_answer_in_their_formats_and_unknown_ones_name_them) {
  Status status;
  look(status, 1);
  const auto metrics = status.answer("/metrics", false);
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4");
  EXPECT_NE(metrics.body.find("headroom_replicas_ready"), std::string::npos);
  const auto services = status.answer("/services", false);
  EXPECT_EQ(services.content_type, "application/json");
  EXPECT_NE(services.body.find("\"shop\""), std::string::npos);
  const auto unknown = status.answer("/nowhere", false);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(unknown.body.find("/services"), std::string::npos);
}

TEST(Status, how_many_clients_there_may_be_is_told) {
  Status status;
  look(status, 1);
  EXPECT_TRUE(status.set_connections_limit(53));
  EXPECT_FALSE(status.set_connections_limit(53)) << "it is the same as before";
  EXPECT_NE(status.metrics().find("\nheadroom_connections_limit 53\n"), std::string::npos);
  EXPECT_NE(status.services_json().find("\"limit\": 53"), std::string::npos);
}

TEST(Status, what_became_of_replicas_and_versions_is_told) {
  Standing standing;
  standing.tally.count(supervisor::ExitReason::error);
  standing.tally.count(supervisor::StartFailure::not_ready);
  standing.tally.count(supervisor::StartFailure::not_ready);
  standing.tally.last_error = "shop-3 did not start";
  standing.tally.last_error_at = wall_from_unix_ns(1'700'000'000'000'000'000);
  standing.rollout = supervisor::RolloutState::given_up;
  standing.rollout_since = wall_from_unix_ns(1'800'000'000'000'000'000) - 100s;
  standing.rollout_failed_starts = 5;
  standing.version = "0123abcd";
  standing.replicas["shop-1"] = {.version = "9876fedc", .healthy = true, .cpu = 1500ms};
  Status status;
  status.update({shop(), seen_with(1), {}, {{"shop", standing}}, {}, {}});

  const json service = service_of(status);
  EXPECT_EQ(service["exits"]["total"], 1);
  EXPECT_EQ(service["exits"]["by_reason"]["error"], 1);
  EXPECT_EQ(service["exits"]["by_reason"]["signal"], 0);
  EXPECT_EQ(service["failed_starts"]["total"], 2);
  EXPECT_EQ(service["failed_starts"]["in_a_row"], 2);
  EXPECT_EQ(service["failed_starts"]["by_reason"]["not_ready"], 2);
  EXPECT_EQ(service["rollout"], json({{"state", "given_up"},
                                      {"version", "0123abcd"},
                                      {"since_s", 100.0},
                                      {"failed_starts", 5}}));
  EXPECT_EQ(service["last_error"]["text"], "shop-3 did not start");
  EXPECT_EQ(service["last_error"]["at"], "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(service["replicas"]["each"][0]["version"], "9876fedc");

  const Scrape scrape(status.metrics());
  const auto labels = [](const std::string& name, const std::string& value) {
    return Scrape::Labels{{"service", "shop"}, {name, value}};
  };
  EXPECT_EQ(scrape.value("headroom_replica_exits_total", labels("reason", "error")), 1);
  EXPECT_EQ(scrape.value("headroom_replica_exits_total", labels("reason", "hung")), 0);
  EXPECT_EQ(scrape.value("headroom_replica_failed_starts_total", labels("reason", "not_ready")), 2);
  EXPECT_EQ(scrape.value("headroom_replica_failed_starts_in_a_row", {{"service", "shop"}}), 2);
  EXPECT_EQ(scrape.value("headroom_rollout_state", labels("state", "given_up")), 1);
  EXPECT_EQ(scrape.value("headroom_rollout_state", labels("state", "idle")), 0);
  EXPECT_EQ(scrape.value("headroom_rollout_since_timestamp_seconds", {{"service", "shop"}}),
            1'800'000'000 - 100);
  EXPECT_EQ(scrape.value("headroom_service_version_info", labels("version", "0123abcd")), 1);
  EXPECT_EQ(scrape.value("headroom_replica_cpu_seconds_total", labels("replica", "shop-1")), 1.5);
  EXPECT_EQ(scrape.value("headroom_replica_healthy", labels("replica", "shop-1")), 1);
}

TEST(Status, series_of_a_replica_end_with_it) {
  Status status;
  Standing standing;
  standing.replicas["shop-1"] = {.version = "a", .healthy = true, .cpu = 1s};
  status.update({shop(), seen_with(1), {}, {{"shop", standing}}, {}, {}});
  const Scrape::Labels replica{{"service", "shop"}, {"replica", "shop-1"}};
  EXPECT_TRUE(Scrape(status.metrics()).has("headroom_replica_resident_memory_bytes", replica));
  status.update({shop(), seen_with(0), {}, {{"shop", {}}}, {}, {}});
  EXPECT_FALSE(Scrape(status.metrics()).has("headroom_replica_resident_memory_bytes", replica));
}

TEST(Status, replicas_wanted_without_bounds_are_told_beside_them) {
  scale::ServiceDecision decision = decided(4);
  decision.reasons = {{scale::Rule::latency, 9, "", true},
                      {scale::Rule::zone_loss, 14, "", true},
                      {scale::Rule::max, 4, "at most 4 are allowed", true}};
  EXPECT_EQ(wanted_unbounded(decision), 14);
  Status status;
  status.update({shop(), seen_with(4), {}, {}, {}, {decision}});
  EXPECT_EQ(service_of(status)["replicas"]["unbounded"], 14);
  EXPECT_EQ(service_of(status)["replicas"]["max"], 4);
  const Scrape scrape(status.metrics());
  EXPECT_EQ(scrape.value("headroom_replicas_wanted_unbounded", {{"service", "shop"}}), 14);
  EXPECT_EQ(scrape.value("headroom_replicas_wanted", {{"service", "shop"}}), 4);
  EXPECT_EQ(scrape.value("headroom_replicas_max", {{"service", "shop"}}), 4);
}

TEST(Status, zones_are_told_with_their_share_and_what_they_have) {
  spec::Config config = shop();
  Status status;
  status.update({config, seen_with(2), {}, {}, {}, {decided(5)}});
  EXPECT_EQ(service_of(status)["replicas"]["zones"], json::array()) << "there is one";
  EXPECT_TRUE(service_of(status)["replicas"]["each"][0]["zone"].is_null());
  config.services.front().replicas.zones = 3;
  scale::Observations seen = seen_with(2);
  seen.services[0].replicas[0].zone = 1;
  seen.services[0].replicas[1].zone = 3;
  status.update({config, seen, {}, {}, {}, {decided(5)}});
  const json replicas = service_of(status)["replicas"];
  EXPECT_EQ(replicas["each"][1]["zone"], 3);
  const auto zone = [](int number, int wanted, int ready) {
    return json({{"zone", number}, {"wanted", wanted}, {"ready", ready}, {"starting", 0}});
  };
  EXPECT_EQ(replicas["zones"], json::array({zone(1, 2, 1), zone(2, 2, 0), zone(3, 1, 1)}));
}

TEST(Status, of_replicas_that_others_run_what_would_be_wanted_is_told_in_shadow_alone) {
  spec::Config config = shop();
  config.services.front().run.reset();
  config.services.front().endpoints = {"10.0.0.5:8080"};
  config.mode = spec::Mode::shadow;
  Status status;
  status.update({config, seen_with(1), {}, {}, {}, {decided(4)}});
  EXPECT_EQ(service_of(status)["replicas"]["wanted"], 4);
  EXPECT_EQ(Scrape(status.metrics()).value("headroom_replicas_wanted", {{"service", "shop"}}), 4);

  config.mode = spec::Mode::act;  // nothing is decided any more
  status.update({config, seen_with(1), {}, {}, {}, {}});
  EXPECT_EQ(service_of(status)["replicas"]["wanted"], -1);
  EXPECT_FALSE(Scrape(status.metrics()).has("headroom_replicas_wanted", {{"service", "shop"}}));
}

TEST(Status, nothing_is_beyond_a_decision_that_nothing_bounds) {
  scale::ServiceDecision raised = decided(2);
  raised.reasons = {{scale::Rule::latency, 1, "", true}, {scale::Rule::min, 2, "", true}};
  EXPECT_EQ(wanted_unbounded(raised), 2);
  scale::ServiceDecision shared = decided(3);
  shared.reasons = {{scale::Rule::latency, 5, "", true}, {scale::Rule::budget, 3, "", true}};
  EXPECT_EQ(wanted_unbounded(shared), 5);
}

TEST(Status, more_replicas_cannot_help_where_too_many_are_late_alone) {
  scale::Model model;
  model.services["shop"].capacity.late_alone = 0.02;  // 1% may be
  Status status;
  status.update({shop(), seen_with(1), {}, {}, model, {}});
  EXPECT_EQ(service_of(status)["cannot_help"], true);
  EXPECT_EQ(
      Scrape(status.metrics()).value("headroom_more_replicas_cannot_help", {{"service", "shop"}}),
      1);
  model.services["shop"].capacity.late_alone = 0.005;
  status.update({shop(), seen_with(1), {}, {}, model, {}});
  EXPECT_EQ(service_of(status)["cannot_help"], false);
}

TEST(Status, a_capacity_is_told_once_it_was_learned) {
  scale::Model model;
  scale::Capacity& capacity = model.services["shop"].capacity;
  capacity.concurrency = 4;
  capacity.latency_s = 0.1;
  const std::pair<scale::Basis, double> cases[] = {{scale::Basis::prior, 0},
                                                   {scale::Basis::stated, 0},
                                                   {scale::Basis::learned, 40},
                                                   {scale::Basis::held, 40}};
  for (const auto& [basis, told] : cases) {
    capacity.basis = basis;
    Status status;
    status.update({shop(), seen_with(1), {}, {}, model, {}});
    const json service = service_of(status);
    EXPECT_EQ(service["capacity_rps"], told) << service["capacity_basis"];
    EXPECT_EQ(Scrape(status.metrics())
                  .value("headroom_replica_capacity_requests_per_second", {{"service", "shop"}}),
              told);
  }
}

TEST(Status, the_last_reload_and_what_was_dropped_are_told) {
  Status status;
  look(status, 1);
  EXPECT_EQ(json::parse(status.services_json())["reload"]["ok"], true);
  status.set_reload(fail(ErrorCode::invalid, "line 3 is wrong"),
                    wall_from_unix_ns(1'700'000'000'000'000'000));
  status.drop_ticks(2);
  status.set_journal(false, "the disk is full", 7);
  const json all = json::parse(status.services_json());
  EXPECT_EQ(all["version"], version());
  EXPECT_EQ(
      all["reload"],
      json({{"ok", false}, {"at", "2023-11-14T22:13:20.000Z"}, {"problem", "line 3 is wrong"}}));
  EXPECT_EQ(all["dropped"]["ticks"], 2);
  EXPECT_EQ(all["journal"]["lost"], 7);
  const Scrape scrape(status.metrics());
  EXPECT_EQ(scrape.value("headroom_config_last_reload_successful"), 0);
  EXPECT_EQ(scrape.value("headroom_config_last_reload_timestamp_seconds"), 1'700'000'000);
  EXPECT_EQ(scrape.value("headroom_ticks_dropped_total"), 2);
  EXPECT_EQ(scrape.value("headroom_ticks_total"), 1);
  EXPECT_EQ(scrape.value("headroom_journal_healthy"), 0);
  EXPECT_EQ(scrape.value("headroom_journal_ticks_lost_total"), 7);
  EXPECT_EQ(scrape.value("headroom_build_info", {{"version", std::string(version())}}), 1);
  EXPECT_GT(scrape.value("process_resident_memory_bytes"), 1 << 20);
}

TEST(Status, the_objective_is_told_whole) {
  Status status;
  look(status, 1);
  EXPECT_EQ(service_of(status)["objective"], json({{"quantile", 0.99},
                                                   {"latency_ms", 150.0},
                                                   {"availability", 0.999},
                                                   {"window_s", 28 * 86400.0}}));
  EXPECT_NEAR(service_of(status)["permitted_misses"].get<double>(), 0.01, 1e-12);
  const Scrape scrape(status.metrics());
  const Scrape::Labels route{{"service", "shop"}, {"route", "shop/"}};
  EXPECT_EQ(scrape.value("headroom_objective_latency_seconds", route), 0.15);
  EXPECT_NEAR(scrape.value("headroom_objective_permitted_misses_ratio", route), 0.01, 1e-12);
  EXPECT_EQ(scrape.value("headroom_objective_availability_ratio", route), 0.999);
  EXPECT_EQ(scrape.value("headroom_objective_window_seconds", route), 28 * 86400);
}

}  // namespace
}  // namespace headroom::control
