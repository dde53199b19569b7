// A replica: reads requests, holds their bytes against the plan and answers as the plan says.
#pragma once

#include <memory>
#include <vector>

#include "gateway/replica.h"
#include "io/socket.h"
#include "ledger.h"
#include "message_reader.h"
#include "peer.h"

namespace headroom::state {

class ReplicaConnection final : public Peer {
 public:
  ReplicaConnection(Reactor& reactor, Ledger& ledger, io::Fd fd)
      : Peer(reactor, std::move(fd), Side::answer), ledger_(ledger) {}

 private:
  void on_bytes(std::string_view bytes) override;
  void on_end(End how) override;
  bool is_met(const Step& step) override;
  void on_mark(const Step& /*step*/) override {}
  void on_leaving(const Step& /*step*/) override;

  void head();
  void body(std::string_view bytes);
  void request_is_whole();

  Ledger& ledger_;
  MessageReader reader_;
  RequestPlan plan_;
  bool whole_ = true;  // no request is being read
};

/// A listener with its connections, known to the gateway under one or more ids in turn.
class ReplicaServer final : public Handler {
 public:
  ReplicaServer(Reactor& reactor, Ledger& ledger);
  ~ReplicaServer() override;
  ReplicaServer(const ReplicaServer&) = delete;
  ReplicaServer& operator=(const ReplicaServer&) = delete;

  [[nodiscard]] const io::Address& address() const { return address_; }
  /// Dies: nobody can connect, and what was connected is reset.
  void die();
  void sweep();

  void on_ready(std::uint32_t events) override;
  void on_timer(int /*kind*/) override {}

 private:
  Reactor& reactor_;
  Ledger& ledger_;
  io::Fd listener_;
  io::Address address_;
  std::vector<std::unique_ptr<ReplicaConnection>> connections_;
};

}  // namespace headroom::state
