// Golden journals are decided as they were; and a change of the engine would be seen.
#include "golden.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "control/journal/codec.h"
#include "io/folder_for_test.h"
#include "scale/growth.h"
#include "scale/knob.h"

namespace headroom::golden {
namespace {

std::vector<Journal> journals() {
  auto read = read_journals(HEADROOM_GOLDEN);
  EXPECT_TRUE(read) << read.error().message;
  return read ? std::move(*read) : std::vector<Journal>{};
}

const Journal& named(const std::vector<Journal>& all, const std::string& name) {
  return *std::ranges::find(all, name, &Journal::name);
}

std::string expected(const std::string& name) {
  auto text = read_expected(HEADROOM_GOLDEN, name);
  EXPECT_TRUE(text) << text.error().message;
  return text.value_or("");
}

TEST(Golden, each_journal_is_decided_as_it_was_when_its_decisions_were_accepted) {
  const auto all = journals();
  ASSERT_EQ(all.size(), 6);
  for (const Journal& journal : all) {
    ASSERT_GT(journal.seen.size(), 100) << journal.name;
    const std::string found = difference(journal.name, expected(journal.name), decided(journal));
    EXPECT_EQ(found, "") << "when this is what you want: ./dev golden --accept";
  }
}

TEST(Golden, two_services_have_learned_days_growth_and_how_careful_to_be_for_a_week) {
  const auto all = journals();
  for (const char* name : {"learned_morning", "learned_bursts"}) {
    const auto& model = named(all, name).model.services.at("shop");
    EXPECT_EQ(model.season.days.size(), 8) << name;
    EXPECT_GT(scale::growth_seen_s(model.growth), 2 * 86400) << name;
    EXPECT_GT(model.growth.rises.cells.size(), 2) << name;
    EXPECT_GT(model.error_budget.share, 0) << name;
    EXPECT_GT(model.virtual_fleets.lived_s, 2 * 86400) << name;
    EXPECT_EQ(model.capacity.basis, scale::Basis::learned) << name;
    EXPECT_GE(model.startups_s.size(), 16) << name;
  }
  EXPECT_TRUE(named(all, "flash_crowd").model.services.empty());
}

TEST(Golden, a_folder_without_journals_does_not_agree_with_everything) {
  const TestFolder empty;
  const auto none = read_journals(empty.path());
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().message.ends_with(": has no journal")) << none.error().message;
  const auto missing = read_journals(empty.path() + "/nowhere");
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().message.ends_with(": No such file or directory"));
}

TEST(Golden, what_is_read_is_what_is_written) {
  const auto all = journals();
  for (const Journal& journal : all)
    for (const scale::Observations& seen : journal.seen) {
      const auto again = control::decode<scale::Observations>(control::encode(seen));
      ASSERT_TRUE(again);
      EXPECT_EQ(*again, seen);
    }
  const TestFolder folder;
  for (const Journal& journal : all) ASSERT_TRUE(write_journal(folder.path(), journal));
  const auto again = read_journals(folder.path());
  ASSERT_TRUE(again);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(again->at(i).model, all[i].model) << all[i].name;
    EXPECT_EQ(again->at(i).state, all[i].state) << all[i].name;
  }
}

/// Whether a journal with that knob turned shows a difference that says `tell`.
void expect_seen(const std::string& name, const std::string& knob, const std::string& tell) {
  const auto all = journals();
  Journal turned = named(all, name);
  ASSERT_TRUE(scale::set_knob(turned.policy, knob));
  const std::string found = difference(name, expected(name), decided(turned));
  EXPECT_NE(found.find(tell), std::string::npos) << found;
}

TEST(Golden, a_turned_knob_is_seen_in_every_journal) {
  expect_seen("flash_crowd", "services.shop.replicas.max=4", " → 4\n");
  expect_seen("missing_evidence", "services.shop.replicas.min=7", " → 7\n");
  expect_seen("shared_limits", "downstreams.postgres.connections=40", "shared_limits tick ");
  expect_seen("learned_morning", "services.shop.replicas.max=1", " → 1\n");
  expect_seen("learned_bursts", "services.shop.replicas.max=3", " → 3\n");
  expect_seen("scale_to_zero", "services.report.replicas.min=1", "report: 0 → 1\n");
}

TEST(Golden, a_difference_names_tick_service_numbers_and_rules) {
  const std::string before =
      "# heading\n   1 shop 2 | latency 2 | first\n   2 shop 2 | latency 2\n   3 shop 5 | rapid "
      "5*\n";
  const std::string after =
      "# heading\n   1 shop 2 | latency 2 | first\n   2 shop 3 | latency 3* | 2 → 3: more\n"
      "   3 shop 5 | latency 5*\n";
  EXPECT_EQ(difference("day", before, after),
            "day tick 2 shop: 2 → 3\n"
            "  before: latency 2\n"
            "  after:  latency 3*\n"
            "  after:  2 → 3: more\n"
            "day tick 3 shop: 5, by other rules\n"
            "  before: rapid 5*\n"
            "  after:  latency 5*\n");
  EXPECT_EQ(difference("day", before, after, 1).find("tick 3"), std::string::npos);
  EXPECT_NE(difference("day", before, after, 1).find("day: and 1 more"), std::string::npos);
  EXPECT_EQ(difference("day", before, before), "");
}

TEST(Golden, a_journal_without_expectations_differs_at_every_tick) {
  const auto all = journals();
  const std::string found = difference("flash_crowd", "", decided(named(all, "flash_crowd")), 1000);
  EXPECT_NE(found.find("tick 1 shop: – → "), std::string::npos);
  EXPECT_NE(found.find("tick 220 shop: – → "), std::string::npos);
}

}  // namespace
}  // namespace headroom::golden
