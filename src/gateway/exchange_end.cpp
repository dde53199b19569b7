// How a request ends: answered, retried, given up by its client, or cut short. Exactly once.
#include <fmt/format.h>

#include "gateway/client_connection.h"
#include "gateway/exchange.h"
#include "gateway/reasons.h"
#include "gateway/worker.h"
#include "http/reason.h"
#include "io/clock.h"

namespace headroom::gateway {
namespace {

constexpr int retry_after_s = 1;  // with every 503: the queue turns over in this time

std::string_view query_of(const http::RequestHead& head) {
  const bool has_one = head.target.size() > head.path.size();
  return has_one ? head.target.substr(head.path.size() + 1) : "";
}

}  // namespace

/// headroom itself has told the replica to end, for its drain was over. That began a moment before
/// this worker heard of it.
bool Exchange::replica_stopped() const {
  constexpr Duration heard_within = std::chrono::milliseconds(250);
  const auto& run = route_->ref->service->run;
  const Duration left = permit_.upstream->retired_for(worker_.loop().now());
  return run && left >= Duration{} && left + heard_within >= run->drain;
}

Exchange::Life Exchange::upstream_shortage() {
  end_attempt(protect::AttemptEnd::abandoned, false);
  answer({503, "local_resources", "proxy_internal_error",
          "the gateway has no memory for what goes to or comes from a replica", Outcome::failed});
  return Life::ended;
}

Exchange::Life Exchange::upstream_broke(std::string_view what) {
  const bool connecting = state_ != State::relaying;
  const bool unanswered =
      !connecting && !response_started_ && upstream_in_.position() == 0 && upstream_in_.empty();
  // A kept connection that the replica closed just now, before it could see this request.
  const bool stale = unanswered && upstream_->reused;
  const bool stopped = !connecting && replica_stopped();
  const bool harmless =
      unanswered && (stale || stopped) && http::idempotent(request_.head().method);
  const bool may_repeat = connecting || harmless;
  // A refusal costs no time, so it may come on top of a dead kept connection.
  const bool retry = may_repeat && replayable_ && attempts_ <= (what == "connect" ? 2 : 1);
  avoid_ = permit_.upstream->shared_replica();
  if (stale)
    drop_attempt();
  else
    end_attempt(stopped ? protect::AttemptEnd::abandoned : protect::AttemptEnd::broke, false);
  if (retry) {
    ++pool().stats().retries;
    worker_.loop().disarm(phase_);
    readmit(stale);
    return Life::ended;
  }
  if (stopped && stream_ && response_sent_) {  // it would have gone on for ever
    record(planned_);
    close_client(true);
    return Life::ended;
  }
  if (stopped) {
    answer({502, "replica_stopped", "http_response_incomplete",
            "headroom stopped the replica before its answer was whole", Outcome::failed});
    return Life::ended;
  }
  const bool timeout = what == "connect_timeout";
  const http::ResponseFault fault = http::explain_response(what);
  answer({timeout ? 504 : 502, connecting ? (timeout ? what : "connect_failed") : what,
          connecting ? (timeout ? "connection_timeout" : "connection_refused")
                     : (unanswered ? "connection_terminated" : fault.proxy_error),
          connecting ? "no connection to the replica could be made" : fault.detail,
          Outcome::failed});
  return Life::ended;
}

void Exchange::answer(const Cause& cause) {
  leave_queue();
  worker_.loop().disarm(deadline_);
  if (request_id_.empty()) name_request();
  if (cause.status < 500)
    drop_attempt();  // the client's fault says nothing of the replica
  else if (permit_.upstream != nullptr)
    end_attempt(protect::AttemptEnd::broke, false);
  reason_ = cause.reason;
  planned_ = cause.outcome;
  if (response_sent_) {  // part of another answer is on its way: only closing tells the client
    record(cause.outcome);
    // Without a frame the end of the stream would look like the end of the body. Otherwise answers
    // to earlier requests may still be on their way, which a reset would destroy.
    if (to_http10_) client_->reset_on_close();
    return close_client(!to_http10_);
  }
  if (response_started_) client_out_.clear();  // it has not seen any of it
  bytes_out_ = 0;
  status_ = cause.status;
  keep_client_ = keep_client_ && request_complete_ && !worker_.draining();
  const http::Problem problem{.status = cause.status,
                              .reason = cause.reason,
                              .proxy_error = cause.proxy_error,
                              .detail = cause.detail,
                              .request_id = request_id_,
                              .retry_after_s = cause.status == 503 ? retry_after_s : 0,
                              .keep_alive = keep_client_,
                              .to_head_request = attempted().method == "HEAD"};
  client_out_.commit(http::write_problem(problem, client_out_.writable()));
  send_answer();
}

void Exchange::answer_for_server() {
  status_ = 200;
  keep_client_ = keep_client_ && request_complete_ && !worker_.draining();
  client_out_.commit(http::write_server_options(request_id_, keep_client_, client_out_.writable()));
  send_answer();
}

void Exchange::send_answer() {
  response_started_ = true;
  state_ = State::answering;
  worker_.loop().arm(phase_, table_->generation->config.gateway.head_timeout);
  if (flush_client() == Life::running && client_out_.empty()) finish();
}

void Exchange::refuse(int status, std::string_view reason, std::string_view proxy_error) {
  ++worker_.stats().refused[reason];
  answer({status, reason, proxy_error, http::explain_request(reason), Outcome::failed});
}

void Exchange::not_routed(Router::Miss miss) {
  Cause cause{404, "no_route", "destination_not_found", "no route matches this host and path",
              Outcome::failed};
  if (miss == Router::Miss::method_not_allowed)
    cause = {405, "method_not_allowed", "destination_not_found",
             "the route does not allow this method", Outcome::failed};
  if (miss == Router::Miss::unknown_host)
    cause = {421, "unknown_host", "destination_not_found", "no service here has this host",
             Outcome::failed};
  ++worker_.stats().refused[cause.reason];
  answer(cause);
}

void Exchange::name_request() {
  const http::RequestHead& head = request_.head();
  request_id_ = http::valid_request_id(head);
  if (request_id_.empty()) {
    const auto end = fmt::format_to_n(made_id_.data(), made_id_.size(), "{:016x}{:016x}",
                                      worker_.random().next(), worker_.random().next());
    request_id_ = {made_id_.data(), end.size};
  }
  traceparent_ = http::valid_traceparent(head);
  if (traceparent_.empty()) {
    // Not marked sampled: headroom records no span that a trace could show.
    const auto end =
        fmt::format_to_n(made_trace_.data(), made_trace_.size(), "00-{:016x}{:016x}-{:016x}-00",
                         worker_.random().next(), worker_.random().next(), worker_.random().next());
    traceparent_ = {made_trace_.data(), end.size};
  }
}

void Exchange::client_gone() {
  if (state_ != State::reading_head && state_ != State::idle) {
    // Whoever leaves a stream has had what was promised once it had begun.
    const bool ends = state_ == State::answering || (stream_ && response_sent_);
    if (!ends) reason_ = "client_gone";
    const Outcome unanswered = past_objective() ? Outcome::late : Outcome::gone;
    record(ends ? planned_ : unanswered);
  }
  close_client(false);
}

void Exchange::end_attempt(protect::AttemptEnd end, bool reusable) {
  const Instant now = io::monotonic_now();
  const Duration latency = attempt_latency(now);
  attempt_took_ = latency;
  pool().attempt_ended(permit_, end, latency > latency_in_force(), latency, now);
  if (end == protect::AttemptEnd::answered) route_->service_time->record(latency);
  if (upstream_ != nullptr) {
    upstream_->exchange = nullptr;
    if (reusable) permit_.upstream->keep(std::move(upstream_), now);
    upstream_.reset();
  }
  pool().give_back(permit_, now);
  worker_.serve_waiters(pool());
}

void Exchange::drop_attempt() {
  if (permit_.upstream == nullptr) return;
  attempt_took_ = attempt_latency(io::monotonic_now());
  // Time that passed within the objective says nothing of the replica; beyond, it was late.
  if (attempt_took_ > latency_in_force()) return end_attempt(protect::AttemptEnd::abandoned, false);
  upstream_.reset();
  pool().give_back(permit_, io::monotonic_now());
  worker_.serve_waiters(pool());
}

void Exchange::leave_queue() {
  if (!waiting()) return;
  note_queue_wait();
  pool().leave(*this);
  worker_.serve_waiters(pool());
}

void Exchange::note_queue_wait() {
  const Duration waited = io::monotonic_now() - waiting_since();
  waited_ += waited;
  pool().stats().queue_wait.record(waited);
}

http::Attempt Exchange::attempted() const {
  if (!head_read_) return request_.attempt();
  return {request_.head().method_text, request_.head().path};
}

void Exchange::record(Outcome outcome) {
  if (recorded_) return;
  recorded_ = true;
  const Duration took = latency();
  if (outcome == Outcome::good && late(took)) outcome = Outcome::late;
  if (outcome == Outcome::failed && reason_.empty()) reason_ = reason_upstream_5xx;
  if (route_ != nullptr) {
    RouteStats& stats = *route_->stats;
    ++stats.outcomes[static_cast<std::size_t>(outcome)];
    ++stats.answers[static_cast<std::size_t>(status_ / 100) % status_classes];
    if (outcome == Outcome::good || outcome == Outcome::late)
      stats.latency.record(took);
    else if (outcome != Outcome::gone)
      ++stats.reasons[reason_];
  }
  const bool refused = outcome == Outcome::gone && reason_ != "client_gone";
  const bool remarkable = refused || outcome == Outcome::shed || outcome == Outcome::failed;
  if (!worker_.access_log().wants(remarkable, worker_.random())) return;
  const bool routed = route_ != nullptr;
  const http::Attempt attempt = attempted();
  const std::string client = origin_.client.text();
  worker_.access_log().write({
      .at = io::wall_now(),
      .request_id = request_id_,
      .traceparent = traceparent_,
      .service = routed ? std::string_view(route_->ref->service->name) : "",
      .route = routed ? std::string_view(route_->ref->route->name) : "",
      .client = client,
      .peer = client != client_->peer() ? std::string_view(client_->peer()) : "",
      .method = attempt.method,
      .host = head_read_ ? request_.head().host : "",
      .path = attempt.path,
      .query = head_read_ ? query_of(request_.head()) : "",
      .replica = replica_id_,
      .outcome = name(outcome),
      .reason = reason_,
      .status = status_,
      .attempts = attempts_,
      .bytes = bytes_out_,
      .latency = took,
      .waited = waited_,
      .upstream =
          permit_.upstream != nullptr ? attempt_latency(io::monotonic_now()) : attempt_took_,
      .body = body_waited(),
  });
}

void Exchange::finish() {
  record(status_ >= 500 && planned_ == Outcome::good ? Outcome::failed : planned_);
  worker_.loop().disarm(deadline_);
  worker_.loop().disarm(phase_);
  if (!keep_client_ || !request_complete_) return close_client(true);
  client_->idle_since = worker_.loop().now();
  forget_request();
  client_in_.compact();
  state_ = State::idle;
  again_ = true;  // the client may have sent the next request already
}

void Exchange::go_idle() {
  ClientConnection& client = *client_;
  client.exchange = nullptr;
  state_ = State::idle;
  client_ = nullptr;
  table_.reset();
  worker_.loop().disarm(phase_);
  worker_.release(*this);
}

void Exchange::close_client(bool linger) {
  leave_queue();
  drop_attempt();
  worker_.loop().disarm(deadline_);
  worker_.loop().disarm(phase_);
  forget_request();
  again_ = false;
  ClientConnection& client = *client_;
  go_idle();
  if (linger)
    client.linger(worker_.loop().now());
  else
    worker_.close(client);
}

void Exchange::abort() {
  if (state_ == State::idle) return;
  if (state_ == State::answering) {
    record(planned_);
  } else if (state_ != State::reading_head) {
    const bool ends = stream_ && response_sent_;  // it would have gone on for ever
    if (!ends) reason_ = "shutdown";
    record(ends ? planned_ : Outcome::failed);
  }
  close_client(false);
}

void Exchange::forget_request() {
  route_ = nullptr;
  avoid_.reset();
  request_complete_ = recorded_ = false;
  response_started_ = response_sent_ = response_complete_ = request_sent_ = stream_ = false;
  upstream_closed_ = upstream_error_ = continue_sent_ = head_read_ = false;
  replayable_ = true;
  attempts_ = 0;
  status_ = 0;
  waited_ = attempt_took_ = body_waited_ = {};
  body_wait_since_ = {};
  upstream_head_size_ = 0;
  reason_ = replica_id_ = request_id_ = traceparent_ = {};
  planned_ = Outcome::good;
  bytes_out_ = 0;
  client_out_.clear();
}

}  // namespace headroom::gateway
