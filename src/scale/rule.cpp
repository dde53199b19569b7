// The table of rules.
#include "scale/rule.h"

#include <algorithm>
#include <array>
#include <utility>

namespace headroom::scale {
namespace {

constexpr std::array<std::string_view, 5> stage_names{"evidence", "shape", "need", "bound",
                                                      "allocate"};

constexpr std::array table{
    RuleEntry{Rule::missing, "missing", Stage::evidence},
    RuleEntry{Rule::unusable, "unusable", Stage::evidence},
    RuleEntry{Rule::partial, "partial", Stage::evidence},
    RuleEntry{Rule::contradictory, "contradictory", Stage::evidence},
    RuleEntry{Rule::complete, "complete", Stage::evidence},
    RuleEntry{Rule::misses, "misses", Stage::evidence},
    RuleEntry{Rule::little, "little", Stage::evidence},
    RuleEntry{Rule::slower_version, "slower version", Stage::evidence},
    RuleEntry{Rule::steady, "steady", Stage::shape},
    RuleEntry{Rule::sustained, "sustained", Stage::shape},
    RuleEntry{Rule::rapid, "rapid", Stage::shape},
    RuleEntry{Rule::surge, "surge", Stage::shape},
    RuleEntry{Rule::growth, "growth", Stage::need},
    RuleEntry{Rule::course, "course", Stage::need},
    RuleEntry{Rule::capacity, "capacity", Stage::need},
    RuleEntry{Rule::latency, "latency", Stage::need},
    RuleEntry{Rule::backlog, "backlog", Stage::need},
    RuleEntry{Rule::target, "target", Stage::need},
    RuleEntry{Rule::activation, "activation", Stage::need},
    RuleEntry{.rule = Rule::calendar, .name = "calendar", .stage = Stage::need, .foretold = true},
    RuleEntry{.rule = Rule::repeat, .name = "repeat", .stage = Stage::need, .foretold = true},
    RuleEntry{Rule::pid, "pid", Stage::need},
    RuleEntry{Rule::objective_missed, "objective missed", Stage::need},
    RuleEntry{Rule::rival, "", Stage::need},
    RuleEntry{Rule::in_delay, "scale-in delay", Stage::shape},
    RuleEntry{Rule::hysteresis, "hysteresis", Stage::shape},
    RuleEntry{Rule::zone_loss, "zone loss", Stage::bound},
    RuleEntry{Rule::no_evidence, "no evidence", Stage::evidence},
    RuleEntry{Rule::roll_out, "roll-out", Stage::bound},
    RuleEntry{Rule::incident, "incident", Stage::bound},
    RuleEntry{.rule = Rule::max, .name = "max", .stage = Stage::bound, .from_above = true},
    RuleEntry{.rule = Rule::step, .name = "step", .stage = Stage::bound, .from_above = true},
    RuleEntry{Rule::min, "min", Stage::bound},
    RuleEntry{.rule = Rule::downstream, .name = "", .stage = Stage::allocate, .from_above = true},
    RuleEntry{.rule = Rule::budget, .name = "budget", .stage = Stage::allocate, .from_above = true},
    RuleEntry{Rule::other, "", Stage::evidence},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (std::to_underlying(table[i].rule) != i) return false;
  return table.size() == std::to_underlying(Rule::other) + 1U;
}
static_assert(in_order(), "the table has each rule once, in the order of the enum");

}  // namespace

std::span<const RuleEntry> rules() {
  return table;
}

const RuleEntry& entry(Rule rule) {
  return table[std::to_underlying(rule)];
}

std::string_view name(Stage stage) {
  return stage_names[std::to_underlying(stage)];
}

std::optional<Rule> rule_named(std::string_view stage, std::string_view name) {
  const auto in_stage = [stage](const RuleEntry& one) {
    return stage.empty() || scale::name(one.stage) == stage;
  };
  const auto found = std::ranges::find_if(table, [&](const RuleEntry& one) {
    return !one.name.empty() && one.name == name && in_stage(one);
  });
  if (found != table.end()) return found->rule;
  if (name.empty()) return std::nullopt;
  if (stage == scale::name(Stage::allocate)) return Rule::downstream;
  if (stage == scale::name(Stage::need)) return Rule::rival;
  return std::nullopt;
}

}  // namespace headroom::scale
