// What /services tells, judged.
#include "report/live.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace headroom::report {
namespace {

/// One answer about a service "shop": fields of its JSON, at a second of a minute.
std::string answer(const std::string& fields, int second = 0) {
  return fmt::format(R"({{"now":"2026-11-21T10:00:{:02}Z","services":[{{"name":"shop",
      "objective":{{"quantile":0.99,"latency_ms":150,"availability":0.999}},{}}}]}})",
                     second, fields);
}

/// `all`: requests that ended.
std::string counts(int all, int late, int shed, int failed) {
  return fmt::format(R"("counts":{{"good":{},"late":{},"shed":{},"failed":{}}})",
                     all - late - shed - failed, late, shed, failed);
}

State state_of(const std::string& fields) {
  Live live;
  const auto view = live.look(answer(fields));
  EXPECT_TRUE(view) << fields;
  return view ? view->services.at(0).state : State::ok;
}

constexpr const char* one_ready = R"("replicas":{"wanted":1,"ready":1,"max":4},)";

TEST(Live, a_service_without_a_ready_replica_is_down_unless_its_first_is_on_its_way) {
  EXPECT_EQ(state_of(R"("replicas":{"wanted":1,"ready":0,"starting":0})"), State::down);
  EXPECT_EQ(state_of(R"("replicas":{"wanted":1,"ready":0,"starting":1})"), State::starting);
  EXPECT_EQ(state_of(R"("replicas":{"wanted":1,"ready":0,"starting":1},
                        "failed_starts":{"in_a_row":3})"),
            State::down)
      << "a crash loop is no start";
  EXPECT_EQ(state_of(R"("replicas":{"wanted":0,"ready":0,"starting":0})"), State::idle)
      << "scaled to zero";
  EXPECT_EQ(state_of(R"("replicas":{"wanted":-1,"ready":0,"starting":0})"), State::down)
      << "endpoints of somebody else";
}

TEST(Live, late_shed_and_failed_requests_are_all_missed) {
  EXPECT_EQ(state_of(one_ready + counts(100, 1, 0, 0)), State::ok) << "1% may be";
  EXPECT_EQ(state_of(one_ready + counts(100, 2, 0, 0)), State::missed);
  EXPECT_EQ(state_of(one_ready + counts(395, 0, 147, 0)), State::missed);
  EXPECT_EQ(state_of(one_ready + counts(145, 0, 0, 15)), State::missed);
}

TEST(Live, of_requests_that_ended_never_more_are_missed_than_there_were) {
  Live live;
  const auto view =
      live.look(answer(R"("replicas":{"ready":1},"counts":{"arrivals":105,"good":0,"late":106})"));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->services.at(0).lately.all(), 106U) << "one of them had arrived before";
}

TEST(Live, availability_is_judged_beside_the_latency_that_permits_more) {
  EXPECT_EQ(state_of(one_ready + counts(1000, 0, 0, 2)), State::missed) << "99.9% are promised";
  EXPECT_EQ(state_of(one_ready + counts(1000, 1, 1, 0)), State::ok) << "1% may be late or shed";
  EXPECT_EQ(state_of(one_ready + counts(1000, 0, 11, 0)), State::missed);
  EXPECT_EQ(state_of(one_ready + counts(100, 0, 0, 1)), State::ok) << "one may be chance";
}

TEST(Live, replicas_that_do_not_start_or_a_roll_out_given_up_are_told_while_others_serve) {
  EXPECT_EQ(state_of(one_ready + counts(10, 0, 0, 0) + R"(,"failed_starts":{"in_a_row":1})"),
            State::failing);
  EXPECT_EQ(state_of(one_ready + counts(10, 0, 0, 0) + R"(,"rollout":{"state":"given_up"})"),
            State::failing);
  EXPECT_EQ(state_of(one_ready + counts(10, 0, 0, 0) + R"(,"rollout":{"state":"rolling"})"),
            State::ok);
}

/// Ends by reason, and how long ago something went wrong, as of 10:00.
std::string ended(int error, int hung, int not_needed, const char* wrong_at = "") {
  return fmt::format(R"({},"exits":{{"by_reason":{{"error":{},"hung":{},"not_needed":{}}}}},
      "last_error":{{"text":"shop-7 exited with status 2","at":"{}"}})",
                     counts(10, 0, 0, 0), error, hung, not_needed, wrong_at);
}

TEST(Live, replicas_that_become_ready_and_die_are_told_while_others_serve) {
  Live live;
  const auto at = [&live](int second, const std::string& of) {
    return live.look(answer(one_ready + of, second))->services.at(0);
  };
  EXPECT_EQ(at(0, ended(7, 0, 0)).state, State::ok) << "whenever that was";
  EXPECT_EQ(at(1, ended(7, 0, 2)).state, State::ok) << "those were not needed any more";
  EXPECT_EQ(at(2, ended(8, 0, 2)).state, State::failing);
  const LiveService later = at(40, ended(8, 1, 2));
  EXPECT_EQ(later.state, State::failing) << "a crash loop has back-offs of minutes";
  EXPECT_EQ(later.ends, 2U);
  EXPECT_EQ(at(41, ended(1, 0, 0)).state, State::ok) << "headroom began anew";
}

TEST(Live, at_the_first_look_what_went_wrong_last_tells_of_a_crash_loop) {
  EXPECT_EQ(state_of(one_ready + ended(1, 0, 0, "2026-11-21T09:55:01Z")), State::failing);
  EXPECT_EQ(state_of(one_ready + ended(1, 0, 0, "2026-11-21T09:55:00Z")), State::ok);
}

TEST(Rise, is_what_came_within_five_minutes) {
  using namespace std::chrono_literals;
  Rise rise;
  const WallTime begin{};
  EXPECT_EQ(rise.look(begin, 100), 0U) << "before the first look";
  EXPECT_EQ(rise.look(begin + 1min, 103), 3U);
  EXPECT_EQ(rise.look(begin + 5min, 103), 3U);
  EXPECT_EQ(rise.look(begin + 6min, 103), 0U);
  EXPECT_EQ(rise.look(begin + 60min, 104), 1U) << "looks may be further apart";
  EXPECT_EQ(rise.look(begin + 61min, 2), 0U) << "of another process";
}

TEST(Live, at_max_is_one_that_needs_more_than_it_may_have) {
  const auto needs = [](const char* unbounded) {
    return fmt::format(R"("replicas":{{"wanted":4,"ready":4,"max":4{}}},)", unbounded) +
           counts(10, 0, 0, 0);
  };
  EXPECT_EQ(state_of(needs(R"(,"unbounded":7)")), State::at_max);
  EXPECT_EQ(state_of(needs(R"(,"unbounded":4)")), State::ok);
  EXPECT_EQ(state_of(needs("")), State::ok);
}

TEST(Live, a_service_is_judged_by_what_was_seen_in_ten_seconds) {
  Live live;
  const auto at = [&live](int second, const std::string& of) {
    return live.look(answer(one_ready + of, second))->services.at(0);
  };
  EXPECT_EQ(at(0, counts(10, 10, 0, 0)).state, State::missed);
  EXPECT_EQ(at(0, counts(10, 10, 0, 0)).lately.all(), 10U) << "the same second counts once";
  const LiveService later = at(5, counts(10, 0, 0, 0));
  EXPECT_EQ(later.state, State::missed);
  EXPECT_EQ(later.lately.all(), 20U);
  EXPECT_EQ(later.now.all(), 10U);
  EXPECT_EQ(at(11, counts(0, 0, 0, 0)).state, State::ok);
  EXPECT_EQ(at(16, counts(0, 0, 0, 0)).state, State::idle);
}

TEST(Live, the_worst_comes_first) {
  Live live;
  const auto view = live.look(R"({"now":"2026-11-21T10:00:00Z","services":[
      {"name":"well","replicas":{"ready":1},"counts":{"good":5}},
      {"name":"bad","replicas":{"ready":1},"objective":{"quantile":0.99,"latency_ms":1},
       "counts":{"good":80,"shed":20}},
      {"name":"worse","replicas":{"ready":1},"objective":{"quantile":0.99,"latency_ms":1},
       "counts":{"good":40,"shed":60}},
      {"name":"quiet","replicas":{"ready":1}},
      {"name":"dead","replicas":{"ready":0,"wanted":1}}]})");
  ASSERT_TRUE(view);
  std::vector<std::string> names;
  for (const LiveService& service : view->services) names.push_back(service.name);
  EXPECT_EQ(names, (std::vector<std::string>{"dead", "worse", "bad", "well", "quiet"}));
}

TEST(Live, what_happened_has_an_age) {
  Live live;
  const auto view = live.look(answer(R"("last_change":"1 → 2: x",
      "last_change_at":"2026-11-21T09:59:48Z","last_error":{"text":"shop-7 exited","at":
      "2026-11-21T09:58:01Z"})"));
  ASSERT_TRUE(view);
  const LiveService& shop = view->services.at(0);
  EXPECT_EQ(shop.last_change.age_s, 12);
  EXPECT_EQ(shop.last_error.age_s, 119);
  EXPECT_EQ(shop.last_error.text, "shop-7 exited");
}

TEST(Live, what_headroom_itself_lacks_is_a_problem) {
  Live live;
  const auto view = live.look(R"({"now":"2026-11-21T10:00:00Z","services":[],
      "journal":{"healthy":false,"problem":"disk full"},
      "reload":{"ok":false,"at":"2026-11-21T09:59:30Z","problem":"headroom.yaml:3: x"}})");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->problems,
            (std::vector<std::string>{
                "the journal cannot be written, so nothing is lowered: disk full",
                "the changed file is not in force (30 s ago): headroom.yaml:3: x"}));
}

TEST(Live, what_was_dropped_is_a_problem_while_it_was_lately) {
  Live live;
  const auto problems = [&live](int minute, int log_lines, int ticks) {
    const auto view = live.look(fmt::format(R"({{"now":"2026-11-21T10:{:02}:00Z","services":[],
        "dropped":{{"log_lines":{},"ticks":{}}}}})",
                                            minute, log_lines, ticks));
    EXPECT_TRUE(view);
    return view ? view->problems : std::vector<std::string>{};
  };
  const std::vector<std::string> none;
  EXPECT_EQ(problems(0, 500, 3), none) << "whenever that was";
  EXPECT_EQ(
      problems(1, 1734, 10),
      (std::vector<std::string>{"1,234 lines of logs dropped lately",
                                "in 7 s lately nothing was decided: the machine is too busy"}));
  EXPECT_EQ(problems(7, 1734, 10), none);
}

TEST(Live, nothing_that_a_service_or_a_file_says_commands_the_terminal) {
  Live live;
  const auto view = live.look(
      R"({"mode":"a\u001b[2J","now":"\u001b]0;x\u0007","journal":{"healthy":false,
          "problem":"\u001b[2J"},"services":[{"name":"x\u001b[31m","last_change":"\u001b[2J",
          "last_error":{"text":"\u009b2J"},"rollout":{"state":"\u001b",
          "version":"\u001b"}}]})");
  ASSERT_TRUE(view);
  const LiveService& x = view->services.at(0);
  std::string all = view->mode + view->now + x.name + x.last_change.text + x.last_error.text +
                    x.rollout.state + x.rollout.version + view->problems.at(0);
  for (const char* bad : {"\x1b", "\a", "\xc2\x9b"})
    EXPECT_EQ(all.find(bad), std::string::npos) << all;
}

TEST(Live, an_answer_that_is_none_is_refused) {
  Live live;
  for (const char* text : {"", "{}", "[]", "nonsense", R"({"services":[{"name":3}]})"}) {
    const auto view = live.look(text);
    ASSERT_FALSE(view) << text;
    EXPECT_TRUE(view.error().message.starts_with("the answer is not that of headroom's admin"));
  }
}

}  // namespace
}  // namespace headroom::report
