// Tables of what is decided and what may come of it.
#include "control/approved.h"

#include <gtest/gtest.h>

namespace headroom::control {
namespace {

scale::Policy policy_of(int max) {
  scale::Policy policy;
  policy.services.resize(1);
  policy.services[0].service = "shop";
  policy.services[0].replicas.max = max;
  return policy;
}

std::vector<scale::ServiceDecision> decided(int replicas, int ready = 0, int starting = 0) {
  scale::ServiceDecision decision;
  decision.service = "shop";
  decision.replicas = replicas;
  decision.ready = ready;
  decision.starting = starting;
  return {decision};
}

constexpr Approval recorded{.recorded = true, .replicas_known = true};
constexpr Approval unrecorded{.recorded = false, .replicas_known = true};

TEST(Approved, raising_goes_on_and_lowering_waits_for_the_journal) {
  const scale::Policy policy = policy_of(20);
  EXPECT_EQ(approved(decided(9), policy, {{"shop", 8}}, unrecorded).at("shop"), 9);
  EXPECT_EQ(approved(decided(3), policy, {{"shop", 8}}, unrecorded).at("shop"), 8);
  EXPECT_EQ(approved(decided(3), policy, {{"shop", 8}}, recorded).at("shop"), 3);
}

TEST(Approved, what_the_file_forbids_needs_no_record) {
  EXPECT_EQ(approved(decided(3), policy_of(5), {{"shop", 8}}, unrecorded).at("shop"), 5);
}

TEST(Approved, a_first_decision_replaces_what_stands_so_that_must_be_known) {
  const scale::Policy policy = policy_of(20);
  const Approval blind{.recorded = true, .replicas_known = false};
  EXPECT_TRUE(approved(decided(2), policy, {}, blind).empty());
  EXPECT_FALSE(changes(decided(2), {}, blind));
  EXPECT_EQ(approved(decided(2, 5, 1), policy, {}, recorded).at("shop"), 2);
  EXPECT_EQ(approved(decided(2, 5, 1), policy, {}, unrecorded).at("shop"), 6)
      << "what was taken over is not stopped without a record either";
}

TEST(Approved, of_services_that_have_left_nothing_is_kept) {
  const scale::Policy policy = policy_of(20);
  EXPECT_EQ(approved(decided(2), policy, {{"shop", 2}, {"cart", 9}}, recorded).size(), 1U);
}

TEST(Approved, what_changes_is_recorded_before_it_is_done_and_what_does_not_is_not_waited_for) {
  EXPECT_TRUE(changes(decided(9), {{"shop", 8}}, recorded));
  EXPECT_TRUE(changes(decided(9), {}, recorded));
  EXPECT_FALSE(changes(decided(8), {{"shop", 8}}, recorded));
}

}  // namespace
}  // namespace headroom::control
