// The accounts of a round.
#include "reconcile.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "io/eventually_for_test.h"

namespace headroom::state {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

Counts count_outcomes(const gateway::WorkerStats& stats) {
  Counts counts;
  for (const auto& [name, route] : stats.routes)
    for (std::size_t i = 0; i < gateway::outcome_count; ++i)
      if (route.outcomes[i] > 0)
        counts[fmt::format("{} {}", name, gateway::name(static_cast<gateway::Outcome>(i)))] +=
            route.outcomes[i];
  return counts;
}

struct Line {
  std::uint64_t id = UINT64_MAX;
  std::string outcome;
  std::string reason;
  std::string route;
  int status = 0;
  int attempts = 0;
  std::int64_t bytes = 0;
};

Line read_line(const nlohmann::json& json) {
  return {.id = id_named(json.at("request_id").get<std::string>()),
          .outcome = json.at("outcome"),
          .reason = json.at("reason"),
          .route = json.at("route"),
          .status = json.at("status"),
          .attempts = json.at("attempts"),
          .bytes = json.at("bytes")};
}

/// The last line may be half written still. One that tells of dropped lines names no request.
std::vector<Line> read_log(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<Line> lines;
  std::string text;
  while (std::getline(in, text)) {
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_discarded() && json.contains("request_id")) lines.push_back(read_line(json));
  }
  return lines;
}

Counts count_lines(const std::vector<Line>& lines) {
  Counts counts;
  for (const Line& line : lines)
    if (!line.route.empty()) ++counts[fmt::format("{} {}", line.route, line.outcome)];
  return counts;
}

/// Who was at a replica, or was answered by a name, ended in some way.
bool owes_a_line(const Seen& seen) {
  return seen.named || seen.reached > 0;
}

/// Each request that must have a line has one.
bool nobody_misses(Ledger& ledger, const std::vector<Line>& lines) {
  std::set<std::uint64_t> told;
  for (const Line& line : lines) told.insert(line.id);
  for (std::uint64_t id = 0; id < ledger.all().size(); ++id)
    if (owes_a_line(ledger.of(id)) && !told.contains(id)) return false;
  return true;
}

void check_line(Ledger& ledger, std::uint64_t id, const Line& line) {
  Seen& seen = ledger.of(id);
  const auto wrong = [&](const std::string& how, std::string_view kind = "log") {
    ledger.violated(id, kind,
                    fmt::format("{}; the log says {} {} \"{}\", {} bytes", how, line.status,
                                line.outcome, line.reason, line.bytes));
  };
  if (++seen.lines > 1) wrong("a second line for one request");
  if (seen.reached > line.attempts) wrong(fmt::format("{} replicas saw it", seen.reached));
  if (seen.answer != Seen::Answer::none && seen.status != line.status)
    wrong(fmt::format("the client saw {}", seen.status));
  const bool good = line.outcome == "good" || (line.outcome == "late" && line.reason.empty());
  const bool whole = seen.answer == Seen::Answer::whole;
  if (whole && seen.by_replica && seen.status < 500 && !good) wrong("the client had it whole");
  if (whole && !seen.by_replica && good) wrong("the client had a problem");
  // Who goes on sending to a connection that is over resets it, with the answer still on its way.
  if (seen.answer == Seen::Answer::cut && seen.sent && !seen.left && good)
    wrong("the client saw it cut", "lost_in_close");
}

}  // namespace

void check_counts(Ledger& ledger, const gateway::WorkerStats& stats) {
  std::uint64_t arrivals = 0;
  for (const auto& [name, route] : stats.routes) {
    std::uint64_t ended = 0;
    for (const std::uint64_t count : route.outcomes) ended += count;
    if (ended != route.arrivals)
      ledger.violated("counts",
                      fmt::format("{}: {} arrivals, {} ended", name, route.arrivals, ended));
    arrivals += route.arrivals;
  }
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  for (const Seen& seen : ledger.all()) {
    least += seen.answer != Seen::Answer::none && seen.by_replica ? 1 : 0;
    most += seen.begun ? 1 : 0;
  }
  if (arrivals < least || arrivals > most)
    ledger.violated("counts", fmt::format("{} arrivals, {} were answered by replicas and {} sent",
                                          arrivals, least, most));
}

void check_log(Ledger& ledger, const gateway::WorkerStats& stats, const std::filesystem::path& file,
               bool dropped) {
  const Counts counted = count_outcomes(stats);
  std::vector<Line> lines;
  // A thread of its own writes the log, and nobody waits for it.
  (void)eventually([&] {
    lines = read_log(file);
    return dropped || (count_lines(lines) == counted && nobody_misses(ledger, lines));
  });
  for (const Line& line : lines)
    if (line.id < ledger.all().size()) check_line(ledger, line.id, line);
  if (dropped) return;  // it was said to be so, and is counted
  for (std::uint64_t id = 0; id < ledger.all().size(); ++id) {
    const Seen& seen = ledger.of(id);
    if (owes_a_line(seen) && seen.lines == 0)
      ledger.violated(
          id, "log",
          fmt::format("{} at a replica, answered with {}, and no line", seen.reached, seen.status));
  }
  if (const Counts counts = count_lines(lines); counts != counted)
    ledger.violated("log",
                    fmt::format("lines {} and counts {} differ", nlohmann::json(counts).dump(),
                                nlohmann::json(counted).dump()));
}

}  // namespace headroom::state
