// What a replica makes of the requests it gets.
#include "replica.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "core/result.h"

namespace headroom::state {

void ReplicaConnection::on_bytes(std::string_view bytes) {
  while (!dead()) {
    const MessageReader::Item item = reader_.next(bytes);
    bytes.remove_prefix(item.consumed);
    switch (item.event) {
      case MessageReader::Event::more:
        if (bytes.empty()) return;
        continue;
      case MessageReader::Event::head:
        head();
        break;
      case MessageReader::Event::body:
        body(item.body);
        break;
      case MessageReader::Event::end:
        request_is_whole();
        break;
      case MessageReader::Event::bad:
        return ledger_.violated(plan_.id, "framing", "the gateway sent what is no HTTP request");
    }
  }
}

void ReplicaConnection::head() {
  const std::uint64_t id = id_named(reader_.first_line());
  const std::uint64_t named = id_named(reader_.field("x-request-id"));
  if (id == UINT64_MAX || id != named || id >= ledger_.all().size())
    return ledger_.violated(
        "mixed", fmt::format("a replica got the request {} named {}", reader_.first_line(),
                             reader_.field("x-request-id")));
  plan_ = request_plan(ledger_.seed(), id);
  Seen& seen = ledger_.of(id);
  ledger_.note(reactor_.now(), id, "reaches a replica", static_cast<std::uint64_t>(++seen.reached));
  if (!seen.begun) ledger_.violated(id, "mixed", "a request that nobody sent");
  if (seen.reached > (plan_.repeatable() ? 2 : 1))
    ledger_.violated(id, "repeated",
                     fmt::format("{} reached replicas {} times", plan_.method, seen.reached));
  if (!reader_.first_line().starts_with(plan_.method))
    ledger_.violated(id, "mixed", fmt::format("came as {}", reader_.first_line()));
  whole_ = false;
  reader_.begin_body(Framing::none);
  play(replica_script(plan_));
  go_on();
}

void ReplicaConnection::body(std::string_view bytes) {
  const std::uint64_t before = reader_.body_so_far() - bytes.size();
  const std::size_t differ = first_difference(plan_.id, Side::request, before, bytes);
  if (differ != std::string_view::npos)
    ledger_.violated(plan_.id, "request_bytes",
                     fmt::format("the request's body differs from byte {} on", before + differ));
  go_on();
}

void ReplicaConnection::request_is_whole() {
  ledger_.note(reactor_.now(), plan_.id, "request whole at the replica", reader_.body_so_far());
  if (reader_.body_so_far() != plan_.size || plan_.bad_chunk)
    ledger_.violated(plan_.id, "request_short",
                     fmt::format("a replica was told that {} of {} bytes are all of the request",
                                 reader_.body_so_far(), plan_.size));
  const std::string& trailers = reader_.trailers();
  if (!trailers.empty() && trailers != fmt::format("x-tail: {}\r\n", name_of(plan_.id)))
    ledger_.violated(plan_.id, "mixed", "the request's trailers are those of another: " + trailers);
  whole_ = true;
  reader_.reset();
  go_on();
}

bool ReplicaConnection::is_met(const Step& step) {
  return whole_ || reader_.body_so_far() >= step.size;
}

void ReplicaConnection::on_leaving(const Step& step) {
  ledger_.note(reactor_.now(), plan_.id, "replica leaves");
  ledger_.note(reactor_.now(), plan_.id, name(step.what));
}

void ReplicaConnection::on_end(End how) {
  if (!whole_)
    ledger_.note(reactor_.now(), plan_.id,
                 how == End::reset ? "gateway resets the replica" : "gateway leaves the replica");
  close();
}

ReplicaServer::ReplicaServer(Reactor& reactor, Ledger& ledger)
    : reactor_(reactor), ledger_(ledger) {
  auto listening = io::listen_on(io::Address::loopback(0));
  CHECK(listening.has_value());
  listener_ = std::move(*listening);
  address_ = *io::local_address(listener_.get());
  reactor_.add(*this, listener_.get(), EPOLLIN);
}

ReplicaServer::~ReplicaServer() {
  die();
}

void ReplicaServer::die() {
  if (!listener_) return;
  reactor_.remove(*this, listener_.get());
  listener_.reset();
  for (const auto& connection : connections_) connection->reset_now();
}

void ReplicaServer::on_ready(std::uint32_t /*events*/) {
  io::Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return;
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connections_.push_back(std::make_unique<ReplicaConnection>(reactor_, ledger_, std::move(fd)));
}

void ReplicaServer::sweep() {
  std::erase_if(connections_, [](const auto& connection) { return connection->dead(); });
}

}  // namespace headroom::state
