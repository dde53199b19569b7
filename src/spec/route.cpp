// `routes: [{ match: /checkout, priority: critical, timeout: 1s }]`
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/text.h"
#include "spec/names.h"
#include "spec/sections.h"

namespace headroom::spec {
namespace {

constexpr std::string_view match_allowed =
    "\"[METHOD ][host]/path\", or a map of path, exact, host, method";
constexpr std::string_view path_allowed = "a path such as /checkout, without query or spaces";
constexpr std::string_view host_allowed = "a host name such as shop.example.com";
constexpr std::array<std::string_view, 7> methods = {"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};
constexpr Range<Duration> timeout_range{.min = 1ms, .max = 1h};
constexpr Range<Duration> total_range{.min = 1ms, .max = 1h, .none = Timeouts::none};

void set_path(const At& at, const std::string& path, Match& out) {
  if (!is_request_path(path)) return at.refuse(path_allowed);
  auto decoded = route_path(path);
  if (!decoded) return at.refuse("a path without empty segments, dot segments and encoded slashes");
  out.path = std::move(*decoded);
}

void set_host(const At& at, const std::string& host, Match& out) {
  if (!is_host(host)) return at.refuse(host_allowed);
  out.host = host;
  std::ranges::transform(out.host, out.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
}

void set_method(const At& at, const std::string& method, Match& out) {
  if (std::ranges::find(methods, method) != methods.end())
    out.method = method;
  else
    at.refuse(fmt::format("a method of {}", fmt::join(methods, ", ")));
}

using Setter = void (*)(const At&, const std::string&, Match&);

Table<Match>::Reader reader(Setter setter, std::string_view allowed) {
  return [=](const At& at, Match& out) {
    if (const auto text = at.text(allowed)) setter(at, *text, out);
  };
}

const Table<Match>& match_table() {
  static const Table<Match> table = [] {
    Table<Match> t("services.NAME.routes[].match",
                   "Which requests a route takes. Short form: `match: GET shop.example.com/cart` "
                   "or just `match: /cart`. Among the routes that match, one with a host comes "
                   "first, then an exact path, then the longest path, then one with a method, then "
                   "the order of the file.");
    t.custom({"path", "text", "", std::string(path_allowed),
              "The path, as a prefix that ends at a segment: `/a` takes `/a` and `/a/b`, not "
              "`/ab`. Compared after percent-decoding: `/%61` is `/a`."},
             reader(set_path, path_allowed))
        .required();
    t.custom({"exact", "true or false", "false", "true or false", "Take this very path only."},
             [](const At& at, Match& out) {
               if (const auto flag = read_flag(at)) out.exact = *flag;
             });
    t.custom({"host", "text", "any host", std::string(host_allowed),
              "The request's host, compared without case and port."},
             reader(set_host, host_allowed));
    t.custom({"method", "word", "any method", fmt::format("{}", fmt::join(methods, ", ")),
              "The request's method."},
             reader(set_method, "a method"));
    return t;
  }();
  return table;
}

/// "[METHOD ][host]/path"
void read_match_text(const At& at, Match& out) {
  const auto text = at.text(match_allowed);
  if (!text) return;
  std::string_view rest = *text;
  if (const std::size_t space = rest.find(' '); space != std::string_view::npos) {
    set_method(at, std::string(rest.substr(0, space)), out);
    rest = trim(rest.substr(space + 1));
  }
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return at.refuse(match_allowed);
  if (slash > 0) set_host(at, std::string(rest.substr(0, slash)), out);
  set_path(at, std::string(rest.substr(slash)), out);
}

void read_match(const At& at, Route& out) {
  if (at.is(Value::Kind::map))
    (void)match_table().read(at, out.match);
  else
    read_match_text(at, out.match);
}

const Table<Timeouts>& timeouts_table() {
  static const Table<Timeouts> table = [] {
    Table<Timeouts> t("services.NAME.routes[].timeout",
                      "How long things may take. Short form: `timeout: 1s` sets `total`. A timeout "
                      "shorter than the latency objective is refused: it would turn late answers "
                      "into failures.");
    t.duration("total", &Timeouts::total, total_range,
               "The request's head to the last byte of the answer, waiting and retries included. "
               "Server-sent events (`text/event-stream`) have until their first byte; from then on "
               "only `idle` counts. `none` is for routes whose answers are other streams. A stream "
               "is judged by its first byte, and one that its client leaves has ended well.");
    t.duration("connect", &Timeouts::connect, timeout_range, "Connecting to a replica.");
    t.duration("first_byte", &Timeouts::first_byte,
               {.min = 1ms, .max = 1h, .zero = "only `total` counts"},
               "The request sent to the head of the answer.");
    t.duration("idle", &Timeouts::idle, timeout_range,
               "No byte in either direction while a body is under way.");
    return t;
  }();
  return table;
}

void read_timeouts(const At& at, Route& out) {
  if (at.is(Value::Kind::map)) {
    if (!timeouts_table().read(at, out.timeouts)) return;
    for (const auto& [key, value] : {std::pair("connect", out.timeouts.connect),
                                     std::pair("first_byte", out.timeouts.first_byte)}) {
      if (const At part = at.child(key); part.present() && value > out.timeouts.total)
        part.problem(fmt::format("{} is longer than total ({})", part.written(""),
                                 at.child("total").written(format_duration(out.timeouts.total))));
    }
  } else if (const auto total = read_duration(at, total_range)) {
    out.timeouts.total = *total;
  }
}

std::string slug(const Match& match) {
  std::string out;
  for (const char c : std::string_view(match.path).substr(1)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_';
    if (plain)
      out += c;
    else if (!out.ends_with('-'))
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "root" : out;
}

}  // namespace

void name_routes(Service& service) {
  // The path alone where it is enough; else what else tells the routes apart; else their order.
  const auto taken = [&](const Route& self, const std::string& name) {
    return std::ranges::any_of(
        service.routes, [&](const Route& other) { return &other != &self && other.name == name; });
  };
  for (Route& route : service.routes) {
    route.name = service.name + "/" + slug(route.match);
    if (!taken(route, route.name)) continue;
    if (!route.match.method.empty()) route.name += "-" + route.match.method;
    if (route.match.exact) route.name += "-exact";
    if (!route.match.host.empty()) route.name += "-" + route.match.host;
    const std::string base = route.name;
    for (int i = 2; taken(route, route.name); ++i) route.name = fmt::format("{}-{}", base, i);
  }
}

const Table<Route>& route_table() {
  static const Table<Route> table = [] {
    Table<Route> t("services.NAME.routes[]",
                   "Kinds of requests that differ in promise or importance. A service without "
                   "routes takes every path.");
    t.custom({.key = "match",
              .type = "text or map",
              .fallback = "",
              .allowed = std::string(match_allowed),
              .meaning = "Which requests.",
              .below = &match_table()},
             read_match)
        .required();
    t.section("objective", &Route::objective, objective_table(),
              "What differs from the service's objective.");
    t.rows.back().fallback = "the service's";
    t.choice("priority", &Route::priority,
             {{"critical", Priority::critical},
              {"normal", Priority::normal},
              {"sheddable", Priority::sheddable}},
             "Who waits and who is refused first when there is too much.");
    t.custom({.key = "timeout",
              .type = "duration or map",
              .fallback = format_duration(Timeouts{}.total),
              .allowed = describe(total_range),
              .meaning = "How long a request may take in all.",
              .below = &timeouts_table()},
             read_timeouts);
    t.choice("path", &Route::path_as_is, {{"plain", false}, {"as_is", true}},
             "Whether paths with empty segments (`//`) and encoded slashes (`%2F`, `%5C`) are "
             "refused or passed on as they are; see docs/http.md.");
    t.not_yet("fallback", "answers while a service is down are planned");
    return t;
  }();
  return table;
}

}  // namespace headroom::spec
