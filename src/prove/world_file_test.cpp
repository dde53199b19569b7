// World files: what they state is what the replicas meet, and what is wrong is said.
#include "prove/world_file.h"

#include <gtest/gtest.h>

namespace headroom::prove {
namespace {

TEST(world_file, everything_that_can_be_stated) {
  World world;
  world.startup.mean_s = 7;
  const auto read = read_world(
      "new_nodes: { share: 10%, takes: 90s }\ncrashes_per_hour: 0.2\n"
      "noisy: { share: 20%, slowdown: 1.5 }\ndownstream_connections: 200\n"
      "evidence: { delay: 5s, loss: 2%, late: 5%, every: 15s, sources: 4 }\n",
      "bad_day.yaml", world);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_DOUBLE_EQ(world.startup.new_node_share, 0.1);
  EXPECT_DOUBLE_EQ(world.startup.new_node_s, 90);
  EXPECT_DOUBLE_EQ(world.startup.mean_s, 7) << "what is not the file's to say stays";
  EXPECT_DOUBLE_EQ(world.crashes_per_hour, 0.2);
  EXPECT_DOUBLE_EQ(world.noisy_share, 0.2);
  EXPECT_DOUBLE_EQ(world.noisy_slowdown, 1.5);
  EXPECT_EQ(world.downstream_connections, 200);
  EXPECT_DOUBLE_EQ(world.evidence_delay_s, 5);
  EXPECT_DOUBLE_EQ(world.evidence_loss, 0.02);
  EXPECT_DOUBLE_EQ(world.evidence_late, 0.05);
  EXPECT_DOUBLE_EQ(world.evidence_every_s, 15);
  EXPECT_EQ(world.evidence_sources, 4);
}

TEST(world_file, that_says_nothing_changes_nothing) {
  for (const char* text : {"", "\n", "# a good day\n", "---\n# nothing\n"}) {
    World world;
    world.crashes_per_hour = 3;
    EXPECT_TRUE(read_world(text, "w.yaml", world)) << text;
    EXPECT_EQ(world.crashes_per_hour, 3);
  }
}

TEST(world_file, what_is_wrong_is_said_with_its_place) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"crashs_per_hour: 3", "w.yaml:1: crashs_per_hour: unknown key; did you mean"},
      {"noisy: { share: 20% }", "w.yaml:1: noisy.slowdown: missing"},
      {"crashes_per_hour: -1", "w.yaml:1: crashes_per_hour: found '-1', allowed"},
      {"evidence: { loss: 100% }", "w.yaml:1: evidence.loss: found '100%', allowed"},
      {"evidence: { every: 0s }", "w.yaml:1: evidence.every: found '0s', allowed"},
      {"evidence: { sources: 0 }", "w.yaml:1: evidence.sources: found '0', allowed"},
      {"new_nodes: [1]", "w.yaml:1: new_nodes: "},
  };
  for (const auto& [text, message] : cases) {
    World world;
    const auto read = read_world(text, "w.yaml", world);
    ASSERT_FALSE(read) << text;
    EXPECT_TRUE(read.error().message.starts_with(message)) << read.error().message;
  }
}

}  // namespace
}  // namespace headroom::prove
