// headroom simulate: its JSON, its gate, and what it says to input that makes no sense.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "program.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::json;

class Simulate : public testing::Test {
 protected:
  Simulate() {
    (void)folder_.write("headroom.yaml", shop);
    (void)folder_.write("wave.csv", wave());
  }
  Ended simulate(const std::string& trace, const Arguments& more = {}) {
    Arguments arguments = {"simulate", "--trace", trace};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments, folder_.path());
  }

  TestFolder folder_;
};

TEST_F(Simulate, json_has_what_programs_rely_on) {
  const Ended ended = simulate("wave.csv", {"--format", "json", "--service", "shop"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << "what was read" << ended.err;
  const Json out = Json::parse(ended.out);
  EXPECT_EQ(out["workload"], "fast-web");
  EXPECT_NEAR(out["requests"].get<double>(), 3.6e6, 1e6);
  EXPECT_NEAR(out["missed"].get<double>(),
              out["missed_share"].get<double>() * out["requests"].get<double>(), 1);
  EXPECT_TRUE(out["objective_met"].get<bool>()) << out["broken"];
  EXPECT_NEAR(out["cost"].get<double>(), 0.5 * out["replica_hours"].get<double>(), 1e-9);
  for (const char* key : {"failed", "shed", "late", "scale_out", "scale_in", "longest_spell_s",
                          "worst_five_minutes_share", "wanting", "wanting_share", "late_alone"})
    EXPECT_TRUE(out[key].is_number()) << key;
  EXPECT_NEAR(out["replicas_mean"].get<double>(), out["replica_hours"].get<double>(), 1e-9)
      << "an hour is scored";
  EXPECT_GE(out["replicas_peak"].get<double>(), out["replicas_mean"].get<double>());
  for (const char* key : {"p50", "p95", "p99", "p999"})
    EXPECT_GT(out["latency_ms"][key].get<double>(), 1) << key;
}

TEST_F(Simulate, routes_of_a_workload_are_those_of_the_service) {
  const std::string route = "{ share: 50%, service_time: { mean: 20ms } }";
  (void)folder_.write("w.yaml", "service_time: { mean: 20ms }\nroutes:\n  shop/buy: " + route +
                                    "\n  shop/look: " + route + "\n");
  const Arguments more = {"--workload", "w.yaml", "--plant", "exact", "--scale", "0.1"};
  const Ended unknown = simulate("wave.csv", more);
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("workload w.yaml has a route 'shop/buy', service shop has shop"),
            std::string::npos)
      << unknown.err;

  std::string file = shop;
  file += "    routes: [{ match: /buy, priority: critical }, { match: /look }]\n";
  (void)folder_.write("headroom.yaml", file);
  EXPECT_EQ(simulate("wave.csv", more).code, 0) << simulate("wave.csv", more).err;
}

TEST_F(Simulate, a_timeline_has_a_line_for_each_second) {
  (void)folder_.write("w.yaml",
                      "service_time: { mean: 20ms }\nstartup: { mean: 4s, spread: 0% }\n");
  const Arguments more = {
      "--workload", "w.yaml", "--timeline",          "t.csv", "--plant", "exact",
      "--scale",    "0.1",    "--replicas-at-first", "7"};
  ASSERT_EQ(simulate("wave.csv", more).code, 0);
  std::ifstream lines(std::filesystem::path(folder_.path()) / "t.csv");
  std::vector<std::string> seconds;
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line,
            "second,arrivals,late,shed,failed,concurrency,waiting,starting,ready,draining,wanted");
  while (std::getline(lines, line)) seconds.push_back(line);
  ASSERT_EQ(seconds.size(), 3600U);
  EXPECT_TRUE(seconds.front().starts_with("0,")) << seconds.front();
  EXPECT_NE(seconds.front().find(",0,7,0,"), std::string::npos) << seconds.front();
  EXPECT_TRUE(seconds.back().starts_with("3599,")) << seconds.back();

  const Ended ended = simulate("wave.csv", {"--timeline", "no/such/folder.csv"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.err.find("no/such/folder.csv cannot be written"), std::string::npos) << ended.err;
}

TEST_F(Simulate, a_zone_can_be_lost_and_planned_for) {
  const Arguments more = {"--format", "json",         "--startup", "2m",      "--peak-replicas",
                          "30",       "--zone-fails", "20m",       "--zones", "3"};
  const auto missed = [&] {
    const Ended ended = simulate("wave.csv", more);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return Json::parse(ended.out)["wanting_share"].get<double>();
  };
  const double unplanned = missed();
  std::string file = shop;
  file.replace(file.find("min: 1"), 6, "min: 1, zones: 3");
  (void)folder_.write("headroom.yaml", file);
  EXPECT_LT(missed(), unplanned / 5);

  (void)folder_.write("headroom.yaml", shop);
  const Ended alone = simulate("wave.csv", {"--zone-fails", "20m"});
  EXPECT_EQ(alone.code, 2);
  EXPECT_NE(alone.err.find("--zone-fails needs two zones or more"), std::string::npos) << alone.err;
}

TEST_F(Simulate, budget_and_downstreams_of_the_file_bound_headroom_and_who_shares_them_is_told) {
  const auto peak = [&](const std::string& limits, const Arguments& more = {}) {
    (void)folder_.write("headroom.yaml", shop +
                                             std::string("    scale: { uses: { postgres: 4 } }\n"
                                                         "  stock:\n"
                                                         "    objective: { latency: { p99: 1s } }\n"
                                                         "    replicas: { cost_per_hour: 0 }\n"
                                                         "    endpoints: [\"10.0.0.5:80\"]\n"
                                                         "downstreams: { postgres: ") +
                                             limits);
    Arguments all = {"--service", "shop", "--format", "json", "--replicas-at-first", "1"};
    all.insert(all.end(), more.begin(), more.end());
    const Ended ended = simulate("wave.csv", all);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return std::pair(Json::parse(ended.out)["replicas_peak"].get<double>(), ended.err);
  };
  const auto [free, quiet] = peak("{ connections: 1000 } }\n");
  EXPECT_GT(free, 4);
  EXPECT_EQ(quiet.find("simulated alone"), std::string::npos) << "stock uses no postgres";
  EXPECT_EQ(peak("{ connections: 15 } }\n").first, 3);
  const auto [paid, told] = peak("{ connections: 1000 } }\nbudget: { per_hour: 1.00 }\n");
  EXPECT_EQ(paid, 2);
  EXPECT_NE(told.find("headroom: shop is simulated alone: what stock would take of budget and "
                      "downstreams is left to it\n"),
            std::string::npos)
      << told;
  const auto [rival, said] = peak("{ connections: 15 } }\n", {"--policy", "hpa-cpu"});
  EXPECT_GT(rival, 3);
  EXPECT_NE(said.find("hpa-cpu knows of no budget and no downstreams"), std::string::npos) << said;
}

TEST_F(Simulate, the_same_seed_gives_the_same_bytes) {
  for (const char* plant : {"fluid", "exact"}) {
    const Arguments more = {"--format", "json", "--plant", plant, "--scale", "0.1", "--seed", "7"};
    const Ended first = simulate("wave.csv", more);
    ASSERT_EQ(first.code, 0) << first.err;
    EXPECT_EQ(first.out, simulate("wave.csv", more).out);
  }
}

TEST_F(Simulate, a_world_where_replicas_crash_and_metrics_are_lost) {
  (void)folder_.write("bad_day.yaml", "crashes_per_hour: 30\nevidence: { delay: 5s, loss: 10% }\n");
  (void)folder_.write("typo.yaml", "\ncrashes: 30\n");
  const auto failed = [&](const Arguments& more) {
    Arguments arguments{"--objective", "workload", "--format", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = simulate("wave.csv", arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return Json::parse(ended.out)["failed"].get<double>();
  };
  EXPECT_EQ(failed({}), 0);
  EXPECT_GT(failed({"--world", "bad_day.yaml"}), 10);
  const Ended typo = simulate("wave.csv", {"--world", "typo.yaml"});
  EXPECT_EQ(typo.code, 2);
  EXPECT_TRUE(typo.err.starts_with("headroom: typo.yaml:2: crashes: unknown key")) << typo.err;
}

/// Two requests a second for an hour, each of 300 ms, and a service that has 8 places a replica.
TEST_F(Simulate, recorded_requests_are_replayed_with_their_durations) {
  std::string csv = "timestamp_seconds,status,duration_ms\n";
  for (int i = 0; i < 7200; ++i) csv += std::to_string(i / 2.0 + 0.25) + ",200,300\n";
  (void)folder_.write("requests.csv", csv);
  for (const char* plant : {"fluid", "exact"}) {
    const Ended ended =
        simulate("requests.csv", {"--plant", plant, "--objective", "workload", "--policy", "kpa",
                                  "--format", "json", "--from", "+1800"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json out = Json::parse(ended.out);
    EXPECT_EQ(out["workload"], "recorded");
    EXPECT_EQ(out["requests"].get<double>(), 3600) << plant;
    EXPECT_NEAR(out["objective_ms"].get<double>(), 450, 1);
    EXPECT_NEAR(out["latency_ms"]["p50"].get<double>(), 300, 10) << plant;
    EXPECT_EQ(out["missed"].get<double>(), 0) << plant;
  }
}

TEST_F(Simulate, recorded_requests_that_make_no_sense_get_one_sentence) {
  (void)folder_.write("r.csv", "timestamp_seconds,tokens\n1.5,3\n2.5,4\n");
  (void)folder_.write("bad.csv", "timestamp_seconds,duration_seconds\n1.5,-3\n");
  const std::pair<Arguments, std::string> cases[] = {
      {{"bad.csv"}, "bad.csv:2: duration_seconds '-3' is not a number from 0 on"},
      {{"r.csv", "--requests", "--column", "taken"}, "r.csv:1: has no column 'taken' of durations"},
      {{"r.csv", "--requests", "--from", "+9"}, "r.csv: no request comes in [10, 3)"},
      {{"r.csv", "--requests", "--peak-replicas", "3"},
       "r.csv has single requests, which are replayed as often as they came: --scale"}};
  for (const auto& [arguments, sentence] : cases) {
    const Ended ended = simulate(arguments[0], {arguments.begin() + 1, arguments.end()});
    EXPECT_EQ(ended.code, 2) << sentence;
    EXPECT_TRUE(ended.err.starts_with("headroom: " + sentence)) << ended.err;
  }
}

TEST_F(Simulate, a_requirement_that_is_not_met_is_exit_code_3) {
  const Arguments starved = {"--policy", "fixed", "--target", "0.02", "--require", "missed<1%"};
  const Ended unmet = simulate("wave.csv", starved);
  EXPECT_EQ(unmet.code, 3);
  EXPECT_TRUE(unmet.complaint().starts_with("headroom: missed<1% is not met: ")) << unmet.err;
  EXPECT_NE(unmet.out.find("replica-hours"), std::string::npos);
  EXPECT_EQ(simulate("wave.csv", {"--policy", "fixed", "--require", "p99<150ms"}).code, 0);
}

TEST_F(Simulate, a_zone_is_lost_days_after_the_begin_and_never_after_the_end) {
  std::string days = "timestamp_seconds,requests_per_second\n";
  for (int hour = 0; hour < 72; ++hour) days += std::to_string(3600 * hour) + ",20\n";
  (void)folder_.write("days.csv", days);
  const auto lose = [&](const std::string& when) {
    return simulate("days.csv",
                    {"--policy", "fixed", "--target", "0.05", "--zones", "3", "--zone-fails", when,
                     "--zone-fails-for", "26h", "--format", "json"});
  };
  const Ended lost = lose("25h");
  ASSERT_EQ(lost.code, 0) << lost.err;
  EXPECT_GT(Json::parse(lost.out)["failed"].get<double>(), 0);
  const Ended late = lose("3d");
  EXPECT_EQ(late.code, 2);
  EXPECT_EQ(late.err, "headroom: --zone-fails 3d is after the end: days.csv lasts 3d\n");
}

TEST_F(Simulate, a_service_without_anything_to_run_can_be_planned_for_and_not_run) {
  const std::string file = shop;
  (void)folder_.write("headroom.yaml", file.substr(0, file.find("    run:")));
  EXPECT_EQ(simulate("wave.csv", {"--policy", "kpa"}).code, 0);
  const Ended run = run_program({"run"}, folder_.path());
  EXPECT_EQ(run.code, 2);
  EXPECT_NE(run.err.find("services.shop: either 'run'"), std::string::npos) << run.err;
}

TEST_F(Simulate, a_fixed_fleet_can_be_given_by_its_size) {
  const Ended ended = simulate("wave.csv", {"--policy", "fixed", "--fleet", "7"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("setting        7 replicas\n"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("replica-hours  7.0"), std::string::npos) << ended.out;
  const Ended shared = simulate("wave.csv", {"--policy", "fixed", "--target", "0.11"});
  EXPECT_NE(shared.out.find("setting        7 replicas\n"), std::string::npos) << shared.out;
}

TEST_F(Simulate, every_policy_runs) {
  for (const char* policy : {"headroom", "oracle", "hpa-cpu", "hpa-rate", "keda", "kpa",
                             "kpa-window", "aws", "aws-predictive", "wpa", "phpa", "ehpa", "fixed"})
    EXPECT_EQ(simulate("wave.csv", {"--policy", policy, "--startup", "5s"}).code, 0) << policy;
}

TEST_F(Simulate, options_that_make_no_sense_get_one_sentence) {
  const std::pair<Arguments, std::string> cases[] = {
      {{"--objective", "20ms"},
       "p99 of 20 ms cannot be met: one idle replica of workload fast-web already needs 98.1 ms"},
      {{"--workload", "nope"}, "--workload 'nope' is neither one of fast-web, slow-api, "},
      {{"--policy", "nope"}, "no policy is called 'nope'; known: headroom, oracle, hpa-cpu, "},
      {{"--target", "0.5"}, "--target, --stabilise and --fresh-signal belong to rivals"},
      {{"--service", "nope"}, "headroom.yaml has no service 'nope'; it has shop"},
      {{"--scale", "2", "--peak-replicas", "9"}, "give either --scale or --peak-replicas"},
      {{"--scale", "-1"}, "--scale '-1' is not a number above 0"},
      {{"--require", "p97<1s"}, "'p97<1s': a simulation knows p50, p95, p99 and p99.9"},
      {{"--history", "100%"}, "--history '100%' is not a share such as 25%, below 100%"},
      {{"--fleet", "3"}, "--fleet is the size of --policy fixed, instead of its --target"},
      {{"--policy", "fixed", "--fleet", "61"},
       "--fleet 61 is not within replicas.min and max of the file, 1 to 60"},
      {{"--seeds", "0"}, "--seeds '0' is not a whole number from 1 to 1000"},
      {{"--seed", "x"}, "--seed 'x' is not a whole number from 0"}};
  for (const auto& [more, sentence] : cases) {
    const Ended ended = simulate("wave.csv", more);
    EXPECT_EQ(ended.code, 2) << sentence;
    EXPECT_TRUE(ended.complaint().starts_with("headroom: " + sentence)) << ended.err;
    EXPECT_EQ(ended.out, "");
  }
}

TEST_F(Simulate, traces_that_make_no_sense_get_one_sentence) {
  const std::pair<std::string, std::string> cases[] = {
      {"0,1\n1,nan\n", "t.csv:3: requests_per_second 'nan' is not a finite number"},
      {"0,1\n0,2\n", "t.csv:3: timestamp_seconds 0 is there twice"},
      {"5,1\n1,2\n", "t.csv:3: timestamp_seconds 1 comes after 5"},
      {"0,-1\n1,2\n", "t.csv: requests_per_second is -1 at 0: rates are 0 or more"},
      {"", "t.csv: has 0 rows of values"},
      {"0,0\n1,0\n", "t.csv: not a single request arrives in the scored part"},
      {"0,1\n1,2\n5000,1\n", "t.csv: requests_per_second is unknown for 4998 bins from 2"},
      {"0,1\n157680000,1\n", "t.csv: the trace lasts 3650 days, at most 730 are simulated"}};
  for (const auto& [rows, sentence] : cases) {
    (void)folder_.write("t.csv", "timestamp_seconds,requests_per_second\n" + rows);
    const Ended ended = simulate("t.csv");
    EXPECT_EQ(ended.code, 2) << sentence;
    EXPECT_TRUE(ended.err.starts_with("headroom: " + sentence)) << ended.err;
  }
}

TEST_F(Simulate, a_policy_that_asks_for_more_than_the_most_gets_the_most) {
  const Ended ended = simulate("wave.csv", {"--scale", "50", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_LE(Json::parse(ended.out)["replica_hours"].get<double>(), 60.5);
}

}  // namespace
}  // namespace headroom::cli
