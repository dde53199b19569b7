// Plans as the bytes that are sent: requests with their framing, answers with what is wrong in
// them.
#include <fmt/format.h>

#include <algorithm>

#include "bytes.h"
#include "plan.h"

namespace headroom::state {
namespace {

constexpr std::uint32_t longer_than_anybody_waits_ms = 6000;
constexpr std::uint32_t for_continue_ms = 100;

/// What follows directly goes out in the same segment, as far as it fits.
void say(Script& script, std::string_view text) {
  if (script.empty() || script.back().what != Do::text) script.push_back({.what = Do::text});
  script.back().text += text;
}

struct Body {
  std::uint64_t id;
  Framing framing;
  std::uint64_t size;
  std::uint32_t chunk;
  std::uint32_t piece;
  std::uint32_t pause_ms;
};

void add_bytes(Script& script, const Body& body, std::uint64_t offset, std::uint64_t size) {
  if (size == 0) return;
  script.push_back({.what = Do::body,
                    .id = body.id,
                    .offset = offset,
                    .size = size,
                    .piece = body.piece,
                    .ms = body.pause_ms});
}

/// Up to `size` bytes of the body with their chunks' frames, which the last one may lack its end
/// of.
void add_body(Script& script, const Body& body, std::uint64_t size) {
  if (body.framing != Framing::chunked) return add_bytes(script, body, 0, size);
  for (std::uint64_t at = 0; at < size; at += body.chunk) {
    const std::uint64_t whole = std::min<std::uint64_t>(body.chunk, body.size - at);
    const std::uint64_t part = std::min(whole, size - at);
    say(script, fmt::format("{:x}{}\r\n", whole, at % 3 == 1 ? ";x=\"y\"" : ""));
    add_bytes(script, body, at, part);
    if (part == whole) say(script, "\r\n");
  }
}

std::string last_chunk(std::uint64_t id, bool trailers) {
  return trailers ? fmt::format("0\r\nx-tail: {}\r\n\r\n", name_of(id)) : "0\r\n\r\n";
}

std::string request_head(const RequestPlan& plan) {
  std::string head =
      fmt::format("{} {}/{} HTTP/1.{}\r\nhost: any\r\nx-request-id: {}\r\n", plan.method,
                  route_paths[plan.route], name_of(plan.id), plan.http10 ? 0 : 1, name_of(plan.id));
  if (plan.framing == Framing::length) head += fmt::format("content-length: {}\r\n", plan.size);
  if (plan.framing == Framing::chunked) head += "transfer-encoding: chunked\r\n";
  if (plan.trailers) head += "trailer: x-tail\r\n";
  if (plan.expects) head += "expect: 100-continue\r\n";
  if (plan.says_close) head += "connection: close\r\n";
  if (plan.says_keep_alive) head += "connection: keep-alive\r\n";
  return head + "\r\n";
}

void add_request(Script& script, const RequestPlan& plan, std::uint32_t index) {
  script.push_back({.what = Do::mark_begun, .count = index});
  say(script, request_head(plan));
  script.push_back({.what = Do::mark_head, .count = index});
  if (plan.expects) script.push_back({.what = Do::await_continue, .ms = for_continue_ms});
  const Body body{plan.id, plan.framing, plan.size, plan.chunk, plan.piece, plan.pause_ms};
  if (plan.bad_chunk) {
    const std::uint64_t half = plan.size / 2;
    add_body(script, body, half - half % plan.chunk);
    return say(script, "none\r\n");
  }
  add_body(script, body, plan.size);
  if (plan.framing == Framing::chunked) say(script, last_chunk(plan.id, plan.trailers));
  script.push_back({.what = Do::mark_whole, .count = index});
  if (plan.crlf_behind) say(script, "\r\n");
}

std::string answer_head(const RequestPlan& plan) {
  const AnswerPlan& answer = plan.answer;
  std::string head =
      fmt::format("HTTP/1.1 {} Planned\r\nx-id: {}\r\n", answer.status, name_of(plan.id));
  if (answer.status != 204) {
    if (answer.framing == Framing::length)
      head += fmt::format("content-length: {}\r\n", answer.size);
    if (answer.framing == Framing::chunked) head += "transfer-encoding: chunked\r\n";
  }
  if (answer.trailers) head += "trailer: x-tail\r\n";
  if (answer.after == After::say_close || answer.framing == Framing::until_close)
    head += "connection: close\r\n";
  return head + "\r\n";
}

void add_ending(Script& script, const RequestPlan& plan) {
  const bool with_its_end = plan.answer.framing == Framing::until_close && plan.answer_has_body();
  switch (plan.answer.after) {
    case After::keep:
      if (!with_its_end) return;
      [[fallthrough]];
    case After::say_close:
    case After::close:
      return script.push_back({.what = Do::close});
    case After::close_later:
      if (!with_its_end)
        script.push_back({.what = Do::pause, .ms = 1 + static_cast<std::uint32_t>(plan.id % 30)});
      return script.push_back({.what = Do::close});
    case After::reset:
      return script.push_back({.what = Do::reset});
  }
}

/// In one piece, so that nobody takes what is behind it for the next answer.
void add_answer_with_extra(Script& script, const RequestPlan& plan) {
  std::string all = answer_head(plan);
  const std::string_view body = body_bytes(plan.id, Side::answer, 0, plan.answer_bytes());
  if (plan.answer.framing == Framing::chunked && plan.answer_has_body()) {
    if (!body.empty()) all += fmt::format("{:x}\r\n{}\r\n", body.size(), body);
    all += last_chunk(plan.id, plan.answer.trailers);
  } else {
    all += body;
  }
  say(script, all + "HTTP/1.1 200 Nobody\r\ncontent-length: 5\r\n\r\nasked");
}

}  // namespace

Script client_script(std::uint64_t seed, const ConnectionPlan& plan) {
  Script script;
  for (std::uint32_t i = 0; i < plan.requests; ++i) {
    add_request(script, request_plan(seed, id_of(plan.number, i)), i);
    if (plan.pipelined) continue;
    script.push_back({.what = Do::await_answer, .count = i + 1});
    if (plan.gap_ms > 0) script.push_back({.what = Do::pause, .ms = plan.gap_ms});
  }
  const auto bytes = static_cast<double>(bytes_of(script));
  if (plan.end_at < 1)
    return cut(script, static_cast<std::uint64_t>(bytes * plan.end_at), {plan.end});
  if (plan.end == Do::half_close) script.push_back({.what = Do::half_close});
  script.push_back({.what = Do::await_answer, .count = plan.requests});
  script.push_back({.what = Do::close});
  return script;
}

Script replica_script(const RequestPlan& plan) {
  const AnswerPlan& answer = plan.answer;
  const Fault fault = answer.fault;
  Script script;
  script.push_back({.what = Do::await_request, .size = answer.after_bytes});
  if (answer.leaves_unread) script.push_back({.what = Do::stop_reading});
  if (answer.delay_ms > 0) script.push_back({.what = Do::pause, .ms = answer.delay_ms});
  if (fault == Fault::silent)
    script.push_back({.what = Do::pause, .ms = longer_than_anybody_waits_ms});
  if (fault == Fault::close_unanswered || fault == Fault::silent) {
    script.push_back({.what = Do::close});
    return script;
  }
  if (fault == Fault::reset_unanswered) {
    script.push_back({.what = Do::reset});
    return script;
  }
  for (int i = 0; i < answer.informational; ++i) {
    say(script, "HTTP/1.1 103 Early\r\nlink: x\r\n\r\n");
    if (answer.pause_ms > 0) script.push_back({.what = Do::pause, .ms = answer.pause_ms});
  }
  if (fault == Fault::bad_head) {
    say(script, "HTTP/1.1 2x0 Bad\r\n\r\n");
    return script;
  }
  if (fault == Fault::extra && answer.framing != Framing::until_close) {
    add_answer_with_extra(script, plan);
    add_ending(script, plan);
    return script;
  }
  say(script, answer_head(plan));
  const bool wrong = plan.answer_has_body() && fault != Fault::none && fault != Fault::extra;
  const Body body{plan.id,      answer.framing, answer.size,
                  answer.chunk, answer.piece,   answer.pause_ms};
  if (plan.answer_has_body()) add_body(script, body, wrong ? answer.fault_at : answer.size);
  if (!wrong) {
    if (plan.answer_has_body() && answer.framing == Framing::chunked)
      say(script, last_chunk(plan.id, answer.trailers));
    add_ending(script, plan);
    return script;
  }
  if (fault == Fault::bad_chunk) say(script, "none\r\n");
  if (fault == Fault::stall)
    script.push_back({.what = Do::pause, .ms = longer_than_anybody_waits_ms});
  const bool by_reset = fault == Fault::cut_reset || fault == Fault::stall;
  script.push_back({.what = by_reset ? Do::reset : Do::close});
  return script;
}

}  // namespace headroom::state
