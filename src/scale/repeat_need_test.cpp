// What comes again as a need: replicas, and the event of the calendar that would do the same.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>

#include "scale/repeat.h"
#include "scale/repeat_for_test.h"

namespace headroom::scale {
namespace {

ServiceModel with(const Repeat& repeat) {
  ServiceModel model;
  model.repeat = repeat;
  model.lead_s = 33.6;
  model.capacity.concurrency = 8;
  model.capacity.latency_s = 0.035;
  return model;
}

TEST(RepeatNeed, its_need_has_all_of_the_staffing_and_says_which_event_would_do_the_same) {
  Past past(33.6);
  past.live(7, [](int d, int s) { return d < 5 ? rush(s, 28800, 300) : 500; });
  for (int s = 0; s <= 28800; s += tick_s) past.tick(7, s, 500);
  ServiceModel model = with(past.repeat);
  const double expected = past.repeat.expected_per_second;
  const auto need = repeat_need({}, model, Explain::yes);
  ASSERT_TRUE(need);
  EXPECT_NEAR(need->replicas, (expected * 0.035 + 0.5 * std::sqrt(expected * 0.035)) / 8, 1e-9);
  EXPECT_NE(need->text.find("5 of 5 days like this one rose between 7:48 and 8:12"),
            std::string::npos)
      << need->text;
  EXPECT_NE(need->text.find("as an event of scale.calendar: { cron: \""), std::string::npos)
      << need->text;
  EXPECT_NE(need->text.find("7 * * mon-fri\", for: "), std::string::npos) << need->text;
  model.error_budget.share = 0.1;  // however bold the loop is
  EXPECT_EQ(repeat_need({}, model, Explain::no)->replicas, need->replicas);
  model.repeat.expected_per_second = 0;
  EXPECT_FALSE(repeat_need({}, model, Explain::yes));
}

TEST(RepeatNeed, the_event_that_is_proposed_is_on_the_days_and_by_the_clocks_of_the_rush) {
  ServicePolicy policy;
  spec::Event event;
  event.zone = *spec::find_zone("Europe/Berlin");
  policy.scale.calendar = {event};
  const std::pair<std::string, std::string> cases[] = {
      {"0", "mon"},     {"024", "mon,wed,fri"}, {"01234", "mon-fri"},
      {"0123456", "*"}, {"56", "sat,sun"},      {"012345", "mon-fri,sat"}};
  for (const auto& [on, written] : cases) {
    const auto rises = [&on](int d) { return on.find(static_cast<char>('0' + d % 7)) != on.npos; };
    Past past(33.6);
    int day = 0;
    for (; day < 28; ++day)
      past.live(day + 1, [&](int d, int s) { return rises(d) ? rush(s, 28800, 300) : 500; }, day);
    for (; !rises(day); ++day) past.live(day + 1, [](int, int) { return 500; }, day);
    for (int s = 0; s <= 28800 && past.repeat.expected_per_second <= 0; s += tick_s)
      past.tick(day, s, 500);
    const auto need = repeat_need(policy, with(past.repeat), Explain::yes);
    ASSERT_TRUE(need) << on;
    const auto at = need->text.find("scale.calendar: { cron: \"");
    ASSERT_NE(at, std::string::npos) << on << ": " << need->text;
    EXPECT_NE(need->text.find("7 * * " + written + "\", zone: Europe/Berlin, for: ", at),
              std::string::npos)
        << on << ": " << need->text;
  }
}

TEST(RepeatNeed, where_it_shifts_no_event_is_proposed) {
  Past past(33.6);
  const auto shift = spread(300, 5);
  const auto at_day = [&](int d) {
    return 28800 + static_cast<int>(shift[static_cast<std::size_t>(d)]);
  };
  past.live(7, [&](int d, int s) { return rush(s, at_day(d), 300); });
  for (int s = 0; s <= at_day(7) - 60; s += tick_s) past.tick(7, s, 500);
  const auto need = repeat_need({}, with(past.repeat), Explain::yes);
  ASSERT_TRUE(need);
  EXPECT_EQ(need->text.find("scale.calendar"), std::string::npos) << need->text;
}

}  // namespace
}  // namespace headroom::scale
