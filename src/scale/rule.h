// The rules of decisions: the one place where each is declared, with its name and stage.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace headroom::scale {

/// In the order in which a decision goes through them; evidence and bounds alternate at the end.
enum class Stage : std::uint8_t { evidence, shape, need, bound, allocate };

enum class Rule : std::uint8_t {
  // What was seen, and how much of it there is.
  missing,
  unusable,
  partial,
  contradictory,
  complete,
  misses,
  little,
  slower_version,
  // The window that demand is the mean of.
  steady,
  sustained,
  rapid,
  surge,
  // What needs are reckoned from.
  growth,
  course,
  capacity,
  // Needs: the largest is what bounds begin with.
  latency,
  backlog,
  target,
  activation,
  calendar,
  repeat,
  pid,
  objective_missed,
  rival,  // simulated in place of all others; the reason has its name
  // What the number is afterwards kept to.
  in_delay,
  hysteresis,
  zone_loss,
  no_evidence,
  roll_out,
  incident,
  max,
  step,
  min,
  // What all services share.
  downstream,  // the reason has its name
  budget,
  // Of another version of headroom, in a journal; the reason has its stage and name.
  other,
};

struct RuleEntry {
  Rule rule = Rule::other;
  std::string_view name;  // as people read it, and journals keep it; empty: the reason has it
  Stage stage = Stage::evidence;
  bool foretold = false;    // a need that says what will come, and estimates nothing that is there
  bool from_above = false;  // takes away what needs and lower bounds ask for
};

/// All of them, in the order of the enum.
[[nodiscard]] std::span<const RuleEntry> rules();

[[nodiscard]] const RuleEntry& entry(Rule rule);

/// "evidence", "shape", …
[[nodiscard]] std::string_view name(Stage stage);

/// The rule of that name in that stage; of any stage where that is empty. Those whose name the
/// reason has are found by their stage: a name that is no other's in `allocate` is a downstream's,
/// and in `need` a rival's. Nothing for what this version does not know.
[[nodiscard]] std::optional<Rule> rule_named(std::string_view stage, std::string_view name);

}  // namespace headroom::scale
