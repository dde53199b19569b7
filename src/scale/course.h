// How far demand will move over the lead time, regressed on how it has moved until now.
#pragma once

#include "scale/demand.h"
#include "scale/model.h"

namespace headroom::scale {

/// Takes in one tick of demand. Comes before features_of().
void follow(const Demand& now, double tick_s, Course& course);

/// How demand moves, told at this moment, each as a share of demand now within -1..1: what its
/// means of 5, 30, 120 and 600 s are above it, and what it was a lead time ago; and by how many
/// requests/s the days before rise (`season_rise`, see season.h).
[[nodiscard]] CourseFeatures features_of(const Course& course, const Demand& now,
                                         double lead_ago_per_second, double season_rise);

/// By how much demand will move over the lead time beyond what the days before did, a share of it
/// within -1..1; 0 until moments have shown better.
[[nodiscard]] double beyond_days_before(const Course& course, const CourseFeatures& features);

/// After a moment like that demand had moved by so much. `seconds`: how many such moments it stands
/// for.
void learn_course(const CourseFeatures& features, double beyond, double seconds, Course& course);

/// What was learned so far counts for `kept` of what it did.
void fade(double kept, Course& course);

}  // namespace headroom::scale
