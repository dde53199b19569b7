// Reading world files.
#include "prove/world_file.h"

#include <algorithm>

#include "core/text.h"
#include "spec/table.h"

namespace headroom::prove {
namespace {

using namespace std::chrono_literals;
using spec::At;
using spec::Table;

struct NewNodes {
  double share = 0;
  Duration takes{};
};

struct Noisy {
  double share = 0;
  double slowdown = 1;
};

struct Seen {
  Duration delay{};
  double loss = 0;
  double late = 0;
  Duration every = 1s;
  int sources = 1;
};

struct Written {
  NewNodes new_nodes;
  double crashes_per_hour = 0;
  Noisy noisy;
  int downstream_connections = 0;
  Seen evidence;
};

const Table<NewNodes>& new_nodes_table() {
  static const Table<NewNodes> table = [] {
    Table<NewNodes> t("new_nodes", "Starts that wait for a machine first.");
    t.share("share", &NewNodes::share, {.min = 0, .max = 1}, "Of the starts.").required();
    t.duration("takes", &NewNodes::takes, {.min = 1ms, .max = 24h}, "So much longer.").required();
    return t;
  }();
  return table;
}

const Table<Noisy>& noisy_table() {
  static const Table<Noisy> table = [] {
    Table<Noisy> t("noisy", "Replicas with a noisy neighbour.");
    t.share("share", &Noisy::share, {.min = 0, .max = 1}, "Of the replicas.").required();
    t.number("slowdown", &Noisy::slowdown, {.min = 1, .max = 1000}, "1", "So many times as long.");
    t.required();
    return t;
  }();
  return table;
}

const Table<Seen>& evidence_table() {
  static const Table<Seen> table = [] {
    Table<Seen> t("evidence", "What an autoscaler gets to see of requests.");
    t.duration("delay", &Seen::delay, {.min = 0ns, .max = 1h, .zero = "at once"}, "How old it is.");
    t.share("loss", &Seen::loss, {.min = 0, .max = 0.99}, "Seconds that a source never tells of.");
    t.share("late", &Seen::late, {.min = 0, .max = 0.99}, "Reports that come with the next one.");
    t.duration("every", &Seen::every, {.min = 1s, .max = 1h},
               "A source tells once in so long, rounded to seconds.");
    t.integer("sources", &Seen::sources, {.min = 1, .max = 1000},
              "Each tells of an equal part of the requests.");
    return t;
  }();
  return table;
}

const Table<Written>& world_table() {
  static const Table<Written> table = [] {
    Table<Written> t("world", "What surrounds the replicas.");
    t.section("new_nodes", &Written::new_nodes, new_nodes_table(), "Starts on new machines.");
    t.number("crashes_per_hour", &Written::crashes_per_hour, {.min = 0, .max = 3600}, "0",
             "Of each ready replica.");
    t.section("noisy", &Written::noisy, noisy_table(), "Noisy neighbours.");
    t.integer("downstream_connections", &Written::downstream_connections,
              {.min = 0, .max = 1'000'000},
              "Shared by all replicas, one a request; 0: as many as there are requests.");
    t.section("evidence", &Written::evidence, evidence_table(), "Late or lost metrics.");
    return t;
  }();
  return table;
}

/// All keys are optional, so none at all is as well.
bool says_nothing(std::string_view text) {
  return std::ranges::all_of(split(text, '\n'), [](std::string_view line) {
    const std::string_view said = trim(line);
    return said.empty() || said.starts_with('#') || said == "---" || said == "{}";
  });
}

}  // namespace

Result<> read_world(std::string_view text, std::string_view file, World& world) {
  if (says_nothing(text)) return {};
  const spec::Environment nothing = [](std::string_view) { return std::nullopt; };
  spec::Input input{.environment = nothing};
  Written written;
  auto document = spec::read_document(text, input.problems);
  if (document)
    (void)world_table().read(At(&*document, "", document->line, input), written);
  else
    input.problems.add(std::move(document.error()));
  if (input.problems.count() > 0)
    return fail(ErrorCode::invalid, spec::format_problem(file, input.problems.take().front()));
  world.startup.new_node_share = written.new_nodes.share;
  world.startup.new_node_s = seconds(written.new_nodes.takes);
  world.crashes_per_hour = written.crashes_per_hour;
  world.noisy_share = written.noisy.share;
  world.noisy_slowdown = written.noisy.slowdown;
  world.downstream_connections = written.downstream_connections;
  world.evidence_delay_s = seconds(written.evidence.delay);
  world.evidence_loss = written.evidence.loss;
  world.evidence_late = written.evidence.late;
  world.evidence_every_s = seconds(written.evidence.every);
  world.evidence_sources = written.evidence.sources;
  return {};
}

}  // namespace headroom::prove
