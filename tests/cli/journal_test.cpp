// headroom replay, explain, report and top: what they print and how they end.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "control/journal/sqlite.h"
#include "load/scripted_server.h"
#include "program.h"
#include "report/sample_run_for_test.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::json;

class JournalCommands : public testing::Test {
 protected:
  /// A run of 130 s: the flash crowd has come and is there.
  JournalCommands() {
    report::SampleRun sample;
    auto journal = control::Journal::open(journal_, {}, sample.start());
    EXPECT_TRUE(journal) << journal.error().message;
    for (int i = 0; journal && i < 130; ++i) sample.advance(**journal);
  }

  [[nodiscard]] Ended run(std::string command, const Arguments& arguments) const {
    Arguments all{std::move(command), "-j", journal_};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_program(all, folder_.path());
  }

  /// Ends with 2 and one sentence that says `part`.
  static void expect_refused(const Ended& ended, const std::string& part) {
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    EXPECT_EQ(ended.out, "");
  }

  TestFolder folder_;
  std::string journal_ = folder_.path() + "/headroom.journal";
};

TEST_F(JournalCommands, replay_finds_no_difference_in_what_was_recorded) {
  const Ended ended = run("replay", {});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "130 observations, 0 differences\n");
}

TEST_F(JournalCommands, replay_lists_what_a_knob_would_have_changed) {
  const Ended ended =
      run("replay", {"--set", "services.checkout.replicas.max=5", "--format", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json.at("observations"), 130);
  EXPECT_GE(json.at("differences"), 1);
  EXPECT_EQ(json.at("listed").at(0).at("service"), "checkout");
  EXPECT_LE(json.at("listed").at(0).at("replayed"), 5);
  EXPECT_LT(json.at("listed").size(), json.at("differences").get<std::size_t>() / 3);
  const Json& checkout = json.at("services").at(1);
  EXPECT_EQ(checkout.at("service"), "checkout");
  EXPECT_EQ(checkout.at("replayed").at("most"), 5);
  EXPECT_GT(checkout.at("recorded").at("most"), 5);
  EXPECT_LT(checkout.at("replayed").at("replica_hours"),
            checkout.at("recorded").at("replica_hours"));
  EXPECT_GT(json.at("listed").at(0).at("recorded"), 5);
}

TEST_F(JournalCommands, replay_prints_each_change_once_and_what_it_comes_to) {
  const Ended ended = run("replay", {"--set", "services.checkout.replicas.max=5"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(std::regex_search(ended.out, std::regex("recorded, 5 replayed for \\d+ s")))
      << ended.out;
  EXPECT_TRUE(std::regex_search(ended.out, std::regex("checkout: 0.\\d+ replica-hours recorded, "
                                                      "0.\\d+ replayed; at most \\d+ at once")))
      << ended.out;
  EXPECT_EQ(ended.out.find("catalog"), std::string::npos) << "nothing changed there" << ended.out;
  EXPECT_LT(std::ranges::count(ended.out, '\n'), 40) << ended.out;
}

TEST_F(JournalCommands, replay_decides_by_another_file) {
  const std::string file = folder_.write("other.yaml", R"(
services:
  checkout:
    objective: { latency: { p99: 150ms } }
    replicas: { min: 1, max: 4 }
    run: { command: "/bin/true {port}" }
  catalog:
    objective: { latency: { p99: 100ms } }
    replicas: { min: 1, max: 20 }
    run: { command: "/bin/true {port}" }
)");
  const Ended ended = run("replay", {"--policy", file, "--format", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_GE(Json::parse(ended.out).at("differences"), 1);
}

TEST_F(JournalCommands, replay_fails_when_the_record_is_not_what_the_code_decides) {
  {
    auto edit = control::sqlite::Connection::open(journal_, control::sqlite::Access::write);
    ASSERT_TRUE(edit);
    ASSERT_TRUE(
        edit->run("UPDATE decided SET decision=json_set(decision, '$.replicas', 99) WHERE place=0 "
                  "AND tick_id=(SELECT max(tick_id) FROM decided WHERE place=0)"));
  }
  const Ended ended = run("replay", {});
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.out.find("99 recorded"), std::string::npos) << ended.out;
  // A decision stands until the next row of its service.
  EXPECT_NE(ended.out.find(" for 12 s"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("130 observations, 12 differences\n"), std::string::npos) << ended.out;
}

TEST_F(JournalCommands, explain_gives_the_decision_with_its_reasons) {
  const Ended ended = run("explain", {"--service", "checkout", "--at", "-40s", "--format", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json.at("service"), "checkout");
  EXPECT_FALSE(json.at("reasons").empty());
  EXPECT_EQ(json.at("at"), "2027-01-15T08:01:30.000Z");
  EXPECT_EQ(json.at("objective").at("latency_ms"), 150);
}

TEST_F(JournalCommands, explain_has_the_reasons_of_a_second_in_which_nothing_changed) {
  int unchanged = 0;
  for (int ago = 1; ago < 40; ++ago) {
    const auto at = fmt::format("-{}s", ago);
    const Ended ended = run("explain", {"--service", "catalog", "--at", at, "--format", "json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json json = Json::parse(ended.out);
    EXPECT_FALSE(json.at("reasons").empty()) << at;
    unchanged += json.at("before") == json.at("replicas");
  }
  EXPECT_GT(unchanged, 10);
}

TEST_F(JournalCommands, explain_finds_the_last_change) {
  const Ended ended = run("explain", {"--service", "checkout", "--last", "--format", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_NE(json.at("before"), json.at("replicas"));
  const Ended text = run("explain", {"--service", "checkout", "--last"});
  EXPECT_EQ(text.code, 0);
  EXPECT_NE(text.out.find("How it was decided"), std::string::npos) << text.out;
}

TEST_F(JournalCommands, explain_takes_every_stamp_that_a_report_prints) {
  const std::string page = folder_.path() + "/report.html";
  const Ended report = run("report", {"--html", page});
  ASSERT_EQ(report.code, 0) << report.err;
  std::ifstream in(page);
  const std::string html((std::istreambuf_iterator<char>(in)), {});
  // The decisions of the list, each with its service: explained is the same second.
  const std::regex listed(R"(\n\d\. (\S+Z) (\w+): )");
  int found = 0;
  for (std::sregex_iterator i(report.out.begin(), report.out.end(), listed), end; i != end; ++i) {
    const std::string stamp = (*i)[1];
    const Ended ended = run("explain", {"--service", (*i)[2], "--at", stamp, "--format", "json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(Json::parse(ended.out).at("at"), stamp);
    EXPECT_NE(html.find(stamp), std::string::npos) << stamp;
    ++found;
  }
  EXPECT_GE(found, 1) << report.out;
  // Every other one, of the text and of the page.
  const std::regex any(R"((\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(\.\d+)?(Z| UTC)?)");
  for (const std::string& text : {report.out, html.substr(html.find("<body"))})
    for (std::sregex_iterator i(text.begin(), text.end(), any), end; i != end; ++i) {
      const Ended ended = run("explain", {"--service", "checkout", "--at", i->str()});
      EXPECT_EQ(ended.code, 0) << i->str() << ": " << ended.err;
    }
}

TEST_F(JournalCommands, the_file_that_headroom_runs_with_knows_the_journal) {
  std::filesystem::create_directory(folder_.path() + "/shop");
  std::filesystem::rename(journal_, folder_.path() + "/shop/kept.journal");
  (void)folder_.write("shop/headroom.yaml",
                      std::string(shop) + "journal: { path: kept.journal }\n");
  for (const Arguments& command :
       {Arguments{"report"}, {"replay"}, {"explain", "--service", "checkout"}}) {
    Arguments named = command;
    named.insert(named.end(), {"-f", "shop/headroom.yaml"});
    EXPECT_EQ(run_program(named, folder_.path()).code, 0) << command[0];
    EXPECT_EQ(run_program(command, folder_.path() + "/shop").code, 0) << command[0];
    expect_refused(run_program(command, folder_.path()),
                   "headroom: headroom.yaml: no such file; name the one that headroom runs with by "
                   "-f, or say --journal\n");
    named.insert(named.end(), {"-j", "none"});
    expect_refused(run_program(named, folder_.path()), "journal none: there is no such file");
  }
}

TEST_F(JournalCommands, report_judges_and_writes_a_page) {
  const std::string load = folder_.write(
      "load.json", R"({"good":900,"late":95,"shed":5,"failed":0,"latency_ms":{"p99":200}})");
  const std::string page = folder_.path() + "/report.html";
  const Ended ended =
      run("report", {"--load", "checkout=" + load, "--html", page, "--format", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json.at("services").at(0).at("counted_by"), "client");
  EXPECT_EQ(json.at("services").at(0).at("missed_share"), 0.1);
  EXPECT_EQ(json.at("services").at(0).at("objective_met"), false);
  EXPECT_EQ(json.at("services").at(1).at("counted_by"), "gateway");
  EXPECT_GT(std::filesystem::file_size(page), 20'000U);
  const Ended text = run("report", {});
  EXPECT_EQ(text.code, 0);
  EXPECT_NE(text.out.find("The decisions that mattered most"), std::string::npos) << text.out;
}

TEST_F(JournalCommands, report_names_the_full_path_of_its_page) {
  const Ended named = run("report", {"--html", "./report.html"});
  EXPECT_EQ(named.code, 0) << named.err;
  const std::string folder = std::filesystem::canonical(folder_.path()).string();
  EXPECT_TRUE(named.out.ends_with("\nThe report with plots:\n" + folder + "/report.html\n"))
      << named.out;
}

TEST_F(JournalCommands, report_ends_with_3_where_a_requirement_is_not_met) {
  const std::string load = folder_.write(
      "load.json", R"({"good":900,"late":95,"shed":5,"failed":0,"latency_ms":{"p99":200}})");
  const Ended missed = run("report", {"--load", "checkout=" + load, "--require", "met"});
  EXPECT_EQ(missed.code, 3);
  EXPECT_EQ(missed.err,
            "headroom: the objective of checkout is not met: 10% missed, at most 1% may\n");
  EXPECT_NE(missed.out.find("checkout: objective MISSED"), std::string::npos) << missed.out;
  EXPECT_EQ(run("report", {"--require", "fixed<100"}).code, 0);
  EXPECT_EQ(run("report", {"--require", "fixed<0.001"}).code, 3);
  expect_refused(run("report", {"--require", "fixed"}), "'fixed' is not a requirement such as");
}

TEST_F(JournalCommands, a_page_that_cannot_be_written_is_a_failure) {
  const Ended ended = run("report", {"--html", folder_.path() + "/no/such/folder/report.html"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.err.find("cannot be written"), std::string::npos) << ended.err;
}

TEST_F(JournalCommands, wrong_input_is_one_sentence) {
  expect_refused(run("replay", {"--set", "services.checkout.replicas.mx=5"}), "replicas.max");
  expect_refused(run("replay", {"--from", "yesterday"}), "is no moment");
  expect_refused(run("replay", {"--from", "2001-01-01T00:00:00Z", "--to", "2001-01-02T00:00:00Z"}),
                 "nothing lies between");
  expect_refused(run("replay", {"--policy", folder_.write("bad.yaml", "services: 5")}),
                 "bad.yaml:1: services");
  expect_refused(run("explain", {"--service", "search"}), "there are checkout, catalog");
  expect_refused(run("explain", {"--service", "checkout", "--at", "2001-01-01T00:00:00Z"}),
                 "it begins only at");
  expect_refused(run("report", {"--load", journal_}), "no result of headroom load");
  expect_refused(run_program({"replay", "-j", folder_.path() + "/none"}), "no such file");
  expect_refused(run_program({"explain", "--service", "x", "-j",
                              folder_.write("text", "this is no database at all, but text")}),
                 "not a database");
}

TEST(Top, a_pipe_gets_a_line_when_replicas_change_and_not_at_every_look) {
  constexpr int looks = 30;  // one at the start, 29 that may be told; then headroom is gone
  int look = 0;
  load::ScriptedServer server([&look](const load::Asked&) -> load::Scripted {
    const std::string body = R"({"services":[{"name":"shop","replicas":{"ready":)" +
                             std::to_string(++look < 10 ? 2 : 3) + "}}]}";
    return {.bytes = std::string("HTTP/1.1 ") + (look <= looks ? "200 OK" : "503 Gone") +
                     "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                     "\r\n\r\n" + body};
  });
  const std::string url = server.url("/");
  const Ended ended =
      run_program({"top", "--admin", url.substr(7, url.size() - 8), "--every", "0.1"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.out.find(", 2 ready"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find(", 3 ready"), std::string::npos) << ended.out;
  EXPECT_LT(std::ranges::count(ended.out, '\n'), looks / 2) << ended.out;
}

TEST(Top, one_look_is_printed_and_an_absent_headroom_is_one_sentence) {
  const std::string body = R"({"mode":"shadow","services":[{"name":"checkout"}]})";
  std::string address;
  {
    load::ScriptedServer server([&body](const load::Asked& asked) -> load::Scripted {
      return {.bytes = "HTTP/1.1 " + std::string(asked.path == "/services" ? "200 OK" : "404 No") +
                       "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\n\r\n" + body};
    });
    const std::string url = server.url("/");
    address = url.substr(7, url.size() - 8);
    const Ended ended = run_program({"top", "--admin", address, "--once"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_NE(ended.out.find("headroom (shadow)"), std::string::npos) << ended.out;
    EXPECT_NE(ended.out.find("checkout"), std::string::npos);
    server.stop();
  }
  const Ended absent = run_program({"top", "--admin", address, "--once"});
  EXPECT_EQ(absent.code, 1);
  EXPECT_EQ(absent.err, "headroom: " + address +
                            ": nothing listens there; headroom's admin is gateway.admin of "
                            "headroom.yaml\n");
}

TEST(Top, finds_the_admin_in_the_file_and_says_when_another_answers) {
  load::ScriptedServer server([](const load::Asked&) -> load::Scripted {
    return {.bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
  });
  const std::string url = server.url("/");
  const std::string address = url.substr(7, url.size() - 8);
  const TestFolder folder;
  (void)folder.write("headroom.yaml",
                     std::string(shop) + "gateway: { admin: '" + address + "' }\n");
  const Ended ended = run_program({"top", "--once"}, folder.path());
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "headroom: " + address +
                           ": answers, but is not headroom's admin, gateway.admin of headroom.yaml "
                           "(status 404)\n");
  const Ended nowhere = run_program({"top", "--once", "-f", "none.yaml"}, folder.path());
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_EQ(nowhere.err,
            "headroom: none.yaml: no such file; name the one that headroom runs with "
            "by -f, or say --admin\n");
}

}  // namespace
}  // namespace headroom::cli
