// Whatever a slip of the hand makes of a right file: it is read, or a problem names a line of it.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "spec/load.h"

namespace headroom::spec {
namespace {

constexpr std::string_view right = R"(mode: act
services:
  checkout:
    hosts: [shop.example.com]
    objective: { latency: { p99: 150ms }, availability: 99.9%, window: 28d }
    routes:
      - { match: /checkout, priority: critical, timeout: 1s }
      - match: { path: /recommend, exact: true }
        objective: { latency: { p95: 200ms } }
        timeout: { total: 2s, idle: 5s }
    replicas: { min: 2, max: 40, cost_per_hour: 0.04 }
    run:
      command: ./checkout --listen {address} 'two words'
      env: { SEED: "${SEED:-7}" }
      limits: { memory: 1GiB }
    scale: { step: 4, uses: { postgres: 5 } }
  catalog:
    objective: { latency: { p90: 80ms } }
    endpoints: ["10.0.0.5:8080", "[::1]:8080"]
downstreams: { postgres: { connections: 200 } }
budget: { per_hour: 3.50 }
gateway: { listen: ":8080", queue: { length: 10 }, access_log: "-" }
journal: { max_size: 10MiB }
)";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

/// Deletes, doubles, swaps or indents a line.
std::string slip_of_line(const std::string& text, Random& random) {
  std::vector<std::string> lines = lines_of(text);
  const std::size_t at = random.below(lines.size());
  switch (random.below(4)) {
    case 0:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), lines[at]);
      break;
    case 2:
      std::swap(lines[at], lines[random.below(lines.size())]);
      break;
    default:
      lines[at].insert(0, random.below(4), ' ');
  }
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

/// Deletes, inserts or replaces a character, mostly one that YAML cares about.
std::string slip_of_letter(std::string text, Random& random) {
  constexpr std::string_view letters = "{}[],:'\"#-&*!|>%@` \n\tax0$\\\xc3\x01";
  const std::size_t at = random.below(text.size());
  const char letter = letters[random.below(letters.size())];
  switch (random.below(3)) {
    case 0:
      text.erase(at, 1 + random.below(3));
      break;
    case 1:
      text.insert(at, 1, letter);
      break;
    default:
      text[at] = letter;
  }
  return text;
}

TEST(Mutation, every_slip_is_read_or_named_with_a_line_of_the_file) {
  constexpr std::uint64_t seed = 20261121;
  constexpr int rounds = 3000;
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Environment environment = [](std::string_view) { return std::nullopt; };
  ASSERT_TRUE(examine(right, "f", environment));

  Random random(seed);
  int refused = 0;
  for (int i = 0; i < rounds; ++i) {
    std::string text(right);
    for (std::uint64_t slips = 1 + random.below(4); slips > 0 && !text.empty(); --slips)
      text = random.below(3) == 0 ? slip_of_line(text, random) : slip_of_letter(text, random);
    const auto config = examine(text, "f", environment);
    if (config) continue;
    ++refused;
    ASSERT_FALSE(config.error().empty()) << text;
    const auto lines = static_cast<int>(lines_of(text).size());
    for (const Problem& problem : config.error()) {
      const std::string message = format_problem("f", problem);
      ASSERT_TRUE(problem.line >= 1 && problem.line <= lines) << message << "\n" << text;
      ASSERT_EQ(message.find('\n'), std::string::npos) << message << "\n" << text;
    }
  }
  EXPECT_GT(refused, rounds / 2);
}

}  // namespace
}  // namespace headroom::spec
