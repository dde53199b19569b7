// The table of rules says what decisions and pages say.
#include "scale/rule.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace headroom::scale {
namespace {

std::string page(const std::string& path) {
  std::ifstream in(std::string(HEADROOM_SOURCE) + "/" + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Rule, each_is_found_by_its_stage_and_name_alone) {
  std::set<std::string_view> names;
  for (const RuleEntry& one : rules()) {
    EXPECT_EQ(&entry(one.rule), &one);
    if (one.name.empty()) continue;
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_EQ(rule_named(name(one.stage), one.name), one.rule) << one.name;
    EXPECT_EQ(rule_named({}, one.name), one.rule) << one.name;
  }
}

TEST(Rule, a_name_that_is_not_in_the_table_is_none_but_of_a_downstream_or_a_rival) {
  EXPECT_EQ(rule_named("bound", "maximum"), std::nullopt);
  EXPECT_EQ(rule_named("shape", "max"), std::nullopt) << "that is a bound";
  EXPECT_EQ(rule_named("", ""), std::nullopt);
  EXPECT_EQ(rule_named("allocate", "postgres"), Rule::downstream);
  EXPECT_EQ(rule_named("allocate", "max"), Rule::downstream);
  EXPECT_EQ(rule_named("need", "kpa"), Rule::rival);
}

TEST(Rule, the_page_on_decisions_names_every_rule_that_changes_a_number) {
  const std::string text = page("docs/concepts/decision.md");
  for (const RuleEntry& one : rules())
    if (one.rule >= Rule::steady && !one.name.empty() && one.stage != Stage::evidence) {
      if (one.rule == Rule::growth || one.rule == Rule::course || one.rule == Rule::capacity)
        continue;
      EXPECT_NE(text.find("`" + std::string(one.name) + "`"), std::string::npos) << one.name;
    }
}

}  // namespace
}  // namespace headroom::scale
