// Workload files: what they state is what comes out, and what is wrong is said.
#include "prove/workload_file.h"

#include <gtest/gtest.h>

#include "prove/workload.h"

namespace headroom::prove {
namespace {

Result<Workload> parse(std::string_view text, std::string_view function = "") {
  return parse_workload(text, {.file = "shop.yaml", .function = function});
}

TEST(workload_file, everything_that_can_be_stated) {
  const auto out = parse(
      "name: shop\nconcurrency: 16\nobjective: 250ms\n"
      "service_time: { mean: 40ms, cv: 0.5, tail: { share: 1%, alpha: 1.8 } }\n"
      "pauses: { every: 20s, length: 80ms }\ncontention: { sigma: 0.01, kappa: 0.0002 }\n"
      "startup: { mean: 3s, spread: 5% }\ndrain: 0ms\n");
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(out->name, "shop");
  EXPECT_EQ(out->concurrency, 16);
  EXPECT_DOUBLE_EQ(out->objective_s, 0.25);
  EXPECT_NEAR(out->service_time.mean(), 0.04, 1e-9);
  EXPECT_DOUBLE_EQ(out->pauses.every_s, 20);
  EXPECT_DOUBLE_EQ(out->contention.kappa, 0.0002);
  ASSERT_TRUE(out->startup && out->drain_s);
  EXPECT_DOUBLE_EQ(out->startup->mean_s, 3);
  EXPECT_DOUBLE_EQ(out->startup->spread, 0.05);
  EXPECT_DOUBLE_EQ(*out->drain_s, 0);
}

TEST(workload_file, a_mean_is_enough) {
  const auto out = parse("service_time: { mean: 20ms }");
  ASSERT_TRUE(out) << out.error().message;
  const Workload named = *named_workload("fast-web");
  EXPECT_EQ(out->name, "shop.yaml");
  EXPECT_DOUBLE_EQ(out->service_time.quantile(0.999), named.service_time.quantile(0.999));
  EXPECT_DOUBLE_EQ(out->objective_s, named.objective_s);
  EXPECT_FALSE(out->startup || out->drain_s) << "what is not stated is the world's to say";
}

TEST(workload_file, percentiles) {
  const auto out =
      parse("service_time: { percentiles: { p0: 1ms, p50: 10ms, p99.9: 200ms, p100: 1s } }");
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_NEAR(out->service_time.quantile(0.5), 0.01, 1e-4);
  EXPECT_NEAR(out->service_time.quantile(0.999), 0.2, 2e-3);
}

TEST(workload_file, routes_have_their_own_service_times) {
  const auto out = parse(
      "service_time: { mean: 30ms }\nroutes:\n"
      "  shop/search: { share: 74.6%, service_time: { mean: 35ms, cv: 0.3 } }\n"
      "  shop/items:\n    share: 25%\n    service_time: { percentiles: { p0: 1ms, p100: 9ms } }\n");
  ASSERT_TRUE(out) << out.error().message;
  ASSERT_EQ(out->routes.size(), 2U);
  EXPECT_EQ(out->routes[0].name, "shop/search");
  EXPECT_NEAR(out->routes[0].service_time.mean(), 0.035, 1e-9);
  EXPECT_DOUBLE_EQ(out->routes[0].share, 0.746 / 0.996) << "what was rounded adds up again";
  EXPECT_NEAR(out->routes[1].service_time.quantile(1), 0.009, 1e-6);
}

TEST(workload_file, what_is_wrong_is_said_with_its_place) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"service_time: { mean: 0ms }", "shop.yaml:1: service_time.mean: found '0ms', allowed"},
      {"concurency: 3", "shop.yaml:1: concurency: unknown key; did you mean 'concurrency'?"},
      {"concurrency: 3", "shop.yaml:1: service_time: missing; allowed"},
      {"service_time: { cv: 2 }", "shop.yaml: service_time: say either its mean or its"},
      {"service_time: { percentiles: { p0: 1ms, p99: 2ms } }",
       "shop.yaml: service_time.percentiles: percentiles must begin with p0"},
      {"service_time: { percentiles: { x: 1ms } }", "shop.yaml:1: service_time.percentiles.x"},
      {"service_time: { mean: 1ms }\nroutes: { a: { share: 50%, service_time: { mean: 1ms } } }",
       "shop.yaml: routes: their shares add up to 50%, not 100%"},
      {"service_time: { mean: 1ms }\nroutes: { a: { service_time: { mean: 1ms } } }",
       "shop.yaml:2: routes.a.share: missing; allowed"},
      {"service_time: { mean: 1ms }\nroutes: [ a ]", "shop.yaml:2: routes: found a list"},
      {"a: [", "shop.yaml:"}};
  for (const auto& [text, message] : cases) {
    const auto out = parse(text);
    ASSERT_FALSE(out) << text;
    EXPECT_TRUE(out.error().message.starts_with(message)) << out.error().message;
  }
}

constexpr std::string_view table =
    "function,avg_ms,count,p0_ms,p50_ms,p99_ms,p100_ms\n"
    "aa,30,9,0,20,200,900\n"
    "bb,30,9,5,5,5,5\n";

TEST(workload_file, a_row_of_a_table_of_percentiles) {
  const auto out = parse(table, "aa");
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(out->name, "aa");
  EXPECT_NEAR(out->service_time.quantile(0.99), 0.2, 2e-3);
  EXPECT_NEAR(parse(table, "bb")->service_time.mean(), 0.005, 1e-9);
}

TEST(workload_file, a_table_needs_a_row_that_is_there) {
  EXPECT_EQ(parse(table).error().message,
            "shop.yaml has many rows: name one, such as shop.yaml#aa");
  EXPECT_EQ(parse(table, "cc").error().message, "shop.yaml: none of its 2 rows begins with 'cc'");
  EXPECT_FALSE(parse("service_time: { mean: 20ms }", "aa"));
}

}  // namespace
}  // namespace headroom::prove
