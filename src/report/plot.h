// Plots as HTML and SVG: shapes stretch with the page, labels keep the size of its text.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::report {

/// No value there: the line has a hole.
constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

enum class Shape {
  line,   // from point to point
  steps,  // a value holds for the whole bin
  area,   // steps, filled down to what is stacked below
};

struct Series {
  std::string name;   // for the legend
  std::string style;  // its CSS class, which colours it
  Shape shape = Shape::line;
  std::vector<double> values;  // one for each bin
};

/// A horizontal line at a value that means something.
struct Level {
  std::string name;
  double value = 0;
};

/// A numbered vertical line.
struct Mark {
  int number = 0;
  double t_s = 0;
};

struct Plot {
  std::string title;
  std::string unit;
  std::string note;                // under the plot; may be empty
  std::vector<double> bin_ends_s;  // the bins' ends; the first begins at 0
  std::vector<Series> stacked;     // areas, the first at the bottom
  std::vector<Series> lines;       // above them
  std::vector<Level> levels;
  std::vector<Mark> marks;
  bool logarithmic = false;    // for positive values only
  bool whole_numbers = false;  // no ticks between whole numbers
  int height_px = 170;
};

/// A <figure>. Values at the pointer are shown by the page's script.
[[nodiscard]] std::string render(const Plot& plot);

/// Round numbers from 0 to at least `most`: 1, 2 or 5 times a power of ten apart.
[[nodiscard]] std::vector<double> ticks_up_to(double most, bool whole_numbers);
/// 1, 2, 5 times powers of ten around [least, most], fewer of them over many decades.
[[nodiscard]] std::vector<double> log_ticks(double least, double most);

/// "0.05", "20", "5,000": what stands beside a tick.
[[nodiscard]] std::string tick_text(double tick);

/// `text` with &, <, > and quotes made harmless.
[[nodiscard]] std::string escape(std::string_view text);

/// "1:05", "1:02:05": time since the begin of a run.
[[nodiscard]] std::string clock_text(double t_s);

}  // namespace headroom::report
