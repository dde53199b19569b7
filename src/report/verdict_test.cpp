// Verdicts on runs made by hand, and on a whole run from its journal to its page.
#include "report/verdict.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/folder_for_test.h"
#include "report/html.h"
#include "report/layout.h"
#include "report/plot.h"
#include "report/sample_run_for_test.h"

namespace headroom::report {
namespace {

using namespace std::chrono_literals;

/// 100 s of 100 requests/s, of which `missed` in all are late, on 3 ready and 1 starting replica.
Run by_hand(std::uint64_t missed = 0) {
  Run run;
  run.from = wall_from_unix_ns(1'795'255'200'000'000'000);
  run.to = run.from + 100s;
  ServiceRun service;
  service.policy.service = "checkout";
  service.policy.objective.latency = 150ms;
  service.policy.replicas.cost_per_hour = 2;
  service.capacity = {.basis = scale::Basis::learned,
                      .concurrency = 4,
                      .latency_s = 0.1,
                      .proven = 4,
                      .late_alone = 0,
                      .attempts = 10'000};  // 40/s each
  service.service_time_s = 0.05;
  service.startup_s = 3;
  for (int i = 1; i <= 100; ++i) {
    Moment moment;
    moment.t_s = i;
    moment.arrivals = 100;
    moment.late = std::min<std::uint64_t>(missed, 100);
    moment.good = 100 - moment.late;
    missed -= moment.late;
    moment.ready = 3;
    moment.starting = 1;
    moment.wanted = 4;
    moment.per_replica = 40;
    service.moments.push_back(moment);
  }
  run.machine_cpu.assign(100, 0.3);
  run.services.push_back(std::move(service));
  return run;
}

/// The verdict as lines, each ended.
std::string text_of(const Verdict& verdict) {
  std::string text;
  for (const auto& line : verdict_text(verdict, 80)) text += line + "\n";
  return text;
}

TEST(Verdict, counts_replica_hours_and_cost_are_those_of_the_run) {
  const Verdict verdict = judge(by_hand(), {});
  ASSERT_EQ(verdict.services.size(), 1U);
  const ServiceVerdict& service = verdict.services[0];
  EXPECT_EQ(service.counts, (Counts{.good = 10'000, .late = 0, .shed = 0, .failed = 0}));
  EXPECT_FALSE(service.by_client);
  EXPECT_TRUE(service.met);
  EXPECT_NEAR(service.replica_hours, 400.0 / 3600, 1e-12) << "starting ones cost, too";
  EXPECT_NEAR(service.cost, 800.0 / 3600, 1e-12);
  EXPECT_EQ(service.fixed_fleet, 3);  // 2 × 40 < 100 < 3 × 40
  EXPECT_NEAR(*service.ratio(), 4.0 / 3, 1e-12);
  EXPECT_NEAR(*service.clairvoyant_hours, 300.0 / 3600, 1e-12);
  EXPECT_NEAR(verdict.cpu_mean, 0.3, 1e-12);
  EXPECT_FALSE(verdict.saturated);
}

TEST(Verdict, an_objective_is_met_up_to_exactly_what_it_permits) {
  EXPECT_TRUE(judge(by_hand(100), {}).met()) << "p99 permits 100 of 10,000";
  EXPECT_FALSE(judge(by_hand(101), {}).met());
}

TEST(Verdict, what_failed_has_a_limit_of_its_own) {
  auto run = by_hand();
  run.services[0].policy.objective.availability = 0.999;
  run.services[0].moments[0].failed = 10;
  run.services[0].moments[0].good = 90;
  EXPECT_TRUE(judge(run, {}).met()) << "0.1% may";
  run.services[0].moments[0].failed = 11;
  run.services[0].moments[0].good = 89;
  EXPECT_FALSE(judge(run, {}).met());
  run.services[0].moments[0].failed = 5;
  run.services[0].moments[0].shed = 6;
  EXPECT_TRUE(judge(run, {}).met()) << "what is shed counts as late ones do";
}

TEST(Verdict, what_the_client_saw_counts_more_than_what_the_gateway_saw) {
  const auto client = parse_load(
      R"({"targets":[{"target":"http://127.0.0.1:8080/checkout","good":9000,"late":900,"shed":60,
          "failed":40,"latency_ms":{"p50":12,"p99":310}}]})",
      "");
  ASSERT_TRUE(client) << client.error().message;
  const ServiceVerdict service = judge(by_hand(), *client).services[0];
  EXPECT_TRUE(service.by_client);
  EXPECT_EQ(service.counts.missed(), 1000U);
  EXPECT_FALSE(service.met);
  EXPECT_EQ(service.p99_s, 0.31);
}

TEST(Verdict, results_of_clients_find_their_service) {
  const auto result = [](std::string target, std::string service, std::uint64_t good) {
    ClientResult one;
    one.target = std::move(target);
    one.service = std::move(service);
    one.counts.good = good;
    return one;
  };
  const std::vector<ClientResult> results{result("http://catalog.shop/", "", 1),
                                          result("http://checkout.shop/", "", 10),
                                          result("http://127.0.0.1/", "checkout", 100)};
  EXPECT_EQ(client_of(results, "checkout", false)->counts.good, 110U);
  EXPECT_EQ(client_of(results, "catalog", false)->counts.good, 1U);
  EXPECT_FALSE(client_of(results, "search", false));
  EXPECT_EQ(client_of({results[0]}, "search", true)->counts.good, 1U) << "there is no other";
}

TEST(Verdict, a_file_that_is_no_result_is_refused) {
  for (const char* text : {"", "[]", "{}", R"({"good":"many","late":0,"shed":0,"failed":0})"})
    EXPECT_FALSE(parse_load(text, "")) << text;
}

TEST(Verdict, a_saturated_machine_gets_no_verdict) {
  auto run = by_hand(5000);
  for (std::size_t i = 0; i < 11; ++i) run.machine_cpu[i] = 0.71;
  const Verdict verdict = judge(run, {});
  EXPECT_TRUE(verdict.saturated);
  const std::string text = text_of(verdict);
  EXPECT_NE(text.find("this machine is saturated"), std::string::npos) << text;
  EXPECT_EQ(text.find("MISSED"), std::string::npos) << text;
  EXPECT_TRUE(verdict_json(verdict)["objective_met"].is_null());
  run.machine_cpu[10] = 0.3;
  EXPECT_FALSE(judge(run, {}).saturated) << "a tenth of the time is bearable";
}

TEST(Verdict, says_of_a_missed_objective_where_most_was_lost_and_of_a_met_one_nothing) {
  const std::string lost =
      "100 of 101 missed requests in the 1 s from 10:00:00: demand went from 100/s to 100/s, the 3 "
      "replicas ready then carry 120/s; more of them would not have helped";
  const auto missed = judge(by_hand(101), {});
  EXPECT_EQ(verdict_json(missed)["services"][0]["shortfall"]["text"], lost);
  EXPECT_NE(html_page(by_hand(101), missed).find("Lost: " + lost), std::string::npos);
  const auto lines = verdict_text(missed, 80);
  EXPECT_TRUE(std::ranges::any_of(
      lines, [](const std::string& line) { return line.starts_with("  lost           100 of"); }));
  const auto met = judge(by_hand(100), {});
  EXPECT_TRUE(verdict_json(met)["services"][0]["shortfall"].is_null());
  EXPECT_EQ(html_page(by_hand(100), met).find("Lost: "), std::string::npos);
}

TEST(Verdict, what_broke_a_promise_is_told_to_programs) {
  EXPECT_EQ(verdict_json(judge(by_hand(200), {}))["services"][0]["broken"],
            "2% missed, at most 1% may");
  EXPECT_TRUE(verdict_json(judge(by_hand(), {}))["services"][0]["broken"].is_null());
}

TEST(Verdict, the_page_promises_availability_too) {
  EXPECT_NE(html_page(by_hand(), judge(by_hand(), {}))
                .find("wanted: 99% within 150ms, at most 0.1% failed<"),
            std::string::npos);
}

TEST(Verdict, why_there_is_no_fixed_fleet_is_told_everywhere) {
  auto run = by_hand();
  run.services[0].capacity.late_alone = 0.3;
  const Verdict verdict = judge(run, {});
  EXPECT_EQ(verdict_json(verdict)["services"][0]["fixed_unknown"], "more replicas cannot help");
  EXPECT_NE(html_page(run, verdict).find("<td>not estimated: more replicas cannot help</td>"),
            std::string::npos);
  EXPECT_NE(text_of(verdict).find("cannot be estimated: more replicas cannot help\n"),
            std::string::npos);
  EXPECT_TRUE(verdict_json(judge(by_hand(), {}))["services"][0]["fixed_unknown"].is_null());
}

TEST(Verdict, of_no_requests_no_share_and_no_fixed_fleet_is_told) {
  auto run = by_hand();
  for (auto& moment : run.services[0].moments) moment.arrivals = moment.good = 0;
  const Verdict verdict = judge(run, {});
  const std::string text = text_of(verdict);
  EXPECT_NE(text.find("requests       no requests; counted by the gateway\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("fixed fleet    cannot be estimated: there were no requests\n"),
            std::string::npos)
      << text;
  const std::string page = html_page(run, verdict);
  EXPECT_NE(page.find("<dt>requests</dt><dd>no</dd>"), std::string::npos);
  EXPECT_EQ(page.find("<dt>good</dt>"), std::string::npos);
}

TEST(Verdict, text_fits_the_terminal) {
  for (std::size_t width = 40; width <= 80; width += 8)
    for (const auto& line : verdict_text(judge(by_hand(500), {}), width))
      EXPECT_LE(columns(line), width) << line;
}

/// A change of the service's replicas at second `t`.
void change(report::Run& run, int t, int from, int to, std::vector<scale::Reason> reasons = {},
            std::vector<scale::Counterfactual> others = {}) {
  Change one{.moment = static_cast<std::size_t>(t - 1), .from = from, .decision = {}};
  one.decision.replicas = to;
  one.decision.reasons = std::move(reasons);
  one.decision.counterfactuals = std::move(others);
  run.services[0].changes.push_back(std::move(one));
}

TEST(Important, large_changes_amid_misses_come_first_and_are_numbered_by_time) {
  auto run = by_hand();
  run.services[0].moments[49].late = 20;
  change(run, 5, 4, 5);
  change(run, 45, 5, 7);
  change(run, 47, 7, 10);  // goes on with the one before
  change(run, 60, 10, 9);  // 50 s is within the 10 s before
  change(run, 95, 9, 3);
  const auto important = important_changes(run);
  ASSERT_EQ(important.size(), 3U);
  EXPECT_EQ(important[0].number, 1);
  EXPECT_EQ(important[0].t_s, 47) << "when the one that is explained was decided";
  EXPECT_EQ(important[0].at, run.from + 47s);
  EXPECT_EQ(important[0].from, 5);
  EXPECT_EQ(important[0].to, 10);
  EXPECT_EQ(important[0].missed_around, 20U);
  EXPECT_EQ(important[0].decision.replicas, 10) << "the larger step is the one explained";
  EXPECT_EQ(step_text(important[0]), "its largest step, 7 → 10") << "and said to be of it";
  EXPECT_EQ(step_text(important[1]), "") << "one step is the whole change";
  EXPECT_EQ(important[1].t_s, 60);
  EXPECT_EQ(important[2].t_s, 95);
}

TEST(Important, a_time_in_which_a_bound_holds_is_told_though_nothing_changes) {
  auto run = by_hand();
  run.services[0].moments[49].shed = 30;
  change(run, 5, 4, 5);
  change(run, 40, 5, 5, {{scale::Rule::max, 5, "at most 5 are allowed", true}},
         {{scale::Rule::max, 9}});
  const auto important = important_changes(run);
  ASSERT_EQ(important.size(), 2U);
  EXPECT_EQ(important[1].from, 5);
  EXPECT_EQ(important[1].to, 5);
  EXPECT_EQ(important[1].missed_around, 30U);
}

TEST(Important, what_a_bound_held_back_counts_like_a_change) {
  auto run = by_hand();
  change(run, 5, 4, 7);
  change(run, 30, 7, 9);
  change(run, 60, 9, 11);
  change(run, 90, 11, 12, {{scale::Rule::max, 12, "at most 12 are allowed", true}},
         {{scale::Rule::max, 20}});
  const auto important = important_changes(run);
  ASSERT_EQ(important.size(), 3U);
  EXPECT_EQ(important[2].t_s, 90) << "1 changed and 8 held back";
}

class WholeRun : public testing::Test {
 protected:
  report::Run recorded(double crowd) {
    SampleRun sample(crowd);
    {
      auto journal = control::Journal::open(path_, {}, sample.start());
      EXPECT_TRUE(journal) << journal.error().message;
      for (int i = 0; i < 180; ++i) sample.advance(**journal);
    }
    auto reader = control::JournalReader::open(path_);
    EXPECT_TRUE(reader);
    auto run = read_run(*reader, {});
    EXPECT_TRUE(run) << run.error().message;
    return std::move(*run);
  }

  TestFolder folder_;
  std::string path_ = folder_.path() + "/headroom.journal";
};

TEST_F(WholeRun, goes_from_journal_to_verdict_and_page) {
  const auto run = recorded(3.5);
  EXPECT_EQ(run.replayed.observations, 180);
  EXPECT_EQ(run.replayed.differences, 0);
  ASSERT_EQ(run.services.size(), 2U);
  const Verdict verdict = judge(run, {});
  EXPECT_EQ(verdict.services[0].service, "checkout");
  EXPECT_EQ(verdict.services[0].counts.failed, 8U);
  EXPECT_TRUE(verdict.services[0].fixed_fleet);
  EXPECT_LT(*verdict.services[0].clairvoyant_hours, verdict.services[0].fixed_hours);
  EXPECT_EQ(verdict.important.size(), 3U);

  const std::string page = html_page(run, verdict);
  EXPECT_EQ(page.find("http"), std::string::npos) << "nothing is fetched from anywhere";
  for (const char* part : {"Demand and capacity", "Replicas", "Latency", "Misses", "checkout",
                           "catalog", "8 upstream-503", "class=\"mark\"", "</html>"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  EXPECT_EQ(page.find("nan"), std::string::npos);
}

TEST_F(WholeRun, a_crowd_beyond_the_maximum_is_a_missed_objective_with_the_bound_named) {
  const auto run = recorded(12);
  const Verdict verdict = judge(run, {});
  EXPECT_FALSE(verdict.services[0].met);
  EXPECT_GT(verdict.services[0].counts.shed, 0U);
  EXPECT_GT(*verdict.services[0].fixed_fleet, 14);
  const std::string text = text_of(verdict);
  EXPECT_NE(text.find("at most 14 are allowed"), std::string::npos) << text;
  EXPECT_NE(text.find("held at 14"), std::string::npos) << text;
  const std::string by = verdict.services[0].broken;
  EXPECT_TRUE(by.ends_with("% missed, at most 1% may")) << by;
  EXPECT_NE(text.find("\n  broken by      " + by.substr(0, 30)), std::string::npos) << text;
  EXPECT_NE(html_page(run, verdict).find("Broken by: " + by), std::string::npos);
  EXPECT_NE(text.find(" queue-full, 6 upstream-503\n"), std::string::npos) << text;
}

TEST(Plot, ticks_are_round_and_reach_the_top) {
  EXPECT_EQ(ticks_up_to(9, false), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(ticks_up_to(3, true), (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(ticks_up_to(0, true), (std::vector<double>{0, 1}));
  EXPECT_EQ(log_ticks(15, 700), (std::vector<double>{10, 20, 50, 100, 200, 500, 1000}));
  for (double most = 0.001; most < 1e7; most *= 1.7) {
    EXPECT_GE(ticks_up_to(most, false).back(), most * 0.999);
    EXPECT_LE(ticks_up_to(most, false).size(), 7U);
  }
}

TEST(Plot, names_cannot_break_the_page) {
  EXPECT_EQ(escape("<b a='1'>&\""), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;");
  auto run = by_hand();
  run.services[0].policy.service = "<script>alert(1)</script>";
  const std::string page = html_page(run, judge(run, {}));
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
}

TEST(Plot, long_runs_are_binned_and_short_ones_are_not) {
  EXPECT_EQ(clock_text(65), "1:05");
  EXPECT_EQ(clock_text(3725), "1:02:05");
  auto run = by_hand();
  auto& moments = run.services[0].moments;
  while (moments.size() < 50'000) {
    moments.push_back(moments.back());
    moments.back().t_s += 1;
  }
  EXPECT_LT(html_page(run, judge(run, {})).size(), 300'000U);
}

}  // namespace
}  // namespace headroom::report
