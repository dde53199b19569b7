// For tests: days of demand that a service lives through, and what they foretell.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/random.h"
#include "scale/repeat.h"

namespace headroom::scale {

inline constexpr int day_s = 86400;
inline constexpr int tick_s = 10;
inline constexpr std::int64_t a_monday = 20'780;

using DemandOfDay = std::function<double(int day, int second)>;

/// A ramp that multiplies by eight, two and a half hours, and back.
inline double rush(int second, int begin, int ramp_s, double top = 4000, int stays_s = 9000) {
  const double t = second - begin;
  if (t < 0 || t > ramp_s + stays_s + 3600) return 500;
  if (t < ramp_s) return 500 * std::pow(top / 500, t / ramp_s);
  return t < ramp_s + stays_s ? top : top * std::pow(500 / top, (t - ramp_s - stays_s) / 3600);
}

inline double job(int second, int begin) {
  return second >= begin && second < begin + 1800 ? 3000 : 1000;
}

/// What a day brought.
struct Day {
  double unmet = 0;   // share of requests above 1.03 × what was expected or there a lead time
                      // earlier, in the worst five minutes
  double bought = 0;  // requests that were expected on top of demand, ÷ those that came
};

class Past {
 public:
  explicit Past(double lead_s) : lead_s_(lead_s) {}

  Repeat repeat;

  void tick(int day, int second, double now) {
    const auto minute = (a_monday + day) * minutes_a_day + second / 60;
    mean_ = mean_ < 0 ? now : mean_ + (now - mean_) * tick_s / 30;
    learn_repeat({.minute = minute,
                  .per_second = std::max(now, mean_),
                  .mean_of_30s = mean_,
                  .tick_s = tick_s,
                  .lead_s = lead_s_,
                  .permitted = 0.01},
                 repeat);
  }

  std::vector<Day> live(int days, const DemandOfDay& demand, int from_day = 0) {
    std::vector<Day> out;
    const auto lag = static_cast<std::size_t>(std::ceil(lead_s_ / tick_s));
    for (int day = from_day; day < days; ++day) {
      std::vector<double> came;
      std::vector<double> planned;
      double sum = 0;
      Day one;
      for (int second = 0; second < day_s; second += tick_s) {
        const double now = demand(day, second);
        tick(day, second, now);
        came.push_back(now);
        planned.push_back(std::max(now, repeat.expected_per_second));
        sum += now;
        one.bought += planned.back() - now;
      }
      one.bought /= sum;
      for (std::size_t i = lag; i + 30 < came.size(); ++i) {
        double above = 0;
        double all = 0;
        for (std::size_t j = i; j < i + 30; ++j) {
          above += std::max(0.0, came[j] - 1.03 * planned[j - lag]);
          all += came[j];
        }
        one.unmet = std::max(one.unmet, above / all);
      }
      out.push_back(one);
    }
    return out;
  }

 private:
  double lead_s_;
  double mean_ = -1;
};

/// So much at most, up or down, for each of 40 days.
inline std::vector<double> spread(double most, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> out(40);
  for (double& one : out) one = most * (2 * random.uniform() - 1);
  return out;
}

}  // namespace headroom::scale
