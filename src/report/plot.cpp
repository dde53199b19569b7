// Draws plots.
#include "report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "report/layout.h"

namespace headroom::report {
namespace {

constexpr double box = 1000;  // the SVG's own units, both ways

/// Where values and times lie in the box.
class Frame {
 public:
  Frame(const Plot& plot, std::vector<double> ticks)
      : logarithmic_(plot.logarithmic),
        low_(at(ticks.front())),
        high_(at(ticks.back())),
        end_s_(plot.bin_ends_s.empty() ? 1 : plot.bin_ends_s.back()),
        ticks_(std::move(ticks)) {}

  [[nodiscard]] double x(double t_s) const { return box * std::clamp(t_s / end_s_, 0.0, 1.0); }
  [[nodiscard]] double y(double value) const { return box * (1 - share(value)); }
  /// Height above the bottom, 0 to 1.
  [[nodiscard]] double share(double value) const {
    return high_ <= low_ ? 0 : std::clamp((at(value) - low_) / (high_ - low_), 0.0, 1.0);
  }
  [[nodiscard]] const std::vector<double>& ticks() const { return ticks_; }
  [[nodiscard]] double end_s() const { return end_s_; }

 private:
  [[nodiscard]] double at(double value) const {
    return logarithmic_ ? std::log10(std::max(value, 1e-9)) : value;
  }
  bool logarithmic_;
  double low_;
  double high_;
  double end_s_;
  std::vector<double> ticks_;
};

double begin_of(const Plot& plot, std::size_t bin) {
  return bin == 0 ? 0 : plot.bin_ends_s[bin - 1];
}

/// The outline of a line; holes begin anew.
std::string line_path(const Plot& plot, const Frame& frame, const Series& series) {
  std::string path;
  bool pen_up = true;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (std::isnan(series.values[i])) {
      pen_up = true;
      continue;
    }
    const double y = frame.y(series.values[i]);
    const double end = frame.x(plot.bin_ends_s[i]);
    if (series.shape == Shape::line) {
      const double middle = (frame.x(begin_of(plot, i)) + end) / 2;
      fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", pen_up ? "M" : "L", middle, y);
    } else {
      fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}H{:.1f}", pen_up ? "M" : "L",
                     frame.x(begin_of(plot, i)), y, end);
    }
    pen_up = false;
  }
  return path;
}

/// Closed steps between what is stacked below and that plus the series.
std::string area_path(const Plot& plot, const Frame& frame, const std::vector<double>& below,
                      const std::vector<double>& above) {
  std::string path;
  for (std::size_t i = 0; i < above.size(); ++i)
    fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}H{:.1f}", i == 0 ? "M" : "L",
                   frame.x(begin_of(plot, i)), frame.y(above[i]), frame.x(plot.bin_ends_s[i]));
  for (std::size_t i = below.size(); i-- > 0;)
    fmt::format_to(std::back_inserter(path), "L{:.1f} {:.1f}H{:.1f}", frame.x(plot.bin_ends_s[i]),
                   frame.y(below[i]), frame.x(begin_of(plot, i)));
  return path + "Z";
}

double largest(const Plot& plot) {
  double most = 0;
  std::vector<double> sum(plot.bin_ends_s.size());
  for (const auto& series : plot.stacked)
    for (std::size_t i = 0; i < sum.size(); ++i) most = std::max(most, sum[i] += series.values[i]);
  for (const auto& series : plot.lines)
    for (const double value : series.values)
      if (!std::isnan(value)) most = std::max(most, value);
  for (const auto& level : plot.levels) most = std::max(most, level.value);
  return most;
}

double smallest(const Plot& plot) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& series : plot.lines)
    for (const double value : series.values)
      if (value > 0) least = std::min(least, value);
  for (const auto& level : plot.levels) least = std::min(least, level.value);
  return least;
}

std::string shapes(const Plot& plot, const Frame& frame) {
  std::string svg;
  const auto out = std::back_inserter(svg);
  for (const double tick : frame.ticks())
    fmt::format_to(out, "<path class=\"grid\" d=\"M0 {0:.1f}H{1}\"/>", frame.y(tick), box);
  std::vector<double> below(plot.bin_ends_s.size());
  for (const auto& series : plot.stacked) {
    auto above = below;
    for (std::size_t i = 0; i < above.size(); ++i) above[i] += series.values[i];
    fmt::format_to(out, "<path class=\"area {}\" d=\"{}\"/>", series.style,
                   area_path(plot, frame, below, above));
    below = std::move(above);
  }
  for (const auto& level : plot.levels)
    fmt::format_to(out, "<path class=\"level\" d=\"M0 {:.1f}H{}\"/>", frame.y(level.value), box);
  for (const auto& series : plot.lines)
    fmt::format_to(out, "<path class=\"curve {}\" d=\"{}\"/>", series.style,
                   line_path(plot, frame, series));
  return svg;
}

/// Times of day-like roundness, at most about eight.
double time_step(double end_s) {
  constexpr std::array steps{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400};
  for (const int step : steps)
    if (end_s / step <= 8) return step;
  return std::ceil(end_s / 8 / 86400) * 86400;
}

std::string labels(const Frame& frame) {
  std::string html = "<div class=\"y\">";
  const auto out = std::back_inserter(html);
  for (const double tick : frame.ticks())
    fmt::format_to(out, "<span style=\"bottom:{:.2f}%\">{}</span>", 100 * frame.share(tick),
                   tick_text(tick));
  html += "</div><div class=\"x\">";
  const double step = time_step(frame.end_s());
  for (double t = 0; t <= frame.end_s(); t += step)
    fmt::format_to(out, "<span style=\"left:{:.2f}%\">{}</span>", 100 * t / frame.end_s(),
                   clock_text(t));
  return html + "</div>";
}

std::string legend(const Plot& plot) {
  std::string html = "<ul class=\"legend\">";
  const auto out = std::back_inserter(html);
  for (const auto& series : plot.lines)
    fmt::format_to(out, "<li><i class=\"key line {}\"></i>{}</li>", series.style,
                   escape(series.name));
  for (auto series = plot.stacked.rbegin(); series != plot.stacked.rend(); ++series)
    fmt::format_to(out, "<li><i class=\"key {}\"></i>{}</li>", series->style, escape(series->name));
  for (const auto& level : plot.levels)
    fmt::format_to(out, "<li><i class=\"key line level\"></i>{}</li>", escape(level.name));
  return html + "</ul>";
}

/// The values for the page's script: [[ends], [name, [values]], …].
std::string data_of(const Plot& plot) {
  std::string json = "[[";
  const auto out = std::back_inserter(json);
  const auto put = [&](const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (std::isnan(values[i]))
        fmt::format_to(out, "{}null", i == 0 ? "" : ",");
      else
        fmt::format_to(out, "{}{:.4g}", i == 0 ? "" : ",", values[i]);
  };
  const auto put_series = [&](const Series& series) {
    fmt::format_to(out, ",[\"{}\",[", series.name);
    put(series.values);
    json += "]]";
  };
  for (std::size_t i = 0; i < plot.bin_ends_s.size(); ++i)
    fmt::format_to(out, "{}{:.1f}", i == 0 ? "" : ",", plot.bin_ends_s[i]);
  json += "]";
  for (const auto& series : plot.lines) put_series(series);
  for (const auto& series : plot.stacked) put_series(series);
  return json + "]";
}

}  // namespace

std::vector<double> ticks_up_to(double most, bool whole_numbers) {
  constexpr int intervals = 5;
  const double rough = std::max(most, whole_numbers ? 1.0 : 1e-9) / intervals;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  if (whole_numbers) step = std::max(1.0, std::round(step));
  std::vector<double> ticks{0};
  while (ticks.back() < most * (1 - 1e-9) || ticks.size() < 2)
    ticks.push_back(static_cast<double>(ticks.size()) * step);
  return ticks;
}

std::vector<double> log_ticks(double least, double most) {
  if (!(least > 0) || !std::isfinite(least)) least = 1;
  most = std::max(most, least * 1.01);
  const bool sparse = most / least > 3000;
  std::vector<double> all;
  for (double power = std::pow(10, std::floor(std::log10(least))); power <= most * 10; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0})
      if (!sparse || factor == 1.0) all.push_back(factor * power);
  std::vector<double> ticks;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool below = i + 1 < all.size() && all[i + 1] <= least * (1 + 1e-9);
    if (!below) ticks.push_back(all[i]);
    if (all[i] >= most * (1 - 1e-9)) break;
  }
  return ticks;
}

std::string tick_text(double tick) {
  return tick >= 1000 ? grouped(static_cast<std::uint64_t>(tick)) : fmt::format("{:g}", tick);
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  return out;
}

std::string clock_text(double t_s) {
  const auto total = static_cast<std::int64_t>(std::llround(t_s));
  if (total < 3600) return fmt::format("{}:{:02}", total / 60, total % 60);
  return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

std::string render(const Plot& plot) {
  const Frame frame(plot, plot.logarithmic ? log_ticks(smallest(plot), largest(plot))
                                           : ticks_up_to(largest(plot), plot.whole_numbers));
  std::string html = fmt::format(
      "<figure class=\"plot\" data-values='{}'><figcaption><strong>{}</strong> <em>{}</em>{}"
      "<output></output></figcaption><div class=\"frame\" style=\"height:{}px\">"
      "<svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">{}"
      "</svg>{}",
      escape(data_of(plot)), escape(plot.title), escape(plot.unit), legend(plot), plot.height_px,
      box, box, escape(plot.title), shapes(plot, frame), labels(frame));
  for (const auto& mark : plot.marks)
    fmt::format_to(std::back_inserter(html),
                   "<i class=\"mark\" style=\"left:{:.2f}%\"><b>{}</b></i>",
                   frame.x(mark.t_s) / box * 100, mark.number);
  html += "<i class=\"hair\"></i></div>";
  if (!plot.note.empty())
    fmt::format_to(std::back_inserter(html), "<p class=\"note\">{}</p>", escape(plot.note));
  return html + "</figure>\n";
}

}  // namespace headroom::report
