// What happens to a request when its time is over, and how long each of its phases may take.
#include "gateway/exchange.h"
#include "gateway/worker.h"
#include "io/clock.h"

namespace headroom::gateway {

void Exchange::on_deadline() {
  const bool waiting = state_ == State::waiting;
  if (client_stalls()) {
    answer({408, "client_too_slow", "http_request_error",
            "the client took longer than the route's timeout",
            past_objective() ? Outcome::late : Outcome::gone});
    return continue_connection();
  }
  if (waiting && pool().replica_count() == 0) {
    waited_in_vain();
    return continue_connection();
  }
  answer({504, waiting ? "deadline_in_queue" : "timeout",
          waiting ? "connection_limit_reached" : "http_response_timeout",
          waiting ? "the route's timeout was over before a replica was free"
                  : "the replica did not answer within the route's timeout",
          waiting ? Outcome::shed : Outcome::failed});
  continue_connection();
}

void Exchange::on_phase() {
  phase_over();
  continue_connection();
}

void Exchange::phase_over() {
  switch (state_) {
    case State::reading_head:
      keep_client_ = false;
      ++worker_.stats().refused["head_timeout"];
      return answer({408, "head_timeout", "http_request_error",
                     "the request's head did not arrive in time", Outcome::failed});
    case State::waiting:
      return waited_in_vain();
    case State::connecting:
      (void)upstream_broke("connect_timeout");
      return;
    case State::reading_body:
    case State::relaying:
    case State::delivering:
      return silence();
    case State::answering:
      record(planned_);
      return close_client(false);
    case State::idle:
      return;
  }
}

void Exchange::waited_in_vain() {
  if (pool().replica_count() == 0) {
    return answer({503, "no_replica", "destination_unavailable",
                   "no replica of the service is ready", Outcome::shed});
  }
  if (objective_ends_wait_) return refuse_to_wait();
  answer({503, "queue_timeout", "connection_limit_reached",
          "no replica was free within the queue's wait", Outcome::shed});
}

void Exchange::refuse_to_wait() {
  answer({503, "deadline_unreachable", "connection_limit_reached",
          "all replicas are busy, and none will be free in time for the objective", Outcome::shed});
}

Duration Exchange::patience_left() const {
  return protect::patience(route_->ref->route->objective.latency, route_->service_time->mean()) -
         latency();
}

void Exchange::progressed() {
  const spec::Timeouts& timeouts = route_->ref->route->timeouts;
  if (response_started_ || !request_sent_)
    worker_.loop().arm(phase_, timeouts.idle);
  else if (timeouts.first_byte > Duration{})
    worker_.loop().arm(phase_, timeouts.first_byte);
  else
    worker_.loop().disarm(phase_);  // the route's total timeout alone
}

void Exchange::silence() {
  if (client_stalls()) {
    return answer({408, response_started_ ? "client_read_timeout" : "body_timeout",
                   "http_request_error", "the client neither sent nor read for too long",
                   past_objective() ? Outcome::late : Outcome::gone});
  }
  answer({504, request_sent_ && !response_started_ ? "first_byte_timeout" : "idle_timeout",
          "http_response_timeout", "the replica was silent for too long", Outcome::failed});
}

bool Exchange::client_stalls() const {
  if (state_ == State::delivering) return true;
  if (state_ == State::relaying && response_started_) return !client_out_.empty();
  return body_awaited();
}

bool Exchange::body_awaited() const {
  if (state_ == State::reading_body) return true;
  return state_ == State::relaying && !response_started_ && !request_complete_ &&
         upstream_out_.empty();
}

void Exchange::note_body_wait() {
  const bool open = body_wait_since_ != Instant{};
  if (body_awaited() == open) return;
  body_waited_ = body_waited();
  body_wait_since_ = open ? Instant{} : io::monotonic_now();
}

Duration Exchange::body_waited() const {
  if (body_wait_since_ == Instant{}) return body_waited_;
  return body_waited_ + (io::monotonic_now() - body_wait_since_);
}

Duration Exchange::age() const {
  return io::monotonic_now() - started_;
}

Duration Exchange::latency() const {
  return (stream_ ? stream_begun_ - started_ : age()) - body_waited();
}

Duration Exchange::attempt_latency(Instant now) const {
  const Instant until = stream_ ? stream_begun_ : now;
  return until - sent_ - (body_waited() - waited_before_attempt_);
}

Duration Exchange::latency_in_force() const {
  const spec::Route& own = *route_->ref->route;
  if (table_ == worker_.table()) return own.objective.latency;
  const auto& routes = worker_.table()->generation->routes;
  const auto now =
      std::ranges::find(routes, own.name, [](const RouteRef& r) { return r.route->name; });
  return now == routes.end() ? own.objective.latency : now->route->objective.latency;
}

bool Exchange::past_objective() const {
  return late(latency());
}

bool Exchange::late(Duration latency) const {
  return route_ != nullptr && latency > route_->ref->route->objective.latency;
}

}  // namespace headroom::gateway
