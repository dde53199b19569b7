// A request's way to a replica: read, routed, admitted, perhaps waiting, then sent.
#include "gateway/exchange.h"

#include <sys/epoll.h>

#include "gateway/client_connection.h"
#include "gateway/worker.h"
#include "io/clock.h"
#include "io/descriptors.h"

namespace headroom::gateway {
namespace {

// Begun by one connection before the others have their turn: a client may send any number at once.
constexpr int requests_per_turn = 16;

http::Limits limits_of(const Table& table) {
  const spec::Gateway& gateway = table.generation->config.gateway;
  return {.head_bytes = static_cast<std::size_t>(gateway.head.bytes),
          .header_count = static_cast<std::size_t>(gateway.head.fields),
          .target_bytes = static_cast<std::size_t>(gateway.head.target_bytes),
          .body_bytes = gateway.body_max_bytes};
}

std::uint8_t rank(const RouteEntry& route) {
  return static_cast<std::uint8_t>(route.ref->route->priority);
}

}  // namespace

Exchange::Exchange(Worker& worker)
    : worker_(worker),
      request_(limits_of(*worker.table())),
      response_(http::Limits{}),
      deadline_([this] { on_deadline(); }),
      phase_([this] { on_phase(); }) {}

ServicePool& Exchange::pool() const {
  return *route_->pool;
}

void Exchange::start(ClientConnection& client, std::uint32_t events) {
  client_ = &client;
  client.exchange = this;
  request_.reopen();
  client_readable_ = true;
  client_closing_ = (events & EPOLLRDHUP) != 0;
  client_in_.clear();
  again_ = true;
  continue_connection();
}

void Exchange::continue_connection() {
  if (continuing_) return;  // called from within: the loop below goes on
  continuing_ = true;
  for (int begun = 0; again_; ++begun) {
    if (begun == requests_per_turn) {
      worker_.loop().again(*client_, EPOLLIN);
      break;
    }
    again_ = false;
    begin_request();
  }
  continuing_ = false;
}

void Exchange::begin_request() {
  state_ = State::reading_head;
  table_ = worker_.table();
  started_ = worker_.loop().now();
  head_read_ = false;
  origin_ = {.client = client_->source()};
  request_.limit(limits_of(*table_));
  request_.reset();
  worker_.loop().arm(phase_, table_->generation->config.gateway.head_timeout);
  read_head();
}

void Exchange::on_client(std::uint32_t events) {
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) return client_gone();
  if ((events & EPOLLIN) != 0) client_readable_ = true;
  if ((events & EPOLLRDHUP) != 0) {
    // HTTP lets a client end its stream behind its request and still have the answer, and TCP does
    // not tell that from one that has closed. At a replica it gets its answer; what waits is
    // dropped, as with too much to do the place belongs to somebody who is sure to want it.
    if (state_ == State::waiting && !client_closing_) return client_gone();
    client_readable_ = client_closing_ = true;
  }
  advance();
  continue_connection();
}

void Exchange::on_upstream(std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) upstream_readable_ = true;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) upstream_closed_ = true;
  if ((events & EPOLLERR) != 0) upstream_error_ = true;
  if (state_ != State::connecting)
    advance();
  else if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
    connected();
  continue_connection();
}

void Exchange::advance() {
  switch (state_) {
    case State::reading_head:
      return read_head();
    case State::reading_body:
      if (flush_client() == Life::running) collect_body();
      return;
    case State::relaying:
      if (pump_request() == Life::ended) return;
      note_body_wait();
      (void)pump_response();
      return;
    case State::delivering:
    case State::answering:
      if (flush_client() == Life::running && client_out_.empty()) finish();
      return;
    case State::idle:
    case State::waiting:
    case State::connecting:
      return;  // what is readable stays in the kernel until there is somewhere to send it
  }
}

void Exchange::read_head() {
  while (true) {
    const bool opened = client_->opened();
    const http::Step step =
        opened ? request_.next(client_in_.readable()) : client_->open(client_in_.readable());
    client_in_.consume(step.consumed);
    if (step.event == http::Event::head) return route();
    if (step.event == http::Event::complete) {  // requests may begin
      origin_ = {.client = client_->source()};
      client_in_.compact();
      continue;
    }
    if (step.event == http::Event::refused && !opened) return close_client(false);
    if (step.event == http::Event::refused) {
      keep_client_ = false;
      return refuse(request_.refusal().status, request_.refusal().reason, "http_request_error");
    }
    if (!client_readable_) {
      if (client_in_.empty() && !request_.started()) go_idle();  // nothing has come yet
      return;
    }
    if (read_client() == Life::ended) return;
  }
}

void Exchange::route() {
  worker_.loop().disarm(phase_);
  started_ = worker_.loop().now();
  head_end_ = client_in_.position();
  const http::RequestHead& head = request_.head();
  head_read_ = true;
  if (!client_->source_hidden())
    origin_ = http::read_origin(head, client_->source(),
                                table_->generation->config.gateway.trusted_proxies);
  keep_client_ = head.keep_alive;
  to_http10_ = head.minor_version == 0;
  if (head.framing == http::Framing::none) {
    request_complete_ = request_.next(client_in_.readable()).event == http::Event::complete;
    CHECK(request_complete_);
  }
  name_request();
  if (head.target == "*") return answer_for_server();
  if (head.has_via && http::came_through(head.headers, worker_.pseudonym()))
    return refuse(508, "loop", "proxy_loop_detected");
  const Router* router = table_->generation->router(client_->listener);
  if (router == nullptr) keep_client_ = false;  // its listener is gone
  const Router::Match match =
      router != nullptr ? router->find(head) : Router::Match{nullptr, Router::Miss::unknown_host};
  if (!match.refusal.empty()) return refuse(400, match.refusal, "http_request_error");
  if (match.route == nullptr) return not_routed(match.miss);
  route_ = &table_->routes[match.route->index];
  ++route_->stats->arrivals;
  const Duration total = route_->ref->route->timeouts.total;
  const bool bounded = total != spec::Timeouts::none;
  if (bounded) worker_.loop().arm(deadline_, total);
  // Where answers may be streams without an end, requests may be: they are not waited for.
  if (request_complete_ || !bounded) return admit();
  read_body();
}

void Exchange::admit() {
  if (auto permit = pool().admit(rank(*route_), avoided(), worker_.loop().now(), worker_.random()))
    return dispatch(std::move(*permit));
  wait_for_place();
}

void Exchange::readmit(bool to_anywhere) {
  auto permit = pool().admit(rank(*route_), avoided(), worker_.loop().now(), worker_.random());
  if (permit) return dispatch(std::move(*permit));
  // A kept connection that was closed says little of the replica. Whoever waited for another one
  // would hold up those behind it while this one is free.
  if (to_anywhere) avoid_.reset();
  admit();
}

void Exchange::wait_for_place() {
  // Who waits for the first replica to start is not held to an objective that leaves no time for
  // it.
  const bool cold = pool().replica_count() == 0;
  const Duration left = patience_left();
  if (!cold && protect::in_vain(pool().crowd(rank(*route_), worker_.loop().now()), left))
    return refuse_to_wait();
  const auto joined = pool().join(*this, rank(*route_), io::monotonic_now());
  if (!joined.accepted) {
    return answer({503, "queue_full", "connection_limit_reached",
                   "all replicas are busy and the queue is full", Outcome::shed});
  }
  state_ = State::waiting;
  const Duration queue_wait = table_->generation->config.gateway.queue.wait;
  objective_ends_wait_ = !cold && left < queue_wait;
  const Duration longest = objective_ends_wait_ ? left : queue_wait;
  worker_.loop().arm(phase_, cold ? std::max(queue_wait, pool().cold_start()) : longest);
  ServicePool& waited_for = pool();
  // From here on this exchange may be served, displaced or ended by what the others do.
  if (joined.displaced != nullptr)
    worker_.tell_displaced(static_cast<Exchange&>(*joined.displaced));
  // A place that another worker freed before it could see the note would be nobody's.
  worker_.serve_waiters(waited_for);
}

void Exchange::granted(Permit permit) {
  worker_.loop().disarm(phase_);
  note_queue_wait();
  dispatch(std::move(permit));
  continue_connection();
}

void Exchange::displaced() {
  note_queue_wait();
  answer({503, "displaced", "connection_limit_reached",
          "a more important request took this one's place in the queue", Outcome::shed});
  continue_connection();
}

void Exchange::dispatch(Permit permit) {
  permit_ = std::move(permit);
  ++attempts_;
  sent_ = worker_.loop().now();
  waited_before_attempt_ = body_waited();
  response_.limit(limits_of(*table_));
  response_.reset(request_.head().method == http::Method::head);
  response_started_ = response_sent_ = response_complete_ = false;
  upstream_readable_ = upstream_closed_ = upstream_error_ = false;
  upstream_in_.clear();
  note_replica();

  if (upstream_head_size_ > 0)
    refresh_upstream_head();
  else if (!write_upstream_head())
    return refuse_long_head();
  // A second attempt asks for a new connection: the kept ones may all be as stale as the first.
  if (attempts_ == 1) upstream_ = permit_.upstream->take_idle();
  if (upstream_ != nullptr) {
    upstream_->exchange = this;
    return connected();
  }
  state_ = State::connecting;
  auto connection = permit_.upstream->connect();
  if (!connection && connection.error().code == ErrorCode::exhausted)
    return without_new_connection();
  if (!connection) {
    (void)upstream_broke("connect");
    return;
  }
  ++pool().stats().connects;
  upstream_ = std::move(*connection);
  upstream_->exchange = this;
  worker_.loop().arm(phase_, route_->ref->route->timeouts.connect);
}

void Exchange::connected() {
  if (const int error = upstream_->connected ? 0 : io::connect_result(upstream_->fd())) {
    if (io::is_shortage(error)) return without_new_connection();
    (void)upstream_broke("connect");
    return;
  }
  upstream_->connected = true;
  state_ = State::relaying;
  request_sent_ = false;
  progressed();
  tell_to_continue();
  advance();
}

void Exchange::without_new_connection() {
  worker_.loop().disarm(phase_);
  upstream_.reset();
  // With its connection: giving the place back below may serve others, who would take that.
  auto other = pool().take_connected(avoided(), worker_.loop().now());
  drop_attempt();
  if (!other) {
    return answer({503, "local_resources", "proxy_internal_error",
                   "the gateway has no descriptor, port or memory for a connection to a replica",
                   Outcome::failed});
  }
  permit_ = std::move(other->permit);
  note_replica();
  upstream_ = std::move(other->connection);
  upstream_->exchange = this;
  connected();
}

void Exchange::note_replica() {
  const std::string& id = permit_.upstream->replica().id;
  replica_id_ = {replica_name_.data(), id.copy(replica_name_.data(), replica_name_.size())};
}

}  // namespace headroom::gateway
