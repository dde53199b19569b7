// Drawing requests, answers and connections at random.
#include "plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/random.h"

namespace headroom::state {
namespace {

constexpr std::uint64_t largest = 12 << 20;

Random random_for(std::uint64_t seed, std::uint64_t what, std::uint64_t number) {
  return Random(Random(seed + what).next() ^ number);
}

bool chance(Random& random, double share) {
  return random.uniform() < share;
}

template <class T, std::size_t N>
T one_of(Random& random, const std::array<T, N>& choices) {
  return choices[random.below(N)];
}

std::uint64_t up_to(Random& random, std::uint64_t most) {
  return random.below(most + 1);
}

/// Of a whole connection: a client that could not read chunks does not pipeline either.
bool speaks_http10(std::uint64_t seed, std::uint64_t connection) {
  return random_for(seed, 3, connection).uniform() < 0.08;
}

/// Mostly small; now and then more than any buffer on the way holds.
std::uint64_t body_size(Random& random, double large) {
  if (chance(random, large)) return chance(random, 0.3) ? largest : up_to(random, largest);
  if (chance(random, 0.2)) return up_to(random, 16);
  if (chance(random, 0.6)) return up_to(random, 4000);
  return up_to(random, chance(random, 0.3) ? 600'000 : 70'000);
}

/// Small chunks of a large body would be all that anybody does.
std::uint32_t chunk_size(Random& random, std::uint64_t size) {
  const std::uint64_t least = std::max<std::uint64_t>(1, size / 500);
  const std::uint64_t drawn =
      one_of<std::uint64_t>(random, std::array<std::uint64_t, 5>{1, 7, 1000, 16 * 1024, 200'000});
  return static_cast<std::uint32_t>(std::max(least, drawn));
}

void draw_body(Random& random, RequestPlan& plan) {
  const bool may_have = plan.method != "GET" && plan.method != "HEAD";
  if (!chance(random, may_have ? 0.9 : 0.03)) return;
  plan.framing = !plan.http10 && chance(random, 0.4) ? Framing::chunked : Framing::length;
  plan.size = body_size(random, 0.06);
  plan.chunk = chunk_size(random, plan.size);
  plan.trailers = plan.framing == Framing::chunked && chance(random, 0.3);
  plan.bad_chunk = plan.framing == Framing::chunked && chance(random, 0.02);
  plan.expects = !plan.http10 && plan.size > 0 && chance(random, 0.15);
  if (chance(random, 0.5)) {
    plan.piece = static_cast<std::uint32_t>(1 + plan.size / (2 + random.below(100)));
    plan.pause_ms = static_cast<std::uint32_t>(random.below(40));
  }
}

void draw_fault(Random& random, AnswerPlan& plan) {
  constexpr std::array faults{Fault::close_unanswered,
                              Fault::reset_unanswered,
                              Fault::bad_head,
                              Fault::cut_close,
                              Fault::cut_close,
                              Fault::cut_reset,
                              Fault::cut_reset,
                              Fault::bad_chunk,
                              Fault::bad_chunk,
                              Fault::extra,
                              Fault::extra,
                              Fault::stall,
                              Fault::silent};
  plan.fault = one_of(random, faults);
  // What keeps a place at a replica for long comes seldom: the others would only wait.
  const bool holds = plan.fault == Fault::silent || plan.fault == Fault::stall;
  if (holds && chance(random, 0.8)) plan.fault = Fault::cut_reset;
  if (plan.fault == Fault::bad_chunk) plan.framing = Framing::chunked;
  if (plan.fault == Fault::cut_close && plan.framing == Framing::until_close)
    plan.framing = Framing::length;  // otherwise it would be a whole one
  if (plan.fault == Fault::extra) plan.size = std::min<std::uint64_t>(plan.size, 4000);
  if (plan.fault != Fault::extra) plan.size = std::max<std::uint64_t>(plan.size, 1);
  plan.fault_at = plan.size == 0 || chance(random, 0.2) ? 0 : random.below(plan.size);
  if (plan.fault == Fault::bad_chunk) plan.fault_at -= plan.fault_at % plan.chunk;
}

AnswerPlan draw_answer(Random& random, const RequestPlan& request) {
  AnswerPlan plan;
  plan.status =
      chance(random, 0.8) ? 200 : one_of(random, std::array{201, 204, 304, 404, 429, 500, 503});
  const double framing = random.uniform();
  plan.framing = framing < 0.5    ? Framing::length
                 : framing < 0.85 ? Framing::chunked
                                  : Framing::until_close;
  const bool early = request.size > 0 && chance(random, 0.3);
  plan.size =
      early && chance(random, 0.4) ? up_to(random, 1 << 20) : body_size(random, early ? 0.1 : 0.01);
  plan.chunk = chunk_size(random, plan.size);
  if (early) {
    plan.after_bytes = chance(random, 0.6) ? 0 : random.below(request.size);
    plan.leaves_unread = chance(random, 0.6);
  }
  if (chance(random, 0.15)) {
    plan.piece = static_cast<std::uint32_t>(1 + plan.size / (2 + random.below(20)));
    plan.pause_ms = static_cast<std::uint32_t>(random.below(10));
  }
  if (chance(random, 0.2)) plan.delay_ms = static_cast<std::uint32_t>(random.below(20));
  if (chance(random, 0.08)) plan.informational = 1 + static_cast<int>(random.below(3));
  if (chance(random, 0.005)) plan.informational = 20;
  plan.trailers = plan.framing == Framing::chunked && chance(random, 0.3);
  const double after = random.uniform();
  plan.after = after < 0.7    ? After::keep
               : after < 0.8  ? After::say_close
               : after < 0.87 ? After::close
               : after < 0.95 ? After::close_later
                              : After::reset;
  if (chance(random, 0.15)) draw_fault(random, plan);
  return plan;
}

/// A client that sends on for long while it is answered already, with more than the kernel's
/// buffers take, so that the answer's end waits for it in the gateway.
void answer_early(Random& random, RequestPlan& plan) {
  plan.method = "POST";
  plan.framing = Framing::length;
  plan.size = 100 + random.below(100'000);
  plan.piece = static_cast<std::uint32_t>(1 + plan.size / 100);
  plan.pause_ms = 10 + static_cast<std::uint32_t>(random.below(20));
  plan.answer.framing = chance(random, 0.5) ? Framing::length : Framing::chunked;
  plan.answer.size = 5'000'000 + random.below(5'000'000);
  plan.answer.chunk = 50'000;
  plan.answer.after_bytes = 0;
  plan.answer.leaves_unread = chance(random, 0.5);
}

}  // namespace

bool RequestPlan::answer_has_body() const {
  return !to_head() && answer.status != 204 && answer.status != 304;
}

std::uint64_t RequestPlan::answer_bytes() const {
  return answer_has_body() ? answer.size : 0;
}

bool RequestPlan::never_whole() const {
  const Fault fault = answer.fault;
  if (fault == Fault::close_unanswered || fault == Fault::reset_unanswered ||
      fault == Fault::silent || fault == Fault::bad_head)
    return true;
  if (!answer_has_body()) return false;
  if (answer.framing == Framing::until_close && answer.after == After::reset) return true;
  return fault == Fault::cut_close || fault == Fault::cut_reset || fault == Fault::stall ||
         fault == Fault::bad_chunk;
}

RequestPlan request_plan(std::uint64_t seed, std::uint64_t id) {
  Random random = random_for(seed, 1, id);
  RequestPlan plan;
  plan.id = id;
  constexpr std::array<std::string_view, 12> methods{
      "GET", "GET", "GET", "GET", "POST", "POST", "POST", "POST", "PUT", "HEAD", "DELETE", "PATCH"};
  plan.method = one_of(random, methods);
  plan.route = chance(random, 0.01) ? 3 : static_cast<std::uint32_t>(random.below(3));
  plan.http10 = speaks_http10(seed, id / requests_max);
  plan.says_close = !plan.http10 && chance(random, 0.08);
  plan.says_keep_alive = plan.http10 && chance(random, 0.5);
  plan.crlf_behind = chance(random, 0.05);
  if (chance(random, 0.04)) {
    answer_early(random, plan);
    return plan;
  }
  draw_body(random, plan);
  plan.answer = draw_answer(random, plan);
  return plan;
}

ConnectionPlan connection_plan(std::uint64_t seed, std::uint64_t number) {
  Random random = random_for(seed, 2, number);
  ConnectionPlan plan;
  plan.number = number;
  plan.requests =
      chance(random, 0.3) ? 1 : 1 + static_cast<std::uint32_t>(random.below(requests_max));
  plan.pipelined = chance(random, 0.3) && !speaks_http10(seed, number);
  const bool slow = chance(random, 0.3);
  if (chance(random, slow ? 0.7 : 0.15)) plan.receive_buffer = 2304 << random.below(6);
  if (slow) {
    plan.read_piece = static_cast<std::uint32_t>(chance(random, 0.2) ? 1 + random.below(64)
                                                                     : 3000 + random.below(60'000));
    plan.read_pause_ms = static_cast<std::uint32_t>(1 + random.below(15));
  }
  if (chance(random, 0.1)) plan.gap_ms = static_cast<std::uint32_t>(random.below(40));
  if (chance(random, 0.01)) plan.gap_ms = 1000 + static_cast<std::uint32_t>(random.below(4000));
  if (chance(random, 0.1)) plan.end = Do::half_close;
  if (chance(random, 0.12)) {
    plan.end = one_of(random, std::array{Do::reset, Do::close, Do::half_close});
    plan.end_at = random.uniform();
  }
  if (chance(random, 0.05)) {
    const std::uint64_t most =
        one_of<std::uint64_t>(random, std::array<std::uint64_t, 4>{1, 100, 4000, 200'000});
    plan.leave_after = 1 + random.below(most);
  }
  return plan;
}

std::string name_of(std::uint64_t id) {
  return fmt::format("id-{:08x}", id);
}

std::uint64_t id_named(std::string_view text) {
  const std::size_t at = text.find("id-");
  if (at == std::string_view::npos) return UINT64_MAX;
  std::uint64_t id = UINT64_MAX;
  const char* const begin = text.data() + at + 3;
  const auto end = std::from_chars(begin, text.data() + text.size(), id, 16);
  return end.ec == std::errc() && end.ptr - begin >= 8 ? id : UINT64_MAX;
}

}  // namespace headroom::state
