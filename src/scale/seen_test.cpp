// Finding services in an observation.
#include "scale/seen.h"

#include <gtest/gtest.h>

namespace headroom::scale {
namespace {

Observations of(const std::vector<std::string>& names) {
  Observations seen;
  for (const auto& name : names) seen.services.emplace_back().service = name;
  return seen;
}

TEST(SeenByName, finds_each_in_whatever_order_it_is_asked) {
  const Observations seen = of({"a", "b", "c", "d"});
  SeenByName by_name(seen);
  for (const char* name : {"b", "c", "a", "d", "a", "a", "c"}) {
    const ServiceSeen* found = by_name.find(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->service, name);
  }
}

TEST(SeenByName, what_is_not_there_is_not_found_and_the_next_one_is) {
  const Observations seen = of({"a", "b"});
  SeenByName by_name(seen);
  EXPECT_EQ(by_name.find("x"), nullptr);
  EXPECT_EQ(by_name.find("b"), &seen.services[1]);
  EXPECT_EQ(by_name.find("c"), nullptr);
  EXPECT_EQ(by_name.find("a"), &seen.services[0]);
  const Observations none;
  EXPECT_EQ(SeenByName(none).find("a"), nullptr);
}

TEST(SeenByName, of_a_name_that_is_there_twice_it_is_the_first) {
  const Observations seen = of({"x", "a", "a"});
  EXPECT_EQ(SeenByName(seen).find("a"), &seen.services[1]);
}

}  // namespace
}  // namespace headroom::scale
