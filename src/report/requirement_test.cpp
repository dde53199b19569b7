// Requirements on a run: what is read, and what is said where one is not met.
#include "report/requirement.h"

#include <gtest/gtest.h>

namespace headroom::report {
namespace {

/// 1,000 requests of which 20 were late, for 0.8 of the fixed fleet's replica-hours.
Verdict verdict() {
  ServiceVerdict service;
  service.service = "checkout";
  service.counts = {.good = 980, .late = 20, .shed = 0, .failed = 0};
  service.broken = "2% missed, at most 1% may";
  service.replica_hours = 0.08;
  service.fixed_fleet = 10;
  service.fixed_hours = 0.1;
  Verdict verdict;
  verdict.services = {service};
  return verdict;
}

std::string found(const char* requirement, const Verdict& verdict) {
  return violation(parse_requirement(requirement).value(), verdict);
}

TEST(Requirement, says_what_was_found_where_it_is_not_met) {
  EXPECT_EQ(found("met", verdict()),
            "the objective of checkout is not met: 2% missed, at most 1% may");
  EXPECT_EQ(found("fixed<=0.8", verdict()), "");
  EXPECT_EQ(found("fixed<0.75", verdict()),
            "fixed<0.75 is not met by checkout: 0.8 × the smallest fixed fleet's replica-hours "
            "were used");
}

TEST(Requirement, bounds_the_worst_five_minutes_and_the_longest_spell) {
  Verdict bad = verdict();
  bad.services[0].worst_share = 0.13;
  bad.services[0].longest_spell_s = 170;
  EXPECT_EQ(found("worst5m<=13%", bad), "");
  EXPECT_EQ(found("worst5m<13%", bad),
            "worst5m<13% is not met by checkout: 13% missed in the worst five minutes");
  EXPECT_EQ(found("spell<=170s", bad), "");
  EXPECT_EQ(found("spell<2m", bad),
            "spell<2m is not met by checkout: more than 1% missed for 2m50s");
}

TEST(Requirement, is_met_by_every_service_or_not_at_all) {
  Verdict both = verdict();
  both.services[0].met = true;
  both.services.push_back(both.services[0]);
  EXPECT_EQ(found("met", both), "");
  EXPECT_EQ(found("fixed<0.81", both), "");
  both.services[1].met = false;
  both.services[1].fixed_fleet = std::nullopt;
  both.services[1].fixed_unknown = "there were no requests";
  EXPECT_NE(found("met", both), "");
  EXPECT_EQ(
      found("fixed<0.81", both),
      "fixed<0.81 is not met by checkout: the smallest fixed fleet cannot be estimated: there "
      "were no requests");
}

TEST(Requirement, cannot_be_judged_on_a_saturated_machine) {
  Verdict busy = verdict();
  busy.saturated = true;
  EXPECT_EQ(found("met", busy), "met cannot be judged: this machine is saturated");
}

TEST(Requirement, of_another_form_is_refused) {
  for (const char* text : {"", "Met", "fixed<", "fixed<0", "fixed<x", "fixed>1", "missed<1%",
                           "worst5m<3m", "spell<1%", "worst5m", "spell<-1s"})
    EXPECT_FALSE(parse_requirement(text)) << text;
}

}  // namespace
}  // namespace headroom::report
