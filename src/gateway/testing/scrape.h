// For tests: /metrics as Prometheus reads it.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace headroom::gateway::testing {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// Samples by name; fails on a line that is neither comment nor sample.
class Scrape {
 public:
  explicit Scrape(const std::string& text) {
    static const std::regex line(R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^}]*)\})? ([^ ]+))");
    std::istringstream in(text);
    for (std::string row; std::getline(in, row);) {
      if (row.starts_with("# HELP ") || row.starts_with("# TYPE ")) continue;
      std::smatch match;
      EXPECT_TRUE(std::regex_match(row, match, line)) << row;
      if (match.size() == 4) samples_.push_back({match[1], labels(match[2]), std::stod(match[3])});
    }
  }

  using Labels = std::map<std::string, std::string>;
  [[nodiscard]] double value(const std::string& name, const Labels& labels = {}) const {
    for (const Sample& sample : samples_)
      if (sample.name == name && sample.labels == labels) return sample.value;
    ADD_FAILURE() << name << " is missing";
    return -1;
  }
  [[nodiscard]] bool has(const std::string& name, const Labels& labels) const {
    for (const Sample& sample : samples_)
      if (sample.name == name && sample.labels == labels) return true;
    return false;
  }
  [[nodiscard]] double sum(const std::string& name) const {
    double sum = 0;
    for (const Sample& sample : samples_)
      if (sample.name == name) sum += sample.value;
    return sum;
  }
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }

 private:
  static Labels labels(const std::string& text) {
    static const std::regex pair(R"re(([a-z_]+)="([^"]*)")re");
    Labels out;
    for (std::sregex_iterator at(text.begin(), text.end(), pair), end; at != end; ++at)
      out[(*at)[1]] = (*at)[2];
    return out;
  }

  std::vector<Sample> samples_;
};

}  // namespace headroom::gateway::testing
