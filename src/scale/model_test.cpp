// What must hold of a model that comes from outside.
#include "scale/model.h"

#include <gtest/gtest.h>

#include <functional>

#include "scale/rises.h"
#include "scale/season.h"

namespace headroom::scale {
namespace {

TEST(Model, what_was_never_learned_and_what_was_are_well_formed) {
  Model model;
  EXPECT_TRUE(well_formed(model));
  ServiceModel& shop = model.services["shop"];
  EXPECT_TRUE(well_formed(model));
  shop.levels.resize(ByConcurrency::level_count);
  shop.growth.rises.pooled.resize(rise_bins);
  shop.growth.rises_beyond_season.cells[3].resize(rise_bins);
  shop.season.days.emplace_back(season_bins, -1);
  shop.season.bin = season_bins - 1;
  EXPECT_TRUE(well_formed(model));
}

TEST(Model, what_would_be_looked_up_out_of_bounds_is_refused_with_the_services_name) {
  struct Case {
    const char* says;
    std::function<void(ServiceModel&)> damage;
  };
  const Case cases[] = {
      {"levels of concurrency", [](ServiceModel& m) { m.levels.resize(3); }},
      {"histogram of growth", [](ServiceModel& m) { m.growth.rises.pooled.resize(1); }},
      {"histogram of growth",
       [](ServiceModel& m) { m.growth.rises_beyond_season.cells[7] = {1, 2}; }},
      {"parts of a day", [](ServiceModel& m) { m.season.days.push_back({1, 2, 3}); }},
      {"parts of a day", [](ServiceModel& m) { m.season.bin = -1; }},
      {"parts of a day", [](ServiceModel& m) { m.season.bin = season_bins; }},
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
