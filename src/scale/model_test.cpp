// What must hold of a model that comes from outside.
#include "scale/model.h"

#include <gtest/gtest.h>

#include <functional>

#include "scale/repeat_proof.h"
#include "scale/season.h"

namespace headroom::scale {
namespace {

TEST(Model, what_was_never_learned_and_what_was_are_well_formed) {
  Model model;
  EXPECT_TRUE(well_formed(model));
  ServiceModel& shop = model.services["shop"];
  EXPECT_TRUE(well_formed(model));
  shop.levels.resize(ByConcurrency::level_count);
  add_rate(3, 1, shop.growth.rises.pooled);
  add_rate(-40, 2, shop.growth.rises_beyond_course.cells[3]);
  add_rate(100, 1, shop.growth.levels);
  shop.season.days.emplace_back(season_bins, -1);
  shop.season.bin = season_bins - 1;
  shop.repeat.days = {unknown_day(2), unknown_day(4)};
  shop.repeat.proofs.resize(half_hours * repeat_tellers);
  shop.repeat.tellings[1].half_hour = 47;
  shop.repeat.pending.emplace_back();
  EXPECT_TRUE(well_formed(model));
}

TEST(Model, what_would_be_looked_up_out_of_bounds_is_refused_with_the_services_name) {
  struct Case {
    const char* says;
    std::function<void(ServiceModel&)> damage;
  };
  const Case cases[] = {
      {"levels of concurrency", [](ServiceModel& m) { m.levels.resize(3); }},
      {"levels of the version before", [](ServiceModel& m) { m.version_check.before.resize(3); }},
      {"levels of another version",
       [](ServiceModel& m) { m.other_versions.emplace_back().levels.resize(3); }},
      {"histogram of growth", [](ServiceModel& m) { m.growth.rises.pooled.at = {1}; }},
      {"histogram of growth",
       [](ServiceModel& m) { m.growth.rises_beyond_course.cells[7] = {{2, 1}, {5, 5}}; }},
      {"histogram of growth", [](ServiceModel& m) { m.growth.levels = {{rate_bin_max + 1}, {5}}; }},
      {"parts of a day", [](ServiceModel& m) { m.season.days.push_back({1, 2, 3}); }},
      {"parts of a day", [](ServiceModel& m) { m.season.bin = -1; }},
      {"parts of a day", [](ServiceModel& m) { m.season.bin = season_bins; }},
      {"minutes of a day", [](ServiceModel& m) { m.repeat.days.emplace_back(); }},
      {"minutes of a day",
       [](ServiceModel& m) { m.repeat.days = {unknown_day(2), unknown_day(2)}; }},
      {"minutes of a day", [](ServiceModel& m) { m.repeat.minute = minutes_a_day; }},
      {"minutes of a day", [](ServiceModel& m) { m.repeat.proofs.resize(1); }},
      {"minutes of a day", [](ServiceModel& m) { m.repeat.tellings[0].half_hour = 3; }},
      {"minutes of a day", [](ServiceModel& m) { m.repeat.pending.emplace_back(); }},
  };
  for (const auto& [says, damage] : cases) {
    Model model;
    damage(model.services["shop"]);
    const auto refused = well_formed(model);
    ASSERT_FALSE(refused) << says;
    EXPECT_NE(refused.error().message.find(says), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("'shop'"), std::string::npos);
  }
}

}  // namespace
}  // namespace headroom::scale
