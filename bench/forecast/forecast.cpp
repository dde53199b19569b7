// Measures forecasts: M4 Hourly, PJM, a recorded trace at a lead, and what updating costs.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "core/csv.h"
#include "core/text.h"
#include "core/trace.h"
#include "forecast/backtest.h"
#include "forecast/forecaster.h"
#include "forecast/seasonal_mean.h"
#include "io/gzip.h"

namespace {

using namespace headroom;
using Values = std::vector<double>;
using ById = std::map<std::string, Values>;

constexpr std::size_t day = 24;

[[noreturn]] void stop(const std::string& why) {
  fmt::print(stderr, "bench_forecast: {}\n", why);
  std::exit(1);
}

std::string text_of(const std::string& path) {
  auto text = io::read_plain_or_gzip(path, std::size_t{1} << 29);
  if (!text) stop(text.error().message);
  return *text;
}

double cpu_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Lines of a name and as many values as there are; a header has none.
ById read_rows(const std::string& path) {
  const std::string text = text_of(path);
  std::string_view rest = text;
  ById rows;
  while (!rest.empty()) {
    const auto fields = split(take_line(rest), ',');
    Values values;
    for (std::size_t i = 1; i < fields.size(); ++i)
      if (const auto number = parse_number(fields[i])) values.push_back(*number);
    if (values.size() + 1 >= 2) rows.emplace(std::string(fields[0]), std::move(values));
  }
  return rows;
}

Values ahead(std::span<const double> past, std::size_t steps) {
  Values logs;
  for (const double value : past) logs.push_back(std::log(value));
  const std::size_t own_day = forecast::day_length(logs, day);
  forecast::SeasonalMean mean({own_day, 7 * own_day});
  mean.fit(logs);
  Values values = mean.path(logs, steps);
  for (double& value : values) value = std::exp(value);
  return values;
}

double mean_difference(std::span<const double> values, std::size_t lag) {
  double sum = 0;
  for (std::size_t t = lag; t < values.size(); ++t) sum += std::abs(values[t] - values[t - lag]);
  return sum / static_cast<double>(values.size() - lag);
}

/// Symmetric percentage error and scaled error, as the competition defines them.
struct Errors {
  double smape = 0;
  double mase = 0;

  void add(std::span<const double> forecast, std::span<const double> actual, double scale) {
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const double error = std::abs(forecast[i] - actual[i]);
      const double size = std::abs(forecast[i]) + std::abs(actual[i]);
      const auto count = static_cast<double>(actual.size());
      if (size > 0) smape += 200 * error / size / count;
      mase += error / scale / count;
    }
  }
};

void m4(const std::string& folder) {
  const ById train = read_rows(folder + "/m4_hourly_train.csv.gz");
  const ById test = read_rows(folder + "/m4_hourly_test.csv");
  const ById naive2 = read_rows(folder + "/m4_hourly_naive2_forecast.csv");
  Errors ours;
  Errors theirs;
  double spent_s = 0;
  for (const auto& [id, past] : train) {
    const Values& actual = test.at(id);
    const double begin = cpu_s();
    const Values found = ahead(past, actual.size());
    spent_s += cpu_s() - begin;
    const double scale = mean_difference(past, day);
    ours.add(found, actual, scale);
    theirs.add(naive2.at(id), actual, scale);
  }
  const auto count = static_cast<double>(train.size());
  fmt::print(
      "{{\"series\": {}, \"smape\": {:.3f}, \"mase\": {:.3f}, \"owa\": {:.4f}, "
      "\"ms_a_series\": {:.3f}}}\n",
      train.size(), ours.smape / count, ours.mase / count,
      (ours.smape / theirs.smape + ours.mase / theirs.mase) / 2, 1e3 * spent_s / count);
}

/// Mean scaled error of daily origins, a day ahead, from the 40 days before each.
void pjm(const std::string& folder) {
  const auto trace = parse_trace(text_of(folder + "/pjm_load_3600s.csv"), {.column = "load_mw"});
  if (!trace) stop(trace.error().message);
  // Hours that the source lacks are skipped, as in the figures this is compared with.
  Values rows = trace->values;
  std::erase_if(rows, [](double value) { return Trace::unknown(value); });
  const std::span<const double> values = rows;
  const double scale = mean_difference(values.first(values.size() - day), day);
  constexpr std::size_t history = 40 * day;
  const auto error = [&](std::size_t first, std::size_t last) {
    Errors ours;
    Errors naive;
    for (std::size_t origin = first; origin < last; ++origin) {
      const std::size_t end = values.size() - day * (origin + 1);
      const auto actual = values.subspan(end, day);
      ours.add(ahead(values.subspan(end - history, history), day), actual, scale);
      naive.add(values.subspan(end - day, day), actual, scale);
    }
    const auto count = static_cast<double>(last - first);
    return std::array{ours.mase / count, naive.mase / count};
  };
  const auto last = error(0, 30);
  const auto before = error(30, 395);
  fmt::print(
      "{{\"mase_last_30\": {:.4f}, \"seasonal_naive_last_30\": {:.4f}, "
      "\"mase_year_before\": {:.4f}, \"seasonal_naive_year_before\": {:.4f}}}\n",
      last[0], last[1], before[0], before[1]);
}

void trace(const std::string& path, const std::string& column, std::size_t bins_most,
           std::size_t lead) {
  auto read = parse_trace(text_of(path), {.file = path, .column = column});
  if (!read) stop(read.error().message);
  Values values = std::move(read->values);
  if (values.size() > bins_most)
    values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(bins_most));
  const auto grid = forecast::Grid::of(read->bin_s, values.size());
  const double begin = cpu_s();
  const forecast::LeadScore score = forecast::backtest(values, grid, lead);
  const double spent_s = cpu_s() - begin;
  const auto at = [&](double p) { return score.against_best(forecast::place_of(p)); };
  fmt::print(
      "{{\"bin_s\": {:g}, \"day\": {}, \"week\": {}, \"scored\": {}, \"all\": {:.4f}, "
      "\"p50\": {:.4f}, \"p90\": {:.4f}, \"p99\": {:.4f}, \"covered\": {:.4f}, "
      "\"refused_p50\": {:.2f}, \"refused_p99\": {:.2f}, \"us_a_bin\": {:.1f}}}\n",
      read->bin_s, grid.day > 0, grid.week > 0, score.scored,
      score.scored > 0 ? score.against_best() : 0, at(0.5), at(0.9), at(0.99), score.covered,
      score.refused[forecast::median_place], score.refused[forecast::place_of(0.99)],
      1e6 * spent_s / static_cast<double>(values.size()));
}

/// 21 days of minutes; the last of them are timed.
void cost() {
  constexpr std::size_t minutes = 1440;
  const forecast::Grid grid{.bin_s = 60, .day = minutes, .week = 7 * minutes};
  forecast::Forecaster forecaster(grid, 3);
  double observe_s = 0;
  double refit_s = 0;
  double refit_most_s = 0;
  std::size_t observed = 0;
  std::size_t refits = 0;
  for (std::size_t t = 0; t < 21 * minutes; ++t) {
    const double turn = static_cast<double>(t % minutes) / static_cast<double>(minutes);
    const bool timed = t >= 14 * minutes;
    double begin = cpu_s();
    forecaster.observe(100 * (1.2 - std::cos(6.2832 * turn)) *
                       (1 + 0.1 * std::sin(static_cast<double>(t * t % 1013))));
    if (timed) observe_s += cpu_s() - begin;
    observed += timed ? 1 : 0;
    if (!forecaster.refit_due()) continue;
    begin = cpu_s();
    forecaster.refit();
    if (!timed) continue;
    refit_s += cpu_s() - begin;
    refit_most_s = std::max(refit_most_s, cpu_s() - begin);
    ++refits;
  }
  fmt::print("{{\"observe_us\": {:.1f}, \"refit_ms\": {:.1f}, \"refit_most_ms\": {:.1f}}}\n",
             1e6 * observe_s / static_cast<double>(observed),
             1e3 * refit_s / static_cast<double>(refits), 1e3 * refit_most_s);
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> words(values + 1, values + count);
  const auto number = [&words](std::size_t i) {
    return static_cast<std::size_t>(std::atoll(words[i].c_str()));
  };
  if (words.size() == 1 && words[0] == "cost")
    cost();
  else if (words.size() == 2 && words[0] == "m4")
    m4(words[1]);
  else if (words.size() == 2 && words[0] == "pjm")
    pjm(words[1]);
  else if (words.size() == 5 && words[0] == "trace")
    trace(words[1], words[2], number(3), number(4));
  else
    stop("one of: cost; m4 FOLDER; pjm FOLDER; trace FILE COLUMN BINS LEAD");
  return 0;
}
