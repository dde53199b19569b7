// headroom.yaml as one valid, immutable value. Everything here has passed validation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ip.h"
#include "core/time.h"
#include "spec/cron.h"
#include "spec/template.h"
#include "spec/zone.h"

namespace headroom::spec {

using namespace std::chrono_literals;

/// What a service promises: `quantile` of its requests within `latency`, over `window`.
struct Objective {
  double quantile = 0.99;       // p99 in `latency: { p99: 150ms }`
  Duration latency = 0ns;       // required
  double availability = 0.999;  // share of requests that do not fail
  Duration window = 28 * 24h;
  double misses = 0;  // the share that replicas are planned for, where it is less; 0: not stated
  /// Share of requests that may be late, shed or failed: the promise, by which a run is judged.
  [[nodiscard]] double permitted_misses() const { return 1.0 - quantile; }
  /// The same as replicas are planned for.
  [[nodiscard]] double planned_misses() const { return misses > 0 ? misses : permitted_misses(); }
};

enum class Priority : std::uint8_t { critical, normal, sheddable };

struct Match {
  std::string host;  // empty: any host
  std::string path;  // decoded; starts with '/'; a prefix at a segment border unless `exact`
  bool exact = false;
  std::string method;  // empty: any method
};

struct Timeouts {
  static constexpr Duration none = Duration::max();
  Duration connect = 1s;      // TCP connect to a replica
  Duration first_byte = 0ns;  // request sent → response head; 0: only `total` counts
  Duration total = 15s;       // request head parsed → last byte, everything included; may be `none`
  Duration idle = 60s;        // no byte either way while a body is under way
};

struct Route {
  std::string name;  // "checkout/checkout": service and path, unique; for metrics and journals
  Match match;
  Objective objective;  // inherited from the service unless stated
  Priority priority = Priority::normal;
  Timeouts timeouts;
  bool path_as_is = false;  // takes empty segments and encoded slashes
};

struct Replicas {
  int min = 1;
  int max = 10;
  double cost_per_hour = 1.0;
  /// Requests that one replica may have in flight; more wait at the gateway.
  int concurrency = 256;
  /// Over which they are spread evenly. 2 or more: one of them may be lost.
  int zones = 1;
};

struct Limits {
  std::int64_t memory_bytes = 0;  // 0: unlimited
  double cpu_cores = 0;           // 0: unlimited
  int open_files = 0;             // RLIMIT_NOFILE; 0: as headroom was started with
};

/// Both ends included.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// How a replica is started as a process.
struct Run {
  std::vector<Template> command;  // argv; [0] is the program
  std::string ready = "/readyz";  // GET until 200
  Duration ready_every = 250ms;
  Duration ready_timeout = 60s;  // then the start has failed
  Duration drain = 10s;          // SIGTERM → SIGKILL
  std::map<std::string, Template> env;
  std::string user;  // empty: as headroom
  std::string cwd;   // empty: the folder of headroom.yaml
  Limits limits;
  std::optional<PortRange> ports;  // for `{port}`; otherwise any free one
  /// Failed starts in a row of a new version, then its roll-out is given up.
  int rollout_attempts = 5;
};

/// Demand that is known beforehand.
struct Event {
  Cron cron;          // when it begins
  Zone zone = {};     // by whose clocks
  Duration length{};  // `for` in the file
  int at_least = 0;   // replicas that are ready from its begin to its end
};

/// Feedback on the processor time of replicas.
struct Pid {
  double cpu = 0;         // cores busy per replica to aim for
  Duration reset = 1min;  // how fast a lasting difference is made up for
};

/// Optional shaping of decisions; the objective alone is enough.
struct Scale {
  std::optional<double> target_concurrency;  // per replica; otherwise learned
  Duration in_delay = 0ns;      // how long need must be lower; 0: twice the start-up time, ≥ 15 s
  int step = 0;                 // replicas added at once at most; 0: no limit
  Duration drain_within = 0ns;  // a backlog; 0: the learned start-up time, ≥ 2 s
  Priority priority = Priority::normal;  // who gives way when services compete
  std::map<std::string, int> uses;       // downstream → connections per replica
  std::vector<Event> calendar;
  std::optional<Pid> pid;
};

struct Service {
  std::string name;
  std::vector<std::string> hosts;  // Host names that mean this service; its own name always does
  Objective objective;
  std::vector<Route> routes;  // at least one; `/` when none is written
  Replicas replicas;
  std::optional<Run> run;              // absent: replicas are given in `endpoints`
  std::vector<std::string> endpoints;  // "127.0.0.1:8081", for replicas that headroom does not run
  std::string ready = "/readyz";  // GET of each endpoint, every second; empty: nothing is asked
  bool ready_stated = false;  // not stated: holds for an endpoint once it has answered 200 there
  Scale scale;
};

struct Queue {
  int length = 1024;   // requests waiting for a replica, per service and worker
  Duration wait = 1s;  // longest wait; never past the route's own timeout
};

/// Of requests and of answers. The buffers of the gateway carry no more than the maxima.
struct HeadLimits {
  static constexpr std::int64_t bytes_max = 24 << 10;
  static constexpr int fields_max = 256;
  std::int64_t bytes = 16 << 10;
  int fields = 100;
  std::int64_t target_bytes = 8 << 10;
};

/// One address where clients connect.
struct Listener {
  std::string name;
  std::string address;
  /// What it shows; what it does not show does not exist there. Empty: everything, and then a
  /// service's own name leads to it as well.
  std::vector<std::string> services = {};
};

struct Gateway {
  std::vector<Listener> listen = {{.name = "default", .address = "127.0.0.1:8080"}};
  /// From these, what a request says of who asked is believed, and the PROXY protocol accepted.
  std::vector<IpNetwork> trusted_proxies;
  std::string admin = "127.0.0.1:9900";
  int workers = 0;  // 0: one per core
  Queue queue;
  int connections_max = 20'000;
  Duration idle = 75s;  // keep-alive connections without a request
  HeadLimits head;
  Duration head_timeout = 10s;  // first byte of a head → its end
  Duration lame_duck = 0ns;     // at shutdown: not ready, still accepting, before the drain
  Duration drain = 30s;         // requests in flight at shutdown or upgrade
  std::int64_t body_max_bytes = 64 << 20;
  std::string access_log;  // a file, "-" for standard output, empty for none
  double access_log_sample = 0.01;
};

struct Journal {
  std::string path = "headroom.journal";  // beside the file unless absolute
  std::int64_t max_bytes = 256 << 20;
  Duration retention = 7 * 24h;
};

enum class Mode : std::uint8_t { act, shadow };

struct Config {
  std::string file;  // as given by the user, for messages
  Mode mode = Mode::act;
  std::string state_dir;  // lock, logs of replicas, hand-over socket; beside the file by default
  std::vector<Service> services;           // in the order of the file, names unique
  std::map<std::string, int> downstreams;  // connections allowed in all
  std::optional<double> budget_per_hour;
  Gateway gateway;
  Journal journal;
};

}  // namespace headroom::spec
