// The access log: which requests have a line, and what it tells.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/rfc3339.h"
#include "gateway/testing/front.h"

namespace headroom::gateway::testing {
namespace {

struct TempFile {
  std::filesystem::path path;
  explicit TempFile(const std::string& name)
      : path(std::filesystem::temp_directory_path() / (name + std::to_string(getpid()))) {
    std::filesystem::remove(path);
  }
  ~TempFile() { std::filesystem::remove(path); }
};

std::vector<nlohmann::json> lines_of(const std::filesystem::path& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(Log, has_a_whole_line_for_every_request) {
  const TempFile file("headroom_access_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  config.gateway.access_log_sample = 1.0;
  config.gateway.workers = 2;
  ScriptedReplica replica(ScriptedReplica::always(ok("hello")));
  {
    Front front(config, replica);
    for (int c = 0; c < 10; ++c) {
      Client client = front.client();
      for (int i = 0; i < 50; ++i)
        (void)client.ask(
            get("/a\"b?c=" + std::to_string(i),
                "x-request-id: id-" + std::to_string(c) + "-" + std::to_string(i) + "\r\n"));
    }
    front.settled(500);
  }
  const auto lines = lines_of(file.path);
  ASSERT_EQ(lines.size(), 500U);
  std::set<std::string> ids;
  for (const auto& line : lines) {
    ids.insert(line.at("request_id"));
    EXPECT_EQ(line.at("outcome"), "good");
    EXPECT_EQ(line.at("status"), 200);
    EXPECT_EQ(line.at("service"), "shop");
    EXPECT_EQ(line.at("route"), "shop/");
    EXPECT_EQ(line.at("method"), "GET");
    EXPECT_EQ(line.at("host"), "shop");
    EXPECT_EQ(line.at("path"), "/a\"b");
    EXPECT_TRUE(line.at("query").get<std::string>().starts_with("c=")) << line;
    EXPECT_EQ(line.at("replica"), "replica");
    EXPECT_EQ(line.at("bytes"), 5);
    EXPECT_EQ(line.at("attempts"), 1);
    const auto trace = line.at("traceparent").get<std::string>();
    EXPECT_EQ(trace.size(), 55U);
    EXPECT_TRUE(trace.ends_with("-00")) << "marked sampled, and nothing records it: " << trace;
    EXPECT_GT(line.at("upstream_ms").get<double>(), 0);
    EXPECT_GE(line.at("latency_ms").get<double>(), line.at("upstream_ms").get<double>());
    EXPECT_EQ(line.at("time"),
              Rfc3339(wall_from_unix_ns(line.at("time_ns").get<std::int64_t>())).text());
  }
  EXPECT_EQ(ids.size(), 500U);
}

TEST(Log, has_the_fields_that_its_page_names_and_no_others) {
  const TempFile file("headroom_fields_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  config.gateway.access_log_sample = 1.0;
  ScriptedReplica replica(ScriptedReplica::always(ok("hello")));
  {
    Front front(config, replica);
    EXPECT_EQ(front.client().ask(get("/")).status(), 200);
  }
  std::set<std::string> written;
  const auto lines = lines_of(file.path);
  ASSERT_EQ(lines.size(), 1U);
  for (const auto& [field, value] : lines[0].items()) written.insert(field);
  std::ifstream page(HEADROOM_SOURCE "/docs/formats/logs.md");
  std::set<std::string> named;
  for (std::string line; std::getline(page, line) && line != "### Missing lines";) {
    if (!line.starts_with("| `")) continue;
    const std::string cell = line.substr(2, line.find('|', 1) - 2);
    for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
      const std::size_t end = cell.find('`', at + 1);
      named.insert(cell.substr(at + 1, end - at - 1));
      at = end;
    }
  }
  EXPECT_EQ(written, named);
}

TEST(Log, samples_what_went_well_and_keeps_what_did_not) {
  const TempFile file("headroom_sampled_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  config.gateway.access_log_sample = 0.1;
  ScriptedReplica replica(ScriptedReplica::always([](const Message& request) {
    return request.start.find("/bad") == std::string::npos
               ? ok("x")
               : std::string("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
  }));
  {
    Front front(config, replica);
    Client client = front.client();
    for (int i = 0; i < 1000; ++i) (void)client.ask(get(i % 10 == 0 ? "/bad" : "/good"));
    front.settled(1000);
  }
  int bad = 0;
  int good = 0;
  for (const auto& line : lines_of(file.path)) {
    const bool well = line.at("outcome") == "good";
    ++(well ? good : bad);
    EXPECT_EQ(line.at("reason"), well ? "" : "upstream_5xx");
  }
  EXPECT_EQ(bad, 100);
  EXPECT_GT(good, 30);
  EXPECT_LT(good, 220);
}

TEST(Log, tells_method_and_path_of_a_request_without_a_route) {
  const TempFile file("headroom_missed_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  config.gateway.access_log_sample = 0.0;
  route_of(config).match.path = "/only";
  {
    Front front(config);
    EXPECT_EQ(front.client().ask(get("/lost?x=1?")).status(), 404);
  }
  const auto lines = lines_of(file.path);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("method"), "GET");
  EXPECT_EQ(lines[0].at("path"), "/lost");
  EXPECT_EQ(lines[0].at("query"), "x=1?");
  EXPECT_EQ(lines[0].at("host"), "shop");
  EXPECT_EQ(lines[0].at("upstream_ms"), 0);
  EXPECT_EQ(lines[0].at("reason"), "no_route");
}

TEST(Log, tells_of_a_refused_request_what_was_read_of_it) {
  struct Case {
    std::string bytes;
    std::string method, path, reason;
    int status;
  };
  const std::string rest = " HTTP/1.1\r\nHost: shop\r\n\r\n";
  const std::vector<Case> cases = {
      {"GET /a/../b?q" + rest, "GET", "/a/../b", "dot_segment", 400},
      {"PUT /x HTTP/1.1\r\nHost: a b\r\n\r\n", "PUT", "/x", "invalid_host", 400},
      {"POST /y HTTP/1.1\r\nHost: shop\r\nContent-Length: x\r\n\r\n", "POST", "/y",
       "invalid_content_length", 400},
      {"TRACE /t" + rest, "TRACE", "/t", "trace_refused", 405},
      {"GET /" + std::string(9000, 'a') + rest, "GET", "/" + std::string(255, 'a'),
       "target_too_long", 414},
      {"GET /a\x01" + rest, "GET", "/a", "invalid_target", 400},
      {"\x16\x03\x01", "", "", "invalid_request_line", 400},
  };
  const TempFile file("headroom_refused_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  std::vector<std::string> ids;
  {
    Front front(config);
    for (const Case& c : cases) {
      const Message answer = front.client().ask(c.bytes);
      EXPECT_EQ(answer.reason(), c.reason);
      ids.push_back(answer.field("x-request-id"));
      EXPECT_NE(answer.body.find("\"request_id\":\"" + ids.back()), std::string::npos);
    }
  }
  const auto lines = lines_of(file.path);
  ASSERT_EQ(lines.size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].reason);
    EXPECT_EQ(lines[i].at("method"), cases[i].method);
    EXPECT_EQ(lines[i].at("path"), cases[i].path);
    EXPECT_EQ(lines[i].at("reason"), cases[i].reason);
    EXPECT_EQ(lines[i].at("status"), cases[i].status);
    EXPECT_EQ(lines[i].value("client", ""), "127.0.0.1");
    EXPECT_EQ(lines[i].at("request_id"), ids[i]);
    EXPECT_EQ(ids[i].size(), 32U);
  }
}

TEST(Log, tells_how_long_those_waited_who_got_no_place) {
  const TempFile file("headroom_waited_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  config.gateway.queue.wait = std::chrono::milliseconds(50);
  {
    Front front(config);
    EXPECT_EQ(front.client().ask(get("/")).reason(), "no_replica");
    front.settled(1);
  }
  const auto lines = lines_of(file.path);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_GE(lines[0].at("waited_ms").get<double>(), 50);
}

TEST(Log, has_a_line_for_every_body_that_was_refused) {
  const TempFile file("headroom_body_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  config.gateway.access_log_sample = 0.0;
  ScriptedReplica replica(ScriptedReplica::always(ok("never")));
  {
    Front front(config, replica);
    const Message answer = front.client().ask(
        "POST /a HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n");
    EXPECT_EQ(answer.reason(), "invalid_chunk_size");
    front.settled(1);
  }
  const auto lines = lines_of(file.path);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("path"), "/a");
  EXPECT_EQ(lines[0].at("reason"), "invalid_chunk_size");
}

TEST(Log, names_a_refused_request_as_its_client_does) {
  const TempFile file("headroom_named_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  {
    Front front(config);
    const Message answer =
        front.client().ask(get("/a", "x-request-id: mine\r\nContent-Length: 99999999999\r\n"));
    EXPECT_EQ(answer.reason(), "body_too_large");
    EXPECT_EQ(answer.field("x-request-id"), "mine");
  }
  ASSERT_EQ(lines_of(file.path).size(), 1U);
  EXPECT_EQ(lines_of(file.path)[0].at("request_id"), "mine");
}

TEST(Log, that_nobody_reads_holds_up_no_request_and_counts_what_it_drops) {
  const TempFile file("headroom_stalled_");
  ASSERT_EQ(mkfifo(file.path.c_str(), 0600), 0);
  const io::Fd reader(open(file.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  config.gateway.access_log_sample = 1.0;
  ScriptedReplica replica(ScriptedReplica::always(ok("hello")));
  const std::uint64_t before = io::lines_dropped(io::Log::access);
  Front front(config, replica);
  Client client = front.client();
  const std::string path = "/" + std::string(7000, 'x');
  constexpr int count = 400;  // 2.8 MB of lines, more than what is kept for a reader
  for (int i = 0; i < count; ++i) ASSERT_EQ(client.ask(get(path)).status(), 200) << i;
  EXPECT_EQ(front.settled(count).of(Outcome::good), static_cast<std::uint64_t>(count));
  front.stop();  // does not wait for the reader either
  EXPECT_GT(io::lines_dropped(io::Log::access), before);
}

TEST(Log, goes_on_in_a_new_file_when_it_is_reopened) {
  const TempFile file("headroom_rotated_");
  const TempFile moved("headroom_moved_");
  spec::Config config = shop();
  config.gateway.access_log = file.path;
  config.gateway.access_log_sample = 1.0;
  ScriptedReplica replica(ScriptedReplica::always(ok("hello")));
  Front front(config, replica);
  EXPECT_EQ(front.client().ask(get("/first")).status(), 200);
  ASSERT_TRUE(eventually([&] { return lines_of(file.path).size() == 1; }));
  std::filesystem::rename(file.path, moved.path);
  ASSERT_TRUE(front.gateway().reopen_log());
  EXPECT_EQ(front.client().ask(get("/second")).status(), 200);
  front.stop();
  const auto lines = lines_of(file.path);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("path"), "/second");
  EXPECT_EQ(lines_of(moved.path).size(), 1U);
}

}  // namespace
}  // namespace headroom::gateway::testing
