// Some seconds of one gateway between random clients and random replicas, and then the accounts.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "core/random.h"
#include "gateway/gateway.h"
#include "replica.h"

namespace headroom::state {

struct RoundOptions {
  int workers = 3;
  std::size_t clients = 96;      // at once
  std::filesystem::path folder;  // of access logs
};

/// What came of the requests of a round.
struct Tally {
  std::uint64_t requests = 0;
  std::uint64_t whole = 0;  // answers of replicas
  std::uint64_t cut = 0;
  std::uint64_t own = 0;  // answers of the gateway
  std::uint64_t none = 0;
  std::map<std::string, std::uint64_t> reasons;  // of the gateway's own

  void add(const Tally& other);
};

class Round {
 public:
  Round(std::uint64_t seed, const RoundOptions& options, History& history,
        const std::string& report_file);
  ~Round();
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;

  Tally run(Duration length);

 private:
  /// A replica as it is published.
  struct Member {
    std::unique_ptr<ReplicaServer> server;
    std::shared_ptr<gateway::Replica> replica;
    bool published = true;
    bool healthy = true;
  };

  [[nodiscard]] spec::Config config();
  void start_clients();
  void sweep();
  void interfere();
  void add_member();
  void publish();
  void collect();
  /// Nothing is left to be done: no client, nothing in flight, nobody waiting.
  void settle();
  [[nodiscard]] bool is_quiet();
  [[nodiscard]] Tally tally();

  RoundOptions options_;
  Random random_;
  Ledger ledger_;
  Reactor reactor_;
  std::filesystem::path log_;
  std::uint64_t dropped_before_;  // lines of access logs
  std::unique_ptr<gateway::Gateway> gateway_;
  std::vector<Member> members_;
  std::vector<std::shared_ptr<gateway::Replica>> replicas_;  // all ever published
  std::vector<std::unique_ptr<ReplicaServer>> dead_;         // killed and still published
  std::vector<std::unique_ptr<Client>> clients_;
  gateway::WorkerStats stats_;
  std::int64_t waiting_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t next_client_ = 0;
  std::uint64_t next_replica_ = 0;
};

}  // namespace headroom::state
