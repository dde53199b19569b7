// Whole load runs against a server that behaves well, badly, or not at all.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "load/plan.h"
#include "load/scripted_server.h"

namespace headroom::load {
namespace {

using namespace std::chrono_literals;

LoadPlan plan_for(const std::vector<std::string>& targets, double rate, Duration length) {
  LoadPlan plan;
  for (const std::string& text : targets) {
    Target target = parse_target(text).value();
    if (target.method.empty()) target.method = "GET";
    plan.targets.push_back({.target = target, .objective = std::nullopt});
  }
  plan.curve = RateCurve::constant(rate, length).value();
  plan.timeout = 30s;  // sanitizers are slow; tests about the timeout set their own
  return plan;
}

LoadResult run(const LoadPlan& plan) {
  auto result = run_load(plan, nullptr);
  EXPECT_TRUE(result) << result.error().message;
  return result.value_or(LoadResult{});
}

Scripted always_ok(const Asked& /*asked*/) {
  return {.bytes = plain_answer(200)};
}

/// Holds up a server, as a long pause of its garbage collection would.
void stall(Duration length) {
  std::this_thread::sleep_for(length);
}

void expect_rows_add_up(const LoadResult& result) {
  TimelineRow sum;
  for (const TimelineRow& row : result.timeline) {
    sum.good += row.good;
    sum.late += row.late;
    sum.shed += row.shed;
    sum.failed += row.failed;
  }
  EXPECT_EQ(sum.good, result.total.good);
  EXPECT_EQ(sum.late, result.total.late);
  EXPECT_EQ(sum.shed, result.total.shed);
  EXPECT_EQ(sum.failed, result.total.failed);
  std::uint64_t errors = 0;
  for (const auto& [reason, count] : result.errors) errors += count;
  EXPECT_EQ(errors, result.total.shed + result.total.failed);
}

TEST(run_load, every_request_reaches_the_server_once_and_is_logged_once) {
  ScriptedServer server(always_ok);
  LoadPlan plan = plan_for({server.url("/a*3"), "POST:" + server.url("/b")}, 500, 1s);
  plan.log_file = testing::TempDir() + "run_load_test.jsonl";
  const LoadResult result = run(plan);
  server.stop();

  EXPECT_GT(result.total.sent(), 400U);
  EXPECT_EQ(result.total.good, result.total.sent());
  EXPECT_EQ(result.targets[0].tally.sent() + result.targets[1].tally.sent(), result.total.sent());
  EXPECT_EQ(result.total.latency.count(), result.total.sent());
  expect_rows_add_up(result);

  std::map<std::string, std::string> seen;
  for (const Asked& asked : server.asked())
    EXPECT_TRUE(seen.emplace(asked.id, asked.method).second) << asked.id << " came twice";
  EXPECT_EQ(seen.size(), result.total.sent());
  std::ifstream log(plan.log_file);
  std::set<std::string> logged;
  for (std::string text; std::getline(log, text);) {
    const auto line = nlohmann::json::parse(text);
    EXPECT_TRUE(logged.insert(line.at("id")).second);
    EXPECT_TRUE(seen.contains(line.at("id")));
    EXPECT_LE(line.at("intended_ns"), line.at("sent_ns"));
    EXPECT_LE(line.at("sent_ns"), line.at("done_ns"));
    EXPECT_EQ(line.at("status"), 200);
    EXPECT_EQ(line.at("outcome"), "good");
  }
  EXPECT_EQ(logged.size(), result.total.sent());
  std::filesystem::remove(plan.log_file);
}

TEST(run_load, a_stall_shows_in_the_latency_of_every_request_that_was_due_meanwhile) {
  int count = 0;
  ScriptedServer server([&count](const Asked&) {
    if (++count == 50) stall(300ms);
    return Scripted{.bytes = plain_answer(200)};
  });
  LoadPlan plan = plan_for({server.url()}, 200, 1500ms);
  plan.connections = 1;  // counted from the sending, a single request would look slow
  plan.targets[0].objective = LoadObjective{.quantile = 0.99, .latency = 100ms};
  const LoadResult result = run(plan);
  EXPECT_GE(result.total.latency_max, 280ms);
  EXPECT_GE(result.total.quantile(0.99), 200ms);
  EXPECT_GE(result.total.late, 20U);  // about 200/s × 0.2 s
  EXPECT_EQ(result.total.good + result.total.late, result.total.sent());
  EXPECT_GE(result.generator.missed_schedule, 20U);
  EXPECT_GE(result.generator.lag_max, 200ms);
  EXPECT_FALSE(result.targets[0].objective_met());
}

TEST(run_load, answers_are_told_apart_by_status_and_by_who_refused) {
  ScriptedServer server([](const Asked& asked) -> Scripted {
    const std::string status = asked.path.substr(1, 3);
    return {.bytes = plain_answer(static_cast<int>(*parse_integer(status)),
                                  asked.path.ends_with("/proxy") ? "proxy-status: h; error=x\r\n"
                                  : asked.path.ends_with("/problem")
                                      ? "content-type: application/problem+json\r\n"
                                      : "")};
  });
  const struct {
    std::string path;
    Outcome expected;
  } cases[] = {{"/200", Outcome::good},         {"/301", Outcome::good},
               {"/404", Outcome::good},         {"/429", Outcome::shed},
               {"/500", Outcome::failed},       {"/502/proxy", Outcome::failed},
               {"/503", Outcome::failed},       {"/503/proxy", Outcome::shed},
               {"/503/problem", Outcome::shed}, {"/504/problem", Outcome::failed}};
  std::vector<std::string> targets;
  for (const auto& c : cases) targets.push_back(server.url(c.path));
  const LoadResult result = run(plan_for(targets, 500, 1s));
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    const Tally& tally = result.targets[i].tally;
    EXPECT_GT(tally.sent(), 0U);
    const std::uint64_t found = cases[i].expected == Outcome::good   ? tally.good
                                : cases[i].expected == Outcome::shed ? tally.shed
                                                                     : tally.failed;
    EXPECT_EQ(found, tally.sent()) << cases[i].path;
  }
  EXPECT_EQ(result.errors.at("shed_429"), result.targets[3].tally.sent());
  EXPECT_EQ(result.errors.at("status_500"), result.targets[4].tally.sent());
  EXPECT_EQ(result.unanswered, 0U);
  expect_rows_add_up(result);
}

TEST(run_load, an_answer_cut_short_is_a_failure_and_the_next_request_goes_on) {
  int count = 0;
  ScriptedServer server([&count](const Asked&) -> Scripted {
    if (++count % 2 == 0)
      return {.bytes = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", .close = true};
    return {.bytes = plain_answer(200)};
  });
  const LoadResult result = run(plan_for({server.url()}, 300, 500ms));
  EXPECT_GT(result.total.failed, 20U);
  EXPECT_EQ(result.errors.at("closed"), result.total.failed);
  EXPECT_NEAR(static_cast<double>(result.total.good), static_cast<double>(result.total.failed), 1);
  EXPECT_NE(result.first_error.find("before its answer was whole"), std::string::npos);
}

TEST(run_load, what_is_not_http_is_a_failure) {
  ScriptedServer server([](const Asked&) { return Scripted{.bytes = "SSH-2.0-x\r\n"}; });
  const LoadResult result = run(plan_for({server.url()}, 100, 300ms));
  EXPECT_GT(result.total.sent(), 0U);
  EXPECT_EQ(result.errors.at("bad_answer"), result.total.sent());
}

TEST(run_load, bytes_nobody_asked_for_are_never_taken_for_the_next_answer) {
  ScriptedServer server(
      [](const Asked&) { return Scripted{.bytes = plain_answer(200) + plain_answer(500)}; });
  const LoadResult result = run(plan_for({server.url()}, 300, 500ms));
  EXPECT_EQ(result.total.good, result.total.sent());
  server.stop();
  EXPECT_EQ(server.connections(), server.asked().size());
}

TEST(run_load, connections_are_kept_and_their_number_is_bounded) {
  ScriptedServer server(always_ok);
  LoadPlan plan = plan_for({server.url()}, 1000, 500ms);
  plan.connections = 4;
  const LoadResult result = run(plan);
  server.stop();
  EXPECT_GT(result.total.good, 300U);
  EXPECT_EQ(result.total.good, result.total.sent());
  EXPECT_LE(server.connections(), 4U);
  EXPECT_EQ(result.generator.connections_opened, server.connections());
}

TEST(run_load, a_server_that_closes_after_each_answer_is_followed) {
  ScriptedServer server([](const Asked& asked) -> Scripted {
    if (asked.path == "/says_so")
      return {.bytes = plain_answer(200, "connection: close\r\n"), .close = true};
    return {.bytes = "HTTP/1.0 200 OK\r\n\r\nuntil the end", .close = true};
  });
  const LoadResult result =
      run(plan_for({server.url("/says_so"), server.url("/until_close")}, 200, 500ms));
  server.stop();
  EXPECT_EQ(result.total.good, result.total.sent());
  EXPECT_EQ(server.connections(), server.asked().size());
}

TEST(run_load, chunks_interim_answers_and_head_are_understood) {
  ScriptedServer server([](const Asked& asked) -> Scripted {
    if (asked.method == "HEAD") return {.bytes = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n"};
    if (asked.path == "/early")
      return {.bytes = "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + plain_answer(200)};
    return {.bytes = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"};
  });
  LoadPlan plan =
      plan_for({"HEAD:" + server.url(), server.url("/early"), server.url("/chunked")}, 300, 500ms);
  plan.connections = 2;
  const LoadResult result = run(plan);
  server.stop();
  EXPECT_GT(result.total.good, 50U);
  EXPECT_EQ(result.total.good, result.total.sent());
  EXPECT_LE(server.connections(), 2U);
}

TEST(run_load, answers_larger_than_the_buffer_are_read_to_their_end) {
  const std::string body(1'000'000, 'b');
  ScriptedServer server([&body](const Asked&) {
    // In one piece that the socket takes at once or not at all: a short send would hang the test.
    return Scripted{.bytes = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" +
                             body.substr(0, 100'000)};
  });
  const LoadResult result = run(plan_for({server.url()}, 100, 500ms));
  EXPECT_GT(result.total.sent(), 10U);
  EXPECT_EQ(result.total.good, result.total.sent());
}

TEST(run_load, large_bodies_and_headers_arrive_whole) {
  ScriptedServer server(always_ok);
  LoadPlan plan = plan_for({"POST:" + server.url("/up"), server.url("/get")}, 40, 500ms);
  plan.body_bytes = 3 << 20;
  plan.headers = {"Host: shop.example", "x-tenant: blue"};
  const LoadResult result = run(plan);
  server.stop();
  EXPECT_EQ(result.total.good, result.total.sent());
  EXPECT_FALSE(server.asked().empty());
  for (const Asked& asked : server.asked()) {
    EXPECT_EQ(asked.body_bytes, asked.method == "POST" ? 3U << 20 : 0U);
    EXPECT_NE(asked.head.find("Host: shop.example\r\n"), std::string::npos);
    EXPECT_EQ(asked.head.find("host: 127"), std::string::npos);
    EXPECT_NE(asked.head.find("x-tenant: blue\r\n"), std::string::npos);
  }
}

TEST(run_load, an_answer_without_a_length_is_not_whole_when_its_connection_was_reset) {
  // Closing with the request's body unread resets the connection, often while it is being sent.
  const io::Fd listener = io::listen_on(io::Address::loopback(0)).value();
  std::atomic<bool> over{false};
  std::thread server([&] {
    while (!over) {
      pollfd ready{.fd = listener.get(), .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 10) <= 0) continue;
      const io::Fd peer(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      std::array<char, 16> some;
      (void)recv(peer.get(), some.data(), some.size(), 0);
      constexpr std::string_view answer = "HTTP/1.1 200 OK\r\n\r\nhalf of it";
      (void)::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  });
  const io::Address address = io::local_address(listener.get()).value();
  LoadPlan plan = plan_for({"POST:http://" + address.text() + "/"}, 100, 500ms);
  plan.body_bytes = 8 << 20;
  const LoadResult result = run(plan);
  over = true;
  server.join();
  EXPECT_GT(result.total.sent(), 10U);
  EXPECT_EQ(result.total.good, 0U);
}

TEST(run_load, a_server_that_never_answers_costs_the_timeout_and_no_more) {
  ScriptedServer server([](const Asked&) { return Scripted{}; });
  LoadPlan plan = plan_for({server.url()}, 100, 300ms);
  plan.timeout = 200ms;
  plan.connections = 2;  // most requests wait in the client, and end there
  const LoadResult result = run(plan);
  EXPECT_GT(result.total.sent(), 5U);
  EXPECT_EQ(result.errors.at("timeout"), result.total.sent());
  EXPECT_EQ(result.unanswered, result.total.sent());
  EXPECT_GE(result.total.latency_max, 200ms);
  EXPECT_GE(result.total.quantile(0.01), 190ms);  // they count with the time they waited
  EXPECT_GE(result.elapsed, 200ms);
}

TEST(run_load, a_refused_connection_fails_each_request_and_ends_the_run) {
  const std::string url = ScriptedServer(always_ok).url();  // gone again
  const std::string address = url.substr(7, url.size() - 8);
  const LoadResult result = run(plan_for({url}, 300, 300ms));
  EXPECT_GT(result.total.sent(), 0U);
  EXPECT_EQ(result.errors.at("connect_failed"), result.total.sent());
  EXPECT_EQ(result.unanswered, result.total.sent());
  EXPECT_EQ(result.first_error, "cannot connect to " + address + ": Connection refused");
}

TEST(run_load, a_closed_loop_keeps_exactly_its_connections_busy) {
  ScriptedServer server(always_ok);
  LoadPlan plan = plan_for({server.url()}, 1, 1s);
  plan.curve.reset();
  plan.closed_length = 300ms;
  plan.connections = 3;
  const LoadResult result = run(plan);
  server.stop();
  EXPECT_GT(result.total.good, 3U);
  EXPECT_EQ(result.total.good, result.total.sent());
  EXPECT_EQ(server.connections(), 3U);
  EXPECT_EQ(server.asked().size(), result.total.sent());
}

TEST(run_load, a_closed_loop_without_a_server_does_not_spin) {
  const std::string url = ScriptedServer(always_ok).url();
  LoadPlan plan = plan_for({url}, 1, 1s);
  plan.curve.reset();
  plan.closed_length = 200ms;
  plan.connections = 2;
  const LoadResult result = run(plan);
  EXPECT_GT(result.total.failed, 0U);
  EXPECT_LE(result.total.failed, 2U * 22U);  // two with each sweep of 10 ms
}

TEST(run_load, an_interrupted_run_accounts_for_everything) {
  ScriptedServer server([](const Asked&) { return Scripted{}; });
  LoadPlan plan = plan_for({server.url()}, 50, 60s);
  plan.connections = 2;
  int calls = 0;
  const auto result = run_load(plan, [&calls](const Progress& progress) {
    EXPECT_GT(progress.in_flight, 0U);
    return ++calls < 1;
  });
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->interrupted);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(result->errors.at("interrupted"), result->total.sent());
  expect_rows_add_up(*result);
}

TEST(run_load, a_log_that_cannot_be_written_is_an_error_before_anything_is_sent) {
  ScriptedServer server(always_ok);
  LoadPlan plan = plan_for({server.url()}, 50, 100ms);
  plan.log_file = testing::TempDir() + "no/such/folder/log";
  const auto result = run_load(plan, nullptr);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "cannot write " + plan.log_file + ": No such file or directory");
  server.stop();
  EXPECT_TRUE(server.asked().empty());
}

}  // namespace
}  // namespace headroom::load
