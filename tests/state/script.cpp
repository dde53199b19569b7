// Scripts as text, and cut short.
#include "script.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::state {
namespace {

std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (out.size() > 160) return out + "...";
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c >= ' ' && c <= '~' ? c : '?';
    }
  }
  return out;
}

std::string describe(const Step& step) {
  switch (step.what) {
    case Do::text:
      return fmt::format("\"{}\"", quoted(step.text));
    case Do::body:
      return fmt::format("body[{}, +{}] by {} every {} ms", step.offset, step.size, step.piece,
                         step.ms);
    case Do::pause:
      return fmt::format("pause {} ms", step.ms);
    case Do::await_continue:
      return fmt::format("await 100 for {} ms", step.ms);
    case Do::await_answer:
      return fmt::format("await {} answers", step.count);
    case Do::await_request:
      return step.size == UINT64_MAX ? "await request" : fmt::format("await {} bytes", step.size);
    case Do::mark_begun:
    case Do::mark_head:
    case Do::mark_whole:
      return "";
    default:
      return name(step.what);
  }
}

std::uint64_t bytes_of(const Step& step) {
  if (step.what == Do::text) return step.text.size();
  return step.what == Do::body ? step.size : 0;
}

}  // namespace

const char* name(Do what) {
  switch (what) {
    case Do::stop_reading:
      return "stop reading";
    case Do::half_close:
      return "half close";
    case Do::close:
      return "close";
    case Do::reset:
      return "reset";
    default:
      return "";
  }
}

std::string describe(const Script& script) {
  std::string all;
  for (const Step& step : script) {
    const std::string one = describe(step);
    if (one.empty()) continue;
    if (all.size() > 4000) return all + "; ...";
    all += all.empty() ? one : "; " + one;
  }
  return all;
}

std::uint64_t bytes_of(const Script& script) {
  std::uint64_t bytes = 0;
  for (const Step& step : script) bytes += bytes_of(step);
  return bytes;
}

Script cut(const Script& script, std::uint64_t bytes, const Step& end) {
  Script shorter;
  for (const Step& step : script) {
    const std::uint64_t size = bytes_of(step);
    if (size > bytes) {
      Step part = step;
      part.text.resize(std::min<std::size_t>(part.text.size(), bytes));
      part.size = std::min(part.size, bytes);
      shorter.push_back(std::move(part));
      break;
    }
    bytes -= size;
    shorter.push_back(step);
  }
  shorter.push_back(end);
  return shorter;
}

}  // namespace headroom::state
