// What this process reads of itself.
#include "io/process_self.h"

#include <gtest/gtest.h>

#include <fstream>

#include "io/clock.h"
#include "io/no_descriptors_for_test.h"

namespace headroom::io {
namespace {

TEST(ProcessSelf, tells_memory_descriptors_and_time) {
  const ProcessSelf before = look_at_self();
  EXPECT_GT(before.resident_bytes, 1 << 20);
  EXPECT_GT(before.virtual_bytes, before.resident_bytes);
  EXPECT_GT(before.open_descriptors, 2);
  EXPECT_LE(before.open_descriptors, before.descriptors_max);
  const std::ifstream one_more("/proc/self/stat");
  EXPECT_EQ(look_at_self().open_descriptors, before.open_descriptors + 1);
  EXPECT_GE(look_at_self().cpu, before.cpu);
}

TEST(ProcessSelf, without_a_descriptor_to_look_all_are_open_and_the_rest_is_not_told) {
  const NoDescriptors none;
  const ProcessSelf self = look_at_self();
  EXPECT_EQ(self.open_descriptors, self.descriptors_max);
  EXPECT_FALSE(self.resident_bytes);
}

TEST(ProcessSelf, began_before_now_and_always_at_the_same_time) {
  EXPECT_LT(own_start(), wall_now());
  EXPECT_EQ(own_start(), own_start());
}

}  // namespace
}  // namespace headroom::io
