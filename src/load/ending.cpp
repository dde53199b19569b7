// The one place that says what is good, late, shed and failed.
#include "load/ending.h"

#include "core/result.h"

namespace headroom::load {

const char* name_of(Reason reason) {
  switch (reason) {
    case Reason::answered:
      return "answered";
    case Reason::connect_failed:
      return "connect_failed";
    case Reason::closed:
      return "closed";
    case Reason::bad_answer:
      return "bad_answer";
    case Reason::timeout:
      return "timeout";
    case Reason::queue_full:
      return "client_queue_full";
    case Reason::interrupted:
      return "interrupted";
  }
  CHECK(false);
  return "";
}

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::good:
      return "good";
    case Outcome::late:
      return "late";
    case Outcome::shed:
      return "shed";
    case Outcome::failed:
      return "failed";
  }
  CHECK(false);
  return "";
}

Outcome outcome_of(const Ending& ending, Duration latency,
                   const std::optional<LoadObjective>& objective) {
  if (ending.reason != Reason::answered) return Outcome::failed;
  if (ending.status == 429) return Outcome::shed;
  if (ending.status == 503 && ending.from_proxy) return Outcome::shed;
  if (ending.status >= 500) return Outcome::failed;
  return objective && latency > objective->latency ? Outcome::late : Outcome::good;
}

}  // namespace headroom::load
