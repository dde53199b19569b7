// headroom check: exit codes, messages, JSON, and the reference it prints.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

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

TEST(Check, a_right_file_is_summed_up) {
  const TestFolder folder;
  const Ended ended = run_program({"check", "-f", folder.write("a.yaml", right)});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(ended.out, folder.path() +
                           "/a.yaml: right\n"
                           "  shop: p99.9 within 150ms, 2 routes, 2 to 7 replicas\n"
                           "  stock: p95 within 1s, 1 route, 1 endpoint\n"
                           "  listens on :8080, admin on 127.0.0.1:9900\n");
}

TEST(Check, the_file_beside_is_the_default) {
  const TestFolder folder;
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
  const TestFolder folder;
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

TEST(Check, every_example_is_right) {
  const std::filesystem::path examples = std::string(HEADROOM_SOURCE) + "/examples";
  int seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(examples)) {
    if (entry.path().filename() != "headroom.yaml") continue;
    ++seen;
    const Ended ended = run_program({"check", "-f", entry.path().string()});
    EXPECT_EQ(ended.code, 0) << ended.err;
  }
  EXPECT_GE(seen, 1);
}

}  // namespace
}  // namespace headroom::cli
