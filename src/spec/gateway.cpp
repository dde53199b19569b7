// `gateway: { listen: ":8080", admin: "127.0.0.1:9900" }`
#include <fmt/format.h>

#include "spec/names.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

constexpr std::string_view listen_allowed =
    "an IP address and port such as 127.0.0.1:8080, [::1]:8080, or :8080 for all of IPv4";
constexpr std::string_view trusted_allowed =
    "IP addresses and networks such as 10.0.0.5, 10.0.0.0/8 or 2001:db8::/32";
constexpr std::string_view admin_allowed = "a loopback address and port such as 127.0.0.1:9900";

std::optional<std::string> read_address(const At& at) {
  const auto text = at.text(listen_allowed);
  if (!text) return std::nullopt;
  if (split_address(*text).port >= 0) return text;
  at.refuse(listen_allowed);
  return std::nullopt;
}

const Table<Listener>& listener_table() {
  static const Table<Listener> table = [] {
    Table<Listener> t(
        "gateway.listen[]",
        "One of several addresses. A connection keeps the rules of its listener, told "
        "by its address or its name, through every reload.");
    t.custom({"name", "label", "", "a DNS label such as outer", "For people; unique."},
             [](const At& at, Listener& out) {
               constexpr std::string_view allowed = "a DNS label such as outer";
               const auto text = at.text(allowed);
               if (!text) return;
               if (!is_label(*text)) return at.refuse(allowed);
               out.name = *text;
             })
        .required();
    t.custom({"address", "address", "", std::string(listen_allowed), "Where clients connect."},
             [](const At& at, Listener& out) {
               if (const auto text = read_address(at)) out.address = *text;
             })
        .required();
    t.custom(
        {"services", "list", "all, by their own names too", "names of services",
         "Only these are shown, by their `hosts` and the hosts of their routes; a service's own "
         "name means nothing here. What is not shown answers as if it did not exist."},
        [](const At& at, Listener& out) {
          out.services = read_texts(at, services_max, "names of services", is_label);
        });
    return t;
  }();
  return table;
}

void read_listen(const At& at, Gateway& out) {
  if (!at.is(Value::Kind::list)) {
    if (const auto text = read_address(at)) out.listen.front().address = *text;
    return;
  }
  const std::size_t count = at.value().items.size();
  if (count == 0 || count > listeners_max)
    return at.problem(fmt::format("found a list of {}, allowed 1 to {}", count, listeners_max));
  out.listen.clear();
  for (std::size_t i = 0; i < count; ++i)
    (void)listener_table().read(at.item(i), out.listen.emplace_back());
}

void read_trusted_proxies(const At& at, Gateway& out) {
  const auto texts =
      read_texts(at, trusted_proxies_max, trusted_allowed,
                 [](std::string_view text) { return IpNetwork::parse(text).has_value(); });
  for (std::size_t i = 0; i < texts.size() && at.sound(); ++i) {
    const IpNetwork network = *IpNetwork::parse(texts[i]);
    if (network.has_host_bits())
      at.item(i).problem(
          fmt::format("{} has bits set behind its prefix: write the network, or the "
                      "one address without a prefix",
                      at.item(i).found()));
    out.trusted_proxies.push_back(network);
  }
}

void read_admin(const At& at, Gateway& out) {
  const auto text = at.text(admin_allowed);
  if (!text) return;
  const AddressText address = split_address(*text);
  // Whoever reaches the admin port sees every service: the machine itself is the boundary.
  if (address.port < 0 || !is_loopback(address.host)) return at.refuse(admin_allowed);
  out.admin = *text;
}

void read_access_log(const At& at, Gateway& out) {
  if (const auto text = at.text("a path, or \"-\" for standard output")) out.access_log = *text;
}

const Table<Queue>& queue_table() {
  static const Table<Queue> table = [] {
    Table<Queue> t("gateway.queue", "Requests for which no replica is free.");
    t.integer("length", &Queue::length, {.min = 1, .max = 1'000'000, .zero = "refuse at once"},
              "Requests that may wait, per service and worker.");
    t.duration("wait", &Queue::wait, {.min = 1ms, .max = 10min},
               "The longest wait for a replica that is busy; never past the route's own timeout, "
               "nor for longer than its objective leaves time to wait. Where that is long, a "
               "longer one saves replicas. The first replica of a service that has none is waited "
               "for twice as long as a start is planned to take, and 5s at least.");
    return t;
  }();
  return table;
}

const Table<HeadLimits>& head_table() {
  static const Table<HeadLimits> table = [] {
    Table<HeadLimits> t("gateway.head",
                        "The largest heads. A request beyond is refused with 431 or 414, an answer "
                        "of a replica with 502; docs/http.md has the reasons.");
    t.bytes("size", &HeadLimits::bytes, {.min = 1 << 10, .max = HeadLimits::bytes_max},
            "A whole head: first line, fields, the empty line.");
    t.integer("fields", &HeadLimits::fields, {.min = 8, .max = HeadLimits::fields_max},
              "Fields of a head.");
    t.bytes("target", &HeadLimits::target_bytes, {.min = 64, .max = HeadLimits::bytes_max},
            "The target of a request: path and query.");
    return t;
  }();
  return table;
}

void add_connection_keys(Table<Gateway>& t) {
  t.integer("connections_max", &Gateway::connections_max, {.min = 1, .max = 1'000'000},
            "Client connections in all; fewer where the limit of open files carries no more.");
  t.duration("idle", &Gateway::idle, {.min = 1s, .max = 1h},
             "How long a keep-alive connection may stay without a request.");
  t.section("head", &Gateway::head, head_table(), "The largest heads of requests and answers.");
  t.duration("head_timeout", &Gateway::head_timeout, {.min = 100ms, .max = 10min},
             "The first byte of a request's head to its end.");
  t.duration("lame_duck", &Gateway::lame_duck, {.min = 100ms, .max = 10min, .zero = "none"},
             "At SIGTERM /readyz answers 503 for so long, while requests are served as before, "
             "until the drain begins: time for a load balancer to look elsewhere.");
  t.duration("drain", &Gateway::drain, {.min = 100ms, .max = 1h},
             "Time for requests under way at shutdown and upgrade. Not shorter than the longest "
             "timeout of all routes.");
  t.rows.back().fallback = "the longest timeout of all routes, at least " + t.rows.back().fallback;
  t.bytes("body_max", &Gateway::body_max_bytes,
          {.min = 1, .max = std::int64_t{1} << 40, .zero = "no bodies"},
          "The largest body of a request.");
}

}  // namespace

const Table<Gateway>& gateway_table() {
  static const Table<Gateway> table = [] {
    const Gateway initial;
    Table<Gateway> t("gateway", "The front door.");
    t.custom({.key = "listen",
              .type = "address or list",
              .fallback = initial.listen.front().address,
              .allowed = std::string(listen_allowed) + "; or a list of such",
              .meaning = "Where clients connect. Port 0 takes a free one. One address shows every "
                         "service; a list says what each shows.",
              .below = &listener_table()},
             read_listen);
    t.custom({"trusted_proxies", "list", "none", std::string(trusted_allowed),
              "The proxies in front: from these `X-Forwarded-*`, `Forwarded` and `X-Real-IP` are "
              "kept and extended, and the PROXY protocol (v1 and v2) is accepted. From everybody "
              "else the fields are dropped and written anew."},
             read_trusted_proxies);
    t.custom({"admin", "address", initial.admin, std::string(admin_allowed),
              "Where /healthz, /readyz, /metrics and /services answer; this machine only."},
             read_admin);
    t.integer("workers", &Gateway::workers, {.min = 1, .max = 256, .zero = "one per core"},
              "Threads that carry requests.");
    t.section("queue", &Gateway::queue, queue_table(), "Requests for which no replica is free.");
    add_connection_keys(t);
    t.custom({"access_log", "path", "none", "a path relative to the file, or \"-\"",
              "Where requests are logged as JSON lines; \"-\" is standard output."},
             read_access_log);
    t.share("access_log_sample", &Gateway::access_log_sample, {.min = 0, .max = 1},
            "The share of good requests that is logged; shed and failed ones always are.");
    return t;
  }();
  return table;
}

}  // namespace headroom::spec
