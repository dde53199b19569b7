// Handing requests to connections.
#include "load/pool.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "io/clock.h"

namespace headroom::load {

Pool::Pool(io::Loop& loop, PoolOwner& owner, const Options& options)
    : loop_(loop), owner_(owner), options_(options) {}

void Pool::submit(const Request& request) {
  if (!waiting_.try_push(request)) {
    owner_.explain(fmt::format("more than {} requests waited for a connection", Waiting::limit));
    return owner_.ended(request, std::nullopt, {.reason = Reason::queue_full});
  }
  dispatch();
}

void Pool::dispatch() {
  while (!waiting_.empty() && !interrupted_) {
    if (!idle_.empty()) {
      const Request request = waiting_.pop();
      take_idle().send(request, owner_.id_of(request), owner_.bytes_of(request),
                       io::monotonic_now(), options_.timeout);
    } else if (connecting_ >= waiting_.size() || !open_one()) {
      return;
    }
  }
}

/// Starts one more connection, or fails the request that needed it. False at the limit.
bool Pool::open_one() {
  if (closed_.empty()) {
    if (std::cmp_greater_equal(connections_.size(), options_.connections)) return false;
    connections_.push_back(std::make_unique<Connection>(loop_, *this));
    closed_.push_back(connections_.back().get());
  }
  if (const auto opened = closed_.back()->open(options_.address, options_.timeout); !opened) {
    fail_front(Reason::connect_failed, opened.error().message);
    return true;
  }
  closed_.pop_back();
  ++connecting_;
  return true;
}

void Pool::fail_front(Reason reason, const std::string& error) {
  owner_.explain(error);
  if (!waiting_.empty()) owner_.ended(waiting_.pop(), std::nullopt, {.reason = reason});
}

void Pool::on_connected(Connection& connection) {
  --connecting_;
  ++opened_;
  put_idle(connection);
  dispatch();
}

void Pool::on_connect_failed(Connection& closed, int error) {
  --connecting_;
  closed_.push_back(&closed);
  fail_front(Reason::connect_failed, fmt::format("cannot connect to {}: {}",
                                                 options_.address.text(), std::strerror(error)));
  dispatch();
}

void Pool::on_ended(Connection& connection, const Ending& ending) {
  // The connection is put in its place first: `ended` may submit the next request.
  const Request request = connection.request();
  const Instant sent = connection.sent_at();
  if (connection.is_open())
    put_idle(connection);
  else
    closed_.push_back(&connection);
  if (ending.reason == Reason::closed)
    owner_.explain(
        fmt::format("{} closed a connection before its answer was whole", options_.address.text()));
  if (ending.reason == Reason::bad_answer)
    owner_.explain(fmt::format("{} sent an answer that is not HTTP/1.1", options_.address.text()));
  if (ending.reason == Reason::timeout)
    owner_.explain(fmt::format("{} did not answer within the timeout", options_.address.text()));
  owner_.ended(request, sent, ending);
  dispatch();
}

void Pool::on_idle_closed(Connection& closed) {
  const std::size_t place = closed.idle_place;
  idle_[place] = idle_.back();
  idle_[place]->idle_place = place;
  idle_.pop_back();
  closed_.push_back(&closed);
}

void Pool::put_idle(Connection& connection) {
  connection.idle_place = idle_.size();
  idle_.push_back(&connection);
}

Connection& Pool::take_idle() {
  Connection& connection = *idle_.back();
  idle_.pop_back();
  return connection;
}

void Pool::expire() {
  const Instant now = loop_.now();
  while (!waiting_.empty() && waiting_.front().intended + options_.timeout <= now)
    fail_front(Reason::timeout, fmt::format("no connection to {} became free within the timeout",
                                            options_.address.text()));
}

void Pool::interrupt() {
  interrupted_ = true;
  while (!waiting_.empty())
    owner_.ended(waiting_.pop(), std::nullopt, {.reason = Reason::interrupted});
  for (const auto& connection : connections_) {
    if (!connection->is_busy()) continue;
    const Request request = connection->request();
    const Instant sent = connection->sent_at();
    connection->close();
    owner_.ended(request, sent, {.reason = Reason::interrupted});
  }
}

}  // namespace headroom::load
