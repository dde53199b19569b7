// The text that Prometheus reads.
#include "gateway/metrics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <set>
#include <sstream>

#include "core/random.h"
#include "io/log_writer.h"

namespace headroom::gateway {
namespace {

struct Sample {
  std::string name, labels;
  double value = 0;
};

/// Reads the exposition, and fails on a line that is neither comment nor sample.
std::vector<Sample> parse(const std::string& text) {
  static const std::regex line(R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? ([^ ]+))");
  std::vector<Sample> samples;
  std::istringstream in(text);
  for (std::string row; std::getline(in, row);) {
    if (row.starts_with("# HELP ") || row.starts_with("# TYPE ")) continue;
    std::smatch match;
    EXPECT_TRUE(std::regex_match(row, match, line)) << row;
    if (match.size() == 4) samples.push_back({match[1], match[2], std::stod(match[3])});
  }
  return samples;
}

double value(const std::vector<Sample>& samples, const std::string& name,
             const std::string& labels) {
  for (const Sample& sample : samples)
    if (sample.name == name && sample.labels == labels) return sample.value;
  ADD_FAILURE() << name << labels << " is missing";
  return -1;
}

/// As histogram_quantile does: linear within the bucket.
double quantile(const std::vector<Sample>& samples, double q) {
  static const std::regex bound(R"re(.*le="([^"]*)".*)re");
  std::vector<std::pair<double, double>> buckets;
  for (const Sample& sample : samples) {
    std::smatch match;
    if (sample.name != "headroom_request_duration_seconds_bucket") continue;
    if (std::regex_match(sample.labels, match, bound))
      buckets.emplace_back(match[1] == "+Inf" ? INFINITY : std::stod(match[1]), sample.value);
  }
  const double rank = q * buckets.back().second;
  double from = 0;
  double before = 0;
  for (const auto& [to, count] : buckets) {
    if (count >= rank) return from + (to - from) * (rank - before) / (count - before);
    from = to;
    before = count;
  }
  return from;
}

TEST(Metrics, parse_and_carry_every_count) {
  WorkerStats totals;
  RouteStats& route = totals.routes["shop/"];
  route.arrivals = 15;
  route.outcomes = {1, 2, 3, 4, 5};
  route.reasons["queue_full"] = 3;
  route.latency.record(std::chrono::milliseconds(7));
  ServiceStats& service = totals.services["shop"];
  service.attempts = 11;
  service.retries = 2;
  service.connects = 6;
  service.ejections = 1;
  totals.connections_accepted = 8;
  totals.connections_refused = 9;
  totals.refused["no_route"] = 10;
  const std::vector<Sample> samples =
      parse(metrics_text(totals, {{"replicas_ready", "Ready.", "shop", 3},
                                  {"replicas_ready", "Ready.", "cart", 1},
                                  {"up_seconds", "Since the start.", "", 2.5}}));
  int i = 0;
  for (const std::string outcome : {"good", "late", "shed", "failed", "gone"}) {
    EXPECT_EQ(value(samples, "headroom_requests_total",
                    fmt::format(R"({{route="shop/",outcome="{}"}})", outcome)),
              ++i);
  }
  EXPECT_EQ(value(samples, "headroom_missed_total", R"({route="shop/",reason="queue_full"})"), 3);
  EXPECT_EQ(value(samples, "headroom_request_duration_seconds_count", R"({route="shop/"})"), 1);
  EXPECT_NEAR(value(samples, "headroom_request_duration_seconds_sum", R"({route="shop/"})"), 0.007,
              1e-6);
  EXPECT_EQ(value(samples, "headroom_attempts_total", R"({service="shop"})"), 11);
  EXPECT_EQ(value(samples, "headroom_retries_total", R"({service="shop"})"), 2);
  EXPECT_EQ(value(samples, "headroom_upstream_connects_total", R"({service="shop"})"), 6);
  EXPECT_EQ(value(samples, "headroom_ejections_total", R"({service="shop"})"), 1);
  EXPECT_EQ(value(samples, "headroom_connections_accepted_total", ""), 8);
  EXPECT_EQ(value(samples, "headroom_connections_refused_total", ""), 9);
  EXPECT_EQ(value(samples, "headroom_requests_refused_total", R"({reason="no_route"})"), 10);
  EXPECT_EQ(value(samples, "headroom_log_lines_dropped_total", R"({log="messages"})"),
            static_cast<double>(io::lines_dropped(io::Log::messages)));
  EXPECT_EQ(value(samples, "headroom_log_lines_dropped_total", R"({log="access"})"),
            static_cast<double>(io::lines_dropped(io::Log::access)));
  EXPECT_EQ(value(samples, "headroom_replicas_ready", R"({service="cart"})"), 1);
  EXPECT_EQ(value(samples, "headroom_up_seconds", ""), 2.5);
}

TEST(Metrics, a_family_is_described_once) {
  WorkerStats totals;
  totals.routes["a"];
  totals.routes["b"];
  const std::string text = metrics_text(totals, {});
  const std::string type = "# TYPE headroom_requests_total counter";
  EXPECT_NE(text.find(type), std::string::npos);
  EXPECT_EQ(text.find(type), text.rfind(type));
}

TEST(Metrics, buckets_give_the_p99_within_ten_percent) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    WorkerStats totals;
    Histogram& latency = totals.routes["shop/"].latency;
    const double median_ms = std::exp(random.uniform() * 6);  // 1 ms to 400 ms
    std::vector<double> exact;
    for (int i = 0; i < 20'000; ++i) {
      const double normal =
          std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * M_PI * random.uniform());
      exact.push_back(median_ms / 1e3 * std::exp(0.5 * normal));
      latency.record(from_seconds(exact.back()));
    }
    std::sort(exact.begin(), exact.end());
    const double truth = exact[static_cast<std::size_t>(0.99 * 20'000)];
    const double read = quantile(parse(metrics_text(totals, {})), 0.99);
    EXPECT_NEAR(read / truth, 1.0, 0.1) << "seed " << seed << ", p99 " << truth << " s";
  }
}

}  // namespace
}  // namespace headroom::gateway
