// headroom load: exit codes, messages, JSON, traces.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "load/scripted_server.h"
#include "program.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::json;
using load::Asked;
using load::plain_answer;
using load::Scripted;
using load::ScriptedServer;

Scripted always_ok(const Asked& /*asked*/) {
  return {.bytes = plain_answer(200)};
}

/// "127.0.0.1:8080" of "http://127.0.0.1:8080/".
std::string address_of(const std::string& url) {
  return url.substr(7, url.size() - 8);
}

Ended load(Arguments arguments, const std::string& folder = ".") {
  arguments.insert(arguments.begin(), "load");
  return run_program(arguments, folder);
}

TEST(Load, a_rate_is_sent_and_counted_as_json) {
  ScriptedServer server(always_ok);
  const Ended ended = load({server.url("/a"), "--rate", "200", "--duration", "1s", "--connections",
                            "4", "--seed", "3", "--timeout", "30s", "--objective", "p99=30s",
                            "--require", "missed<1%", "--require", "p99<30s", "--format", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  const Json json = Json::parse(ended.out);
  EXPECT_NEAR(json.at("sent").get<double>(), 200, 75);
  EXPECT_EQ(json.at("ok"), json.at("sent"));
  EXPECT_EQ(json.at("errors"), Json::object());
  EXPECT_GE(json.at("missed_schedule"), 0);
  EXPECT_GT(json.at("latency_ms").at("p99"), 0.0);
  server.stop();
  EXPECT_EQ(server.asked().size(), json.at("sent"));
}

TEST(Load, the_same_seed_sends_the_same_requests) {
  std::vector<std::string> ids[2];
  for (auto& seen : ids) {
    ScriptedServer server(always_ok);
    const Ended ended = load({server.url("/a"), server.url("/b*2"), "--rate", "100", "--duration",
                              "500ms", "--seed", "12", "--timeout", "30s"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    server.stop();
    for (const Asked& asked : server.asked()) seen.push_back(asked.id + asked.path);
    std::sort(seen.begin(), seen.end());
  }
  EXPECT_FALSE(ids[0].empty());
  EXPECT_EQ(ids[0], ids[1]);
}

TEST(Load, a_slice_of_a_trace_is_replayed_faster_and_stronger) {
  ScriptedServer server(always_ok);
  const TestFolder folder;
  std::string csv = "timestamp_seconds,users,requests_per_second\n";
  for (int i = 0; i < 100; ++i)
    csv += std::to_string(1000 + 60 * i) + ",9," + (i < 50 ? "1" : i == 55 ? "" : "4") + "\n";
  (void)folder.write("day.csv", csv);
  // Bins 50 to 59 at 4/s: 600 s in 1 s, times 50: 200 requests.
  const Ended ended =
      load({server.url(), "--trace", "day.csv", "--from", "4000", "--to", "+3600", "--speed", "600",
            "--scale", "50", "--duration", "5s", "--timeout", "30s", "--format", "json"},
           folder.path());
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err,
            "day.csv: 10 min in bins of 1 min, mean 4/s, peak 4/s (4000 s); nothing is known of 1 "
            "bin\nheadroom: the trace ends after 1.0 s, before --duration 5s\n");
  EXPECT_NEAR(Json::parse(ended.out).at("sent").get<double>(), 200, 75);
}

TEST(Load, recorded_requests_are_due_when_they_came) {
  ScriptedServer server(always_ok);
  const TestFolder folder;
  (void)folder.write("log.csv",
                     "timestamp_seconds,duration_ms\n100.5,7\n101.5,7\n100.6,7\n104,7\n");
  (void)folder.write("seconds.csv", "timestamp_seconds\n7\n7\n8\n");
  const auto due_ns = [&](const Arguments& more) {
    Arguments arguments{server.url(), "--log", "out.jsonl", "--timeout", "30s"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = load(arguments, folder.path());
    EXPECT_EQ(ended.code, 0) << ended.err;
    std::vector<std::int64_t> due;
    std::ifstream log(folder.path() + "/out.jsonl");
    for (std::string line; std::getline(log, line);)
      due.push_back(Json::parse(line).at("intended_ns").get<std::int64_t>());
    std::ranges::sort(due);
    return due;
  };
  EXPECT_EQ(due_ns({"--trace", "log.csv", "--speed", "10", "--duration", "300ms"}),
            (std::vector<std::int64_t>{50'000'000, 60'000'000, 150'000'000}));
  const auto within = due_ns({"--trace", "seconds.csv", "--speed", "10"});
  ASSERT_EQ(within.size(), 3U);
  EXPECT_LT(within[0], within[1]) << "where only the second is known, chance spreads them";
  EXPECT_LT(within[1], 100'000'000);
  EXPECT_GE(within[2], 100'000'000);
}

TEST(Load, a_shape_a_log_and_a_summary_for_people) {
  ScriptedServer server(always_ok);
  const TestFolder folder;
  const Ended ended =
      load({"POST:http://shop.example/buy", "--connect", address_of(server.url()), "--shape",
            "ramp-flash", "--rate", "50", "--duration", "1s", "--body-bytes", "10B", "--header",
            "x-a: b", "--log", "log.jsonl", "--timeout", "30s"},
           folder.path());
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("good"), std::string::npos);
  server.stop();
  std::ifstream log(folder.path() + "/log.jsonl");
  std::size_t lines = 0;
  for (std::string line; std::getline(log, line); ++lines) EXPECT_TRUE(Json::accept(line));
  EXPECT_EQ(lines, server.asked().size());
  EXPECT_GT(lines, 0U);
  for (const Asked& asked : server.asked()) {
    EXPECT_EQ(asked.method, "POST");
    EXPECT_EQ(asked.body_bytes, 10U);
    EXPECT_NE(asked.head.find("host: shop.example\r\n"), std::string::npos);
    EXPECT_NE(asked.head.find("x-a: b\r\n"), std::string::npos);
  }
}

TEST(Load, a_requirement_that_is_not_met_is_exit_code_3) {
  ScriptedServer server([](const Asked&) { return Scripted{.bytes = plain_answer(500)}; });
  const Ended ended = load({server.url(), "--closed", "2", "--duration", "200ms", "--require",
                            "missed<1%", "--format", "json"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_TRUE(ended.err.starts_with("headroom: missed<1% is not met: ")) << ended.err;
  EXPECT_TRUE(ended.err.ends_with(" requests missed (100%)\n")) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json.at("errors").at("status_500"), json.at("sent"));
}

TEST(Load, nobody_there_is_exit_code_1_with_everything_counted) {
  const std::string url = ScriptedServer(always_ok).url();  // gone again
  const Ended ended = load({url, "--rate", "200", "--duration", "300ms", "--format", "json"});
  EXPECT_EQ(ended.code, 1);
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json.at("ok"), 0);
  EXPECT_EQ(json.at("errors").at("connect_failed"), json.at("sent"));
  EXPECT_TRUE(json.at("latency_ms").at("p99").is_null());
  EXPECT_EQ(ended.err, "headroom: none of " + std::to_string(json.at("sent").get<int>()) +
                           " requests was answered: cannot connect to " + address_of(url) +
                           ": Connection refused\n");
}

TEST(Load, a_dry_run_says_what_would_be_sent_and_sends_nothing) {
  const TestFolder folder;
  (void)folder.write("day.csv", "timestamp_seconds,a\n0,10\n60,15\n120,20\n");
  (void)folder.write("requests.csv", "timestamp_seconds\n0\n0.5\n2\n");
  const std::string nobody = "http://127.0.0.1:1/";
  const Ended trace =
      load({nobody, "--trace", "day.csv", "--speed", "60", "--dry-run"}, folder.path());
  EXPECT_EQ(trace.code, 0) << trace.err;
  EXPECT_EQ(trace.out, "45 requests expected in 3.0 s, 10.0/s to 20.0/s; doubles within 2s\n");
  const Ended steady = load({nobody, "--rate", "5", "--duration", "2s", "--dry-run"});
  EXPECT_EQ(steady.out, "10 requests expected in 2.0 s, 5.0/s to 5.0/s\n");
  const Ended requests = load({nobody, "--trace", "requests.csv", "--dry-run"}, folder.path());
  EXPECT_TRUE(requests.out.starts_with("3 requests expected in ")) << requests.out << requests.err;
  const Ended closed = load({nobody, "--closed", "1", "--duration", "1s", "--dry-run"});
  EXPECT_EQ(closed.code, 2);
  EXPECT_NE(closed.err.find("what --closed sends depends on the answers"), std::string::npos);
  const Ended day = load({nobody, "--shape", "day", "--rate", "10", "--duration", "110s",
                          "--dry-run", "--format", "json"});
  const Json json = Json::parse(day.out);
  EXPECT_NEAR(json.at("doubles_within_s").get<double>(), 110.0 * 29 / 390, 1.5);
  EXPECT_NEAR(json.at("highest_per_second").get<double>(), 64, 5);
}

TEST(Load, wrong_usage_is_exit_code_2_and_one_sentence) {
  const TestFolder folder;
  (void)folder.write("two.csv", "timestamp_seconds,a,b\n0,1,2\n1,1,2\n");
  (void)folder.write("negative.csv", "timestamp_seconds,a\n0,1\n1,-3\n");
  (void)folder.write("unsorted.csv", "timestamp_seconds,a\n5,1\n1,3\n");
  (void)folder.write("empty.csv", "");
  (void)folder.write("days.csv", "timestamp_seconds\n0\n900000\n");
  (void)folder.write("gap.csv", "timestamp_seconds,a\n0,1\n1,1\n20,1\n");
  const std::string here = "http://127.0.0.1:1/";
  const struct {
    Arguments arguments;
    std::string message;
  } cases[] = {
      {{here}, "say what to send with one of --rate R, --trace FILE and --closed N"},
      {{here, "--rate", "5", "--closed", "5"}, "say what to send with one of"},
      {{here, "--rate", "5"}, "say how long with --duration"},
      {{here, "--rate", "-5", "--duration", "1s"}, "--rate '-5' is not a number above 0"},
      {{here, "--rate", "nan", "--duration", "1s"}, "--rate 'nan' is not a number above 0"},
      {{here, "--rate", "1e12", "--duration", "1s"}, "--rate '1e12' is not a number above 0"},
      {{here, "--rate", "5", "--duration", "0s"}, "--duration '0s' is not a duration"},
      {{here, "--rate", "5", "--duration", "1s", "--speed", "2"}, "--speed belongs to --trace"},
      {{here, "--rate", "5", "--duration", "1s", "--connections", "0"}, "--connections '0'"},
      {{here, "--rate", "5", "--duration", "1s", "--require", "x"}, "'x' is not a requirement"},
      {{here, "--rate", "5", "--duration", "1s", "--objective", "2:p99=1s"},
       "begins with no target"},
      {{here, "--rate", "5", "--duration", "1s", "--header", "a"}, "is not of the form"},
      {{here, "--rate", "5", "--duration", "1s", "--header", "a: b\r\nc: d"}, "is not of the form"},
      {{here, "--rate", "5", "--duration", "1s", "--header", "Content-Length: 5"}, "cannot set"},
      {{here, "--rate", "5", "--duration", "1s", "--body-bytes", "5"},
       "--body-bytes needs a target"},
      {{here, "--rate", "5", "--duration", "1s", "--fast"}, "unknown option '--fast'"},
      {{here, "--shape", "ramp-flash", "--closed", "1", "--duration", "1s"},
       "--shape needs --rate"},
      {{"http://192.0.2.1/", "--rate", "5", "--duration", "1s"}, "say --allow-remote"},
      {{"http://shop.example/", "--rate", "5", "--duration", "1s"},
       "say where it is with --connect"},
      {{"ftp://127.0.0.1/", "--rate", "5", "--duration", "1s"}, "does not begin with http://"},
      {{here, "--trace", "two.csv"}, "choose one with --column: a, b"},
      {{here, "--trace", "two.csv", "--column", "c"}, "has no column 'c'; its columns are a, b"},
      {{here, "--trace", "negative.csv"}, "negative.csv: a is -3 at 1: a rate cannot be negative"},
      {{here, "--trace", "unsorted.csv"}, "unsorted.csv:3: timestamp_seconds 1 comes after 5"},
      {{here, "--trace", "empty.csv"}, "empty.csv: is empty"},
      {{here, "--trace", "gap.csv"}, "gap.csv: a is unknown for 18 bins from 2"},
      {{here, "--trace", "two.csv", "--column", "a", "--scale", "0"}, "--scale '0' is not"},
      {{here, "--rate", "5", "--duration", "1s", "--requests"}, "--requests belongs to --trace"},
      {{here, "--trace", "days.csv", "--scale", "2"}, "days.csv has single requests"},
      {{here, "--shape", "week", "--rate", "1", "--duration", "1s"},
       "--shape: found 'week', allowed day or ramp or ramp-flash"},
      {{here, "--trace", "days.csv"}, "are longer than 1d: choose a part"},
  };
  for (const auto& c : cases) {
    const Ended ended = load(c.arguments, folder.path());
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_TRUE(ended.err.starts_with("headroom: ")) << ended.err;
    EXPECT_NE(ended.err.find(c.message), std::string::npos) << ended.err;
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  }
}

TEST(Load, a_part_that_the_trace_does_not_have_is_named_by_the_options) {
  const TestFolder folder;
  (void)folder.write("short.csv", "timestamp_seconds,a\n0,1\n1,1\n2,1\n");
  const std::pair<Arguments, std::string> cases[] = {
      {{"--from", "90"}, "short.csv: --from 90 is not before its end, 3"},
      {{"--from", "+1m30s"}, "--from +1m30s is not before its end"},
      {{"--to", "-5"}, "short.csv: --to -5 is not after its begin, 0"},
      {{"--from", "+2s", "--to", "+1s"}, "short.csv: --from +2s is not before --to +1s"},
      {{"--from", "+2q"}, "--from '+2q' is not a time of the trace"}};
  for (const auto& [part, message] : cases) {
    Arguments arguments = {"http://127.0.0.1:1/", "--trace", "short.csv"};
    arguments.insert(arguments.end(), part.begin(), part.end());
    const Ended ended = load(arguments, folder.path());
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_NE(ended.err.find(message), std::string::npos) << ended.err;
  }
}

TEST(Load, a_missing_trace_is_named) {
  const Ended ended = load({"http://127.0.0.1:1/", "--trace", "no/such.csv"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err, "headroom: no/such.csv: no such file\n");
}

}  // namespace
}  // namespace headroom::cli
