// The exact plant's replicas: opened, closed, crashed, shown.
#include <algorithm>
#include <cmath>

#include "core/result.h"
#include "protect/balance.h"
#include "prove/exact.h"

namespace headroom::prove {

void ExactPlant::open_place(const Fleet::Life& life, std::int64_t now_ns) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(places_.size()));
    places_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Place& place = places_[index];
  const std::uint32_t generation = place.generation + 1;
  place = Place{};
  place.number = life.number;
  place.generation = generation;
  place.open = true;
  place.ready_ns = now_ns;
  place.warm_ns = now_ns + protect::slow_start_window.count();
  place.slowdown = life.noisy ? world_.noisy_slowdown : 1;
  place.settled_ns = std::max<std::int64_t>(0, now_ns);
  open_.push_back(index);
  if (place_of_.size() <= life.number) place_of_.resize(life.number + 1, nowhere);
  place_of_[life.number] = index;
}

void ExactPlant::apply(const Change& change, std::int64_t now_ns) {
  if (change.kind == Change::Kind::ready) {
    const auto life = std::ranges::find(fleet_.lives(), change.replica, &Fleet::Life::number);
    if (life == fleet_.lives().end()) return;  // ready and crashed within the second
    open_place(*life, now_ns);
    return serve_waiting(now_ns);
  }
  const std::uint32_t index = place_of(change.replica);
  if (index == nowhere) return;  // it had not been ready yet
  Place& place = places_[index];
  second_.failed += place.in_flight;
  in_flight_ -= place.in_flight;
  place.settle(now_ns);
  place.in_flight = 0;
  ++place.generation;
  close_place(index);
}

std::uint32_t ExactPlant::place_of(std::uint32_t number) const {
  if (number >= place_of_.size()) return nowhere;
  const std::uint32_t index = place_of_[number];
  return index != nowhere && places_[index].number == number ? index : nowhere;
}

void ExactPlant::close_drained() {
  // Both lists are in the order of starting, but those that took longer to start were opened later.
  for (std::size_t i = open_.size(); i-- > 0;) {
    const std::uint32_t index = open_[i];
    const auto& lives = fleet_.lives();
    const auto life =
        std::ranges::lower_bound(lives, places_[index].number, {}, &Fleet::Life::number);
    const auto at = static_cast<std::size_t>(life - lives.begin());
    const bool stays = life != lives.end() && life->number == places_[index].number &&
                       seen_.replicas[at].phase == scale::Phase::ready;
    if (!stays) close_place(index);
  }
}

void ExactPlant::close_place(std::uint32_t index) {
  Place& place = places_[index];
  if (place.open) open_.erase(std::ranges::find(open_, index));
  place.open = false;
  if (place.in_flight == 0) free_place(index);
}

void ExactPlant::free_place(std::uint32_t index) {
  places_[index].number = nowhere;
  free_.push_back(index);
}

void ExactPlant::show(std::int64_t end_ns) {
  now_ns_ = end_ns;
  const auto whole = [](double count) { return static_cast<std::uint64_t>(count); };
  seen_.arrivals = whole(second_.arrivals);
  seen_.late = whole(second_.late + second_.late_alone);
  seen_.shed = whole(second_.shed);
  seen_.failed = whole(second_.failed);
  seen_.good = latency_.count() - seen_.late;
  seen_.waiting = static_cast<std::int64_t>(queue_.size());
  seen_.service_time_s = attempts_ended_ > 0 ? static_cast<double>(attempts_ns_) * 1e-9 /
                                                   static_cast<double>(attempts_ended_)
                                             : 0;
  seen_.latency_p50_s = seconds(latency_.quantile(0.5));
  seen_.latency_p95_s = seconds(latency_.quantile(0.95));
  seen_.latency_p99_s = seconds(latency_.quantile(0.99));
  show_replicas(end_ns);
}

void ExactPlant::show_replicas(std::int64_t end_ns) {
  seen_.concurrency = 0;
  for (Place& place : places_) {
    place.settle(end_ns);
    seen_.concurrency += static_cast<double>(place.busy_ns) * 1e-9;
  }
  for (std::size_t i = 0; i < seen_.replicas.size(); ++i) {
    scale::ReplicaSeen& replica = seen_.replicas[i];
    const std::uint32_t number = fleet_.lives()[i].number;
    const std::uint32_t index = place_of(number);
    const bool known = index != nowhere;
    replica.age += std::chrono::seconds(1);
    replica.in_flight = known ? places_[index].in_flight : 0;
    replica.cpu_cores =
        known ? static_cast<double>(places_[index].busy_ns) * 1e-9 / workload_.concurrency : 0;
  }
  for (Place& place : places_) place.busy_ns = 0;
}

}  // namespace headroom::prove
