// The exact plant: every request is an event.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/histogram.h"
#include "core/random.h"
#include "protect/waiting.h"
#include "prove/arrivals.h"
#include "prove/fleet.h"
#include "prove/physics.h"
#include "prove/place.h"
#include "prove/tally.h"
#include "prove/timeline.h"

namespace headroom::prove {

/// Requests come at random moments within their second, wait in the gateway's own queue, go where
/// the gateway's own balancer sends them, and stay there as long as their service time, their
/// replica's neighbours, contention and pauses make them. When an end is due is known when a
/// request is sent off; a crash before then makes it fail.
class ExactPlant final : public Physics {
 public:
  ExactPlant(const Scenario& scenario, std::uint64_t seed);

  void live(std::size_t second) override;
  [[nodiscard]] const scale::ServiceSeen& seen() const override { return seen_; }
  void want(int replicas) override;
  [[nodiscard]] Score score() override;

 private:
  static constexpr std::uint32_t nowhere = UINT32_MAX;

  /// Requests that are treated alike: those of a route, or all.
  struct Kind {
    const Distribution* service_time = nullptr;
    double share_to = 1;  // its share and that of the kinds before
    std::int64_t objective_ns = 0;
    std::uint8_t rank = 0;
  };
  /// A request that came.
  struct Request {
    std::int64_t arrived_ns = 0;
    double service_s = -1;  // as recorded; negative: drawn when it is sent
    std::uint8_t kind = 0;
  };
  /// A request at a replica.
  struct Flight {
    std::int64_t arrived_ns = 0;
    std::int64_t sent_ns = 0;
    std::uint32_t place = 0;
    std::uint32_t generation = 0;
    std::int32_t in_flight = 0;  // there, when it was sent, itself included
    std::uint8_t kind = 0;
    bool late_alone = false;
  };
  /// A request at the door.
  struct Waiting : protect::Waiter {
    Request request;
  };

  void sort_kinds();
  [[nodiscard]] std::uint8_t draw_kind();
  void draw_arrivals(std::int64_t begin_ns);
  void advance_to(std::int64_t until_ns);
  void arrive(const Request& request);
  [[nodiscard]] bool send(const Request& request, std::int64_t now_ns);
  /// Requires a place with room for it.
  void work_on(const Request& request, std::uint32_t place, std::int64_t now_ns);
  void end_next();
  void serve_waiting(std::int64_t now_ns);
  void shed_impatient(std::int64_t now_ns);
  void let_go(Waiting& waiting);

  void apply(const Change& change, std::int64_t now_ns);
  void open_place(const Fleet::Life& life, std::int64_t now_ns);
  /// Of a replica that has been ready and is not gone; nowhere when there is none.
  [[nodiscard]] std::uint32_t place_of(std::uint32_t number) const;
  /// Sends nothing more to replicas that are not ready any longer.
  void close_drained();
  void close_place(std::uint32_t index);
  void free_place(std::uint32_t index);

  void show(std::int64_t end_ns);
  void show_replicas(std::int64_t end_ns);

  const Workload& workload_;
  const World& world_;
  std::int64_t patience_ns_;
  scale::ServiceSeen seen_;
  Fleet fleet_;
  Arrivals arrivals_;
  const Recording* recorded_;
  Random random_;
  Distribution gaps_ = Distribution::exponential(1);
  std::vector<Kind> kinds_;          // at least one
  std::uint8_t ranks_ = 1;           // of the queue that are in use
  std::vector<double> stretch_;      // by requests in flight
  std::vector<std::size_t> levels_;  // of ByConcurrency, by requests in flight

  std::vector<Place> places_;
  std::vector<std::uint32_t> open_;      // places that take requests
  std::vector<std::uint32_t> free_;      // places that nobody has
  std::vector<std::uint32_t> place_of_;  // by the replica's number; may be somebody else's by now

  Timeline ends_;
  std::vector<Flight> flights_;
  std::vector<std::uint32_t> free_flights_;
  std::int64_t in_flight_ = 0;

  protect::WaitingQueue queue_{SIZE_MAX};
  std::deque<Waiting> waiting_;  // addresses stay; they leave the queue when they are destroyed
  std::vector<Waiting*> free_waiting_;

  // The second that is lived through.
  std::int64_t now_ns_ = 0;        // its end
  std::vector<std::int64_t> due_;  // its arrivals, in order
  std::vector<double> gap_sums_;
  std::size_t next_due_ = 0;
  std::size_t recorded_before_ = 0;  // requests of earlier seconds
  Second second_;
  Histogram latency_;  // of requests that ended in it
  std::int64_t attempts_ended_ = 0;
  std::int64_t attempts_ns_ = 0;
  Histogram total_;  // of the scored seconds
  Tally tally_;
};

}  // namespace headroom::prove
