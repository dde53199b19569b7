// `scale: { calendar: …, uses: …, … }`: what shapes the decisions of a service.
#include <fmt/format.h>

#include "spec/sections.h"

namespace headroom::spec {
namespace {

constexpr std::string_view a_zone = "a time zone such as Europe/Berlin or UTC";

void read_uses(const At& at, Scale& out) {
  if (!at.is(Value::Kind::map)) return at.refuse("a map of downstreams to connections");
  for (const Entry& entry : at.value().entries) {
    if (const auto connections = read_integer(at.child(entry.key), {.min = 1, .max = 100'000}))
      out.uses[entry.key] = static_cast<int>(*connections);
  }
}

void read_cron(const At& at, Event& out) {
  constexpr std::string_view allowed = "five fields such as \"0 8 * * mon-fri\"";
  const auto text = at.text(allowed);
  if (!text) return;
  auto cron = parse_cron(*text);
  if (!cron) return at.problem(cron.error().message);
  out.cron = *std::move(cron);
}

void read_zone(const At& at, Event& out) {
  const auto text = at.text(a_zone);
  if (!text) return;
  const auto zone = find_zone(*text);
  if (!zone) return at.problem(zone.error().message);
  out.zone = *zone;
}

const Table<Event>& event_table() {
  static const Table<Event> table = [] {
    Table<Event> t(
        "services.NAME.scale.calendar[]",
        "Demand that is known beforehand. Replicas are started one lead time before the "
        "event begins, so that they are ready when it does. Times are UTC unless `zone` is "
        "written; then they follow its daylight saving.");
    t.custom({"cron", "text", "", "five fields such as \"0 8 * * mon-fri\"",
              "When it begins: minute, hour, day of the month, month, day of the week. "
              "`*`, numbers, names, lists, ranges and steps; where both kinds of days are "
              "restricted, either of them is enough."},
             read_cron)
        .required();
    t.custom(
        {"zone", "text", "UTC", std::string(a_zone),
         "Whose clocks `cron` goes by: a name of the tz database, which is read when this file "
         "is. A time that a change of clocks leaves out begins at the change, one that comes "
         "twice at its first; where the hour is `*`, every hour that passes counts."},
        read_zone);
    t.duration("for", &Event::length, {.min = 1min, .max = 7 * 24h}, "How long it lasts.")
        .required();
    t.integer("at_least", &Event::at_least, {.min = 1, .max = replicas_limit},
              "Replicas that carry its demand.")
        .required();
    return t;
  }();
  return table;
}

void read_calendar(const At& at, Scale& out) {
  if (!at.is(Value::Kind::list))
    return at.refuse("a list such as - { cron: \"0 8 * * mon-fri\", for: 3h, at_least: 10 }");
  const std::size_t size = at.value().items.size();
  if (size > events_max)
    return at.problem(fmt::format("found a list of {}, allowed 0 to {}", size, events_max));
  for (std::size_t i = 0; i < size; ++i) {
    Event event;
    (void)event_table().read(at.item(i), event);
    out.calendar.push_back(std::move(event));
  }
}

const Table<Pid>& pid_table() {
  static const Table<Pid> table = [] {
    Table<Pid> t(
        "services.NAME.scale.pid",
        "Feedback on processor time, for work that requests do not tell of: what a replica "
        "does in the background, or after it has answered. Where requests make the load, "
        "the objective alone is quicker and needs no number.");
    t.number("cpu", &Pid::cpu, {.min = 0.01, .max = 1000}, "",
             "Cores that a replica keeps busy on average.")
        .required();
    t.duration("reset", &Pid::reset, {.min = 10s, .max = 1h},
               "How fast a lasting difference is made up for; never faster than twice the lead "
               "time.");
    return t;
  }();
  return table;
}

}  // namespace

const Table<Scale>& scale_table() {
  static const Table<Scale> table = [] {
    Table<Scale> t("services.NAME.scale",
                   "Shapes the decisions. Optional: the objective alone is enough.");
    t.number("target_concurrency", &Scale::target_concurrency, {.min = 0.01, .max = 100'000},
             "learned", "Requests in flight per replica to aim for.");
    t.duration("in_delay", &Scale::in_delay,
               {.min = 1s, .max = 24h, .zero = "twice the learned start-up time, at least 15s"},
               "How long fewer replicas must have been enough before one is stopped.");
    t.integer("step", &Scale::step, {.min = 1, .max = replicas_limit, .zero = "no limit"},
              "Replicas that may be starting at once at most.");
    t.duration("drain_within", &Scale::drain_within,
               {.min = 1s, .max = 1h, .zero = "the learned start-up time, at least 2s"},
               "How soon requests that wait are to be served, once there are replicas for it. "
               "Longer is cheaper; `gateway.queue.wait` must let them wait that long.");
    t.choice("priority", &Scale::priority,
             {{"critical", Priority::critical},
              {"normal", Priority::normal},
              {"sheddable", Priority::sheddable}},
             "Who gives way when all services together want more than `downstreams` or `budget` "
             "allow: sheddable services down to their `replicas.min` before normal ones, those "
             "before critical ones.");
    t.custom({"uses", "map", "none", "names of `downstreams` with connections, 1 to 100000",
              "Connections that one replica holds to each downstream."},
             read_uses);
    t.custom({.key = "calendar",
              .type = "list",
              .fallback = "none",
              .allowed = "",
              .meaning = "Demand that is known beforehand.",
              .below = &event_table()},
             read_calendar);
    t.custom({.key = "pid",
              .type = "map",
              .fallback = "none",
              .allowed = "",
              .meaning = "Feedback on processor time.",
              .below = &pid_table()},
             [](const At& at, Scale& out) { (void)pid_table().read(at, out.pid.emplace()); });
    return t;
  }();
  return table;
}

}  // namespace headroom::spec
