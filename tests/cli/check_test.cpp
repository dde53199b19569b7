// headroom check: exit codes, messages, JSON, and the reference it prints.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "control/supervisor/confinement.h"
#include "program.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::json;

constexpr const char* right =
    "services:\n"
    "  shop:\n"
    "    objective: { latency: { p99.9: 150ms } }\n"
    "    routes: [{ match: /cart }, { match: /pay, priority: critical }]\n"
    "    replicas: { min: 2, max: 7 }\n"
    "    run: { command: \"./shop {address}\" }\n"
    "  stock:\n"
    "    objective: { latency: { p95: 1s } }\n"
    "    endpoints: [\"127.0.0.1:9001\"]\n"
    "gateway: { listen: \":8080\" }\n";

constexpr const char* wrong =
    "services:\n"
    "  shop:\n"
    "    objectiv: { latency: { p99: 150ms } }\n"
    "    run: { command: \"./shop {address}\" }\n"
    "mode: loud\n";

std::string source(const std::string& path) {
  std::ifstream file(std::string(HEADROOM_SOURCE) + "/" + path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// With the program that the right file names.
struct Shop : TestFolder {
  Shop() {
    std::filesystem::permissions(write("shop", "#!/bin/sh\n"), std::filesystem::perms::owner_all);
  }
};

TEST(Check, a_right_file_is_summed_up) {
  const Shop folder;
  const Ended ended = run_program({"check", "-f", folder.write("a.yaml", right)});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(ended.out, folder.path() +
                           "/a.yaml: right\n"
                           "  shop: p99.9 within 150ms, 2 routes, 2 to 7 replicas\n"
                           "  stock: p95 within 1s, 1 route, 1 endpoint\n"
                           "  listens on :8080, admin on 127.0.0.1:9900\n");
}

TEST(Check, warns_where_a_request_cannot_wait_for_the_first_replica) {
  const Shop folder;
  std::string from_zero = right;
  from_zero.replace(from_zero.find("min: 2"), 6, "min: 0");
  from_zero.replace(from_zero.find("match: /cart"), 12, "match: /cart, timeout: 2s");
  from_zero.replace(from_zero.find("match: /pay"), 11, "match: /pay, timeout: 20s");
  const std::string file = folder.write("a.yaml", from_zero);
  const Ended ended = run_program({"check", "-f", file});
  EXPECT_EQ(ended.code, 0);
  EXPECT_NE(ended.out.find("warning: services.shop: with replicas.min 0"), std::string::npos);
  const Ended json = run_program({"check", "-f", file, "--format", "json"});
  EXPECT_EQ(json.code, 0);
  const Json told = Json::parse(json.out);
  ASSERT_EQ(told["warnings"].size(), 1U);
  EXPECT_NE(told["warnings"][0].get<std::string>().find("/cart ends that after 2s"),
            std::string::npos);
}

TEST(Check, the_file_beside_is_the_default) {
  const Shop folder;
  (void)folder.write("headroom.yaml", right);
  const Ended ended = run_program({"check"}, folder.path());
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out.substr(0, ended.out.find('\n')), "headroom.yaml: right");
}

TEST(Check, every_problem_of_a_wrong_file_has_a_line) {
  const TestFolder folder;
  (void)folder.write("a.yaml", wrong);
  const Ended ended = run_program({"check", "-f", "a.yaml"}, folder.path());
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err,
            "a.yaml:2: services.shop.objective: missing; allowed a map such as { latency: { p99: "
            "150ms } }\n"
            "a.yaml:3: services.shop.objectiv: unknown key; did you mean 'objective'? Allowed: "
            "objective, hosts, routes, replicas, run, endpoints, ready, scale\n"
            "a.yaml:5: mode: found 'loud', allowed act, shadow\n");
}

TEST(Check, json_says_the_same_to_programs) {
  const Shop folder;
  const std::string good = folder.write("a.yaml", right);
  const Ended ended = run_program({"check", "-f", good, "--format", "json"});
  EXPECT_EQ(ended.code, 0);
  const Json out = Json::parse(ended.out);
  EXPECT_EQ(out.at("ok"), true);
  EXPECT_EQ(out.at("file"), good);
  EXPECT_EQ(out.at("problems"), Json::array());
  EXPECT_EQ(out.at("listen"), ":8080");
  const Json& shop = out.at("services").at(0);
  EXPECT_EQ(shop.at("name"), "shop");
  EXPECT_EQ(shop.at("routes"), (Json{"shop/cart", "shop/pay"}));
  EXPECT_EQ(shop.at("replicas_min"), 2);
  EXPECT_EQ(shop.at("replicas_max"), 7);
  EXPECT_EQ(shop.at("objective_latency_ms"), 150.0);
  EXPECT_EQ(out.at("services").at(1).at("started_by_headroom"), false);

  const Ended refused =
      run_program({"check", "-f", folder.write("b.yaml", wrong), "--format", "json"});
  EXPECT_EQ(refused.code, 2);
  const Json problems = Json::parse(refused.out);
  EXPECT_EQ(problems.at("ok"), false);
  ASSERT_EQ(problems.at("problems").size(), 3U);
  EXPECT_EQ(
      problems.at("problems").at(2),
      (Json{{"line", 5}, {"path", "mode"}, {"message", "found 'loud', allowed act, shadow"}}));
}

TEST(Check, a_right_file_that_this_machine_cannot_run_is_told_apart) {
  const TestFolder folder;
  const std::string missing = "service shop: cannot run './shop': no such file in " + folder.path();
  const Ended ended = run_program({"check", "-f", folder.write("a.yaml", right)});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err, "headroom: " + missing + "\n");
  const Ended json = run_program({"check", "-f", folder.path() + "/a.yaml", "--format", "json"});
  EXPECT_EQ(json.code, 2);
  const Json out = Json::parse(json.out);
  EXPECT_EQ(out.at("ok"), false);
  EXPECT_EQ(out.at("problems"), (Json{{{"line", 0}, {"path", ""}, {"message", missing}}}));
  EXPECT_EQ(out.at("services").size(), 2U);
}

TEST(Check, limits_that_do_not_hold_on_this_machine_are_warned_of) {
  const Shop folder;
  const auto warned = [&](const std::string& limits) {
    const std::string file =
        folder.write("a.yaml",
                     "services:\n  shop:\n    objective: { latency: { p99: 1s } }\n"
                     "    run: { command: \"./shop {address}\", limits: {" +
                         limits + "} }\n");
    const Json out = Json::parse(run_program({"check", "-f", file, "--format", "json"}).out);
    EXPECT_EQ(out.at("ok"), true);
    const std::string text = run_program({"check", "-f", file}).out;
    for (const std::string warning : out.at("warnings"))
      EXPECT_NE(text.find("warning: " + warning + "\n"), std::string::npos) << text;
    return out.at("warnings");
  };
  EXPECT_EQ(warned("open_files: 99"), Json::array());
  const supervisor::Kept kept = supervisor::expected_confinement();
  if (kept.cpu || kept.memory)
    GTEST_SKIP() << "here they would, were it not for this test in the same cgroup";
  const Json expected = {
      "shop: run.limits.cpu does not hold here: " + kept.why_not,
      "shop: run.limits.memory is kept by a look each second, not by the kernel: " + kept.why_not};
  EXPECT_EQ(warned("memory: 64MiB, cpu: 0.5"), expected);
}

TEST(Check, an_unreadable_file_is_one_sentence) {
  const TestFolder folder;
  const Ended missing = run_program({"check", "-f", "none.yaml"}, folder.path());
  EXPECT_EQ(missing.code, 2);
  EXPECT_EQ(missing.out, "");
  EXPECT_EQ(missing.err, "headroom: none.yaml: no such file\n");

  const Ended json = run_program({"check", "-f", "none.yaml", "--format", "json"}, folder.path());
  EXPECT_EQ(json.code, 2);
  EXPECT_EQ(Json::parse(json.out).at("ok"), false);

  const Ended large = run_program({"check", "-f", folder.write("l", std::string(2 << 20, '#'))});
  EXPECT_EQ(large.code, 2);
  EXPECT_EQ(large.err, "headroom: " + folder.path() + "/l: larger than 1MiB\n");
}

TEST(Check, the_reference_in_docs_is_fresh) {
  const Ended ended = run_program({"check", "--reference"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, source("docs/configuration.md"))
      << "write it anew: headroom check --reference > docs/configuration.md";
}

TEST(Check, the_reference_of_metrics_in_docs_is_fresh) {
  const Ended ended = run_program({"check", "--metrics"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, source("docs/metrics.md"))
      << "write it anew: headroom check --metrics > docs/metrics.md";
}

TEST(Check, every_example_is_right) {
  const std::filesystem::path examples = std::string(HEADROOM_SOURCE) + "/examples";
  int seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(examples)) {
    if (entry.path().filename() != "headroom.yaml") continue;
    ++seen;
    const Ended ended = run_program({"check", "-f", entry.path().string()});
    // Its programs may not be built.
    EXPECT_EQ(ended.err.find("headroom.yaml:"), std::string::npos) << ended.err;
  }
  EXPECT_GE(seen, 1);
}

}  // namespace
}  // namespace headroom::cli
