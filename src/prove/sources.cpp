// Seconds of a plant as samples of several sources.
#include "prove/sources.h"

#include <algorithm>
#include <cmath>

#include "evidence/assemble.h"

namespace headroom::prove {
namespace {

/// The part of a count that one of so many gets. All parts together are the whole.
std::uint64_t part(std::uint64_t count, std::size_t number, std::size_t of) {
  return count * (number + 1) / of - count * number / of;
}

/// With the same quantiles, as far as it has any.
Histogram latency_of(const scale::ServiceSeen& second, std::uint64_t requests) {
  const auto us = [](double s) { return static_cast<std::uint64_t>(std::llround(s * 1e6)); };
  const std::uint64_t above_95 = requests / 20;
  const std::uint64_t above_50 = requests / 2;
  Histogram latency;
  latency.record_us(us(second.latency_p50_s), requests - above_50);
  latency.record_us(us(second.latency_p95_s), above_50 - above_95);
  latency.record_us(us(second.latency_p99_s), above_95);
  return latency;
}

std::uint64_t share_out(const scale::ByConcurrency& whole, std::size_t number, std::size_t of,
                        scale::ByConcurrency& out) {
  std::uint64_t attempts = 0;
  for (std::size_t i = 0; i < scale::ByConcurrency::level_count; ++i) {
    if (whole.attempts[i] == 0) continue;
    out.attempts[i] = static_cast<std::uint32_t>(part(whole.attempts[i], number, of));
    out.late[i] = static_cast<std::uint32_t>(part(whole.late[i], number, of));
    out.latency_s[i] = whole.latency_s[i] * out.attempts[i] / whole.attempts[i];
    attempts += out.attempts[i];
  }
  return attempts;
}

}  // namespace

Sources::Sources(const World& world, std::uint64_t seed)
    : loss_(world.evidence_loss),
      late_(world.evidence_late),
      every_(static_cast<std::size_t>(std::max(1.0, std::round(world.evidence_every_s)))),
      random_(seed),
      past_(static_cast<std::size_t>(std::ceil(world.evidence_delay_s)) + 1),
      sources_(static_cast<std::size_t>(std::max(1, world.evidence_sources))) {}

const scale::ServiceSeen* Sources::as_old_as_told(const scale::ServiceSeen& now) {
  if (past_.size() == 1) return &now;
  past_[second_ % past_.size()] = now;
  return &past_[second_ + 1 < past_.size() ? 0 : (second_ + 1) % past_.size()];
}

void Sources::count(const scale::ServiceSeen& second, std::size_t source) {
  const std::size_t all = sources_.size();
  const std::size_t number = (source + second_) % all;  // what does not come out even goes round
  Told& told = sources_[source].kept.emplace_back();
  evidence::Sample& sample = told.sample;
  sample.source = source;
  sample.of = {Instant(std::chrono::seconds(second_)), Instant(std::chrono::seconds(second_ + 1))};
  sample.arrivals = part(second.arrivals, number, all);
  sample.good = part(second.good, number, all);
  sample.late = part(second.late, number, all);
  sample.shed = part(second.shed, number, all);
  sample.failed = part(second.failed, number, all);
  sample.gone = part(second.gone, number, all);
  for (const auto& [reason, count] : second.reasons)
    sample.reasons[reason] = part(count, number, all);
  told.latency = latency_of(second, sample.good + sample.late);
  sample.in_flight_s = second.concurrency / static_cast<double>(all);
  sample.attempts = share_out(second.by_concurrency, number, all, sample.by_concurrency);
  sample.attempts_s = second.service_time_s * static_cast<double>(sample.attempts);
}

/// Drawn for each source in each second.
bool Sources::tells() {
  const bool in_time = late_ <= 0 || random_.uniform() >= late_;
  return in_time && (second_ + 1) % every_ == 0;
}

const scale::ServiceSeen& Sources::of(const scale::ServiceSeen& now) {
  const bool as_it_is = loss_ <= 0 && late_ <= 0 && every_ == 1 && sources_.size() == 1;
  if (as_it_is && past_.size() == 1) return now;  // as those in time would tell, in no time
  const scale::ServiceSeen& second = *as_old_as_told(now);
  if (as_it_is) {
    shown_ = second;
  } else {
    std::vector<evidence::Sample> told;
    std::int64_t waiting = 0;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      Source& source = sources_[i];
      if (loss_ <= 0 || random_.uniform() >= loss_) count(second, i);
      if (tells() && !source.kept.empty()) {
        for (Told& one : source.kept) {
          if (one.latency.count() > 0) one.sample.latencies = {&one.latency};
          told.push_back(one.sample);
        }
        source.waiting = second.waiting;
      }
      waiting += source.waiting;
    }
    const Instant end{std::chrono::seconds(second_ + 1)};
    shown_ =
        evidence::assemble(told, sources_.size(), {end - std::chrono::seconds(1), end}, usual_);
    shown_.waiting = waiting / static_cast<std::int64_t>(sources_.size());
    for (const evidence::Sample& sample : told) sources_[sample.source].kept.clear();
  }
  shown_.service = now.service;
  shown_.replicas = now.replicas;
  ++second_;
  return shown_;
}

}  // namespace headroom::prove
