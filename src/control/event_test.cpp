// Events as lines, for people and for programs.
#include "control/event.h"

#include <gtest/gtest.h>

namespace headroom::control {
namespace {

const WallTime at = wall_from_unix_ns(1'796'069'709'123'000'000);
const Event death{Level::warning, "checkout", "checkout-7", "exited with status 2: panic: boom"};
const Event own{Level::info, {}, {}, "listening on 127.0.0.1:8080"};

TEST(Event, for_people_is_a_sentence_behind_time_level_and_service) {
  EXPECT_EQ(to_line(death, LogFormat::text, at),
            "2026-11-30T20:15:09.123Z warning checkout: checkout-7 exited with status 2: panic: "
            "boom\n");
  EXPECT_EQ(to_line(own, LogFormat::text, at),
            "2026-11-30T20:15:09.123Z info listening on 127.0.0.1:8080\n");
}

TEST(Event, for_programs_is_one_object_with_the_same_fields_each_time) {
  EXPECT_EQ(to_line(death, LogFormat::json, at),
            R"({"time":"2026-11-30T20:15:09.123Z","level":"warning","service":"checkout",)"
            R"("replica":"checkout-7","message":"checkout-7 exited with status 2: panic: boom"})"
            "\n");
  EXPECT_EQ(to_line(own, LogFormat::json, at),
            R"({"time":"2026-11-30T20:15:09.123Z","level":"info","service":"","replica":"",)"
            R"("message":"listening on 127.0.0.1:8080"})"
            "\n");
}

TEST(Event, of_several_lines_stays_one_object_and_in_text_cannot_be_taken_for_others) {
  const Event refused{Level::error, {}, {}, "not in force:\nheadroom.yaml:3: \x1b[2Jx"};
  EXPECT_EQ(to_line(refused, LogFormat::text, at),
            "2026-11-30T20:15:09.123Z error not in force:\n  headroom.yaml:3: \\x1b[2Jx\n");
  const std::string line = to_line(refused, LogFormat::json, at);
  EXPECT_NE(line.find(R"("message":"not in force:\u000aheadroom.yaml:3: \u001b[2Jx")"),
            std::string::npos)
      << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

}  // namespace
}  // namespace headroom::control
