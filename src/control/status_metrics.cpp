// GET /metrics.
#include "control/status.h"
#include "core/version.h"
#include "io/log_writer.h"
#include "io/process_self.h"
#include "scale/seen.h"

namespace headroom::control {
namespace {

using gateway::Exposition;
using gateway::Metric;

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

/// Zero for a time that never was.
double stamp(WallTime time) {
  return static_cast<double>(unix_ns(time)) / 1e9;
}

template <class Reason, std::size_t size>
void add_by_reason(Exposition& into, Metric metric, const std::string& service,
                   const std::array<std::uint64_t, size>& counts) {
  for (std::size_t i = 0; i < size; ++i)
    into.add(metric, {service, std::string(name(static_cast<Reason>(i)))}, number(counts[i]));
}

void add_standing(Exposition& into, const std::string& service, const Standing& standing) {
  const supervisor::Tally& tally = standing.tally;
  add_by_reason<supervisor::ExitReason>(into, Metric::replica_exits, service, tally.exits);
  add_by_reason<supervisor::StartFailure>(into, Metric::replica_failed_starts, service,
                                          tally.failed_starts);
  into.add(Metric::replica_failed_starts_in_a_row, {service}, number(tally.failed_in_a_row));
  into.add(Metric::service_last_error, {service}, stamp(tally.last_error_at));
  for (std::size_t i = 0; i < supervisor::rollout_state_count; ++i) {
    const auto state = static_cast<supervisor::RolloutState>(i);
    into.add(Metric::rollout_state, {service, std::string(name(state))},
             state == standing.rollout ? 1 : 0);
  }
  into.add(Metric::rollout_since, {service}, stamp(standing.rollout_since));
  if (!standing.version.empty()) into.add(Metric::service_version, {service, standing.version}, 1);
}

void add_replicas(Exposition& into, const scale::ServiceSeen& seen, const Standing& standing) {
  for (const scale::ReplicaSeen& replica : seen.replicas) {
    const Exposition::LabelValues labels{seen.service, replica.id};
    const auto found = standing.replicas.find(replica.id);
    if (found == standing.replicas.end()) continue;
    if (found->second.healthy) into.add(Metric::replica_healthy, labels, *found->second.healthy);
    if (found->second.cpu) into.add(Metric::replica_cpu, labels, seconds(*found->second.cpu));
    if (replica.rss_bytes >= 0)
      into.add(Metric::replica_memory, labels, static_cast<double>(replica.rss_bytes));
  }
}

void add_process(Exposition& into) {
  const io::ProcessSelf self = io::look_at_self();
  into.add(Metric::process_cpu, {}, seconds(self.cpu));
  if (self.resident_bytes)
    into.add(Metric::process_resident_memory, {}, static_cast<double>(*self.resident_bytes));
  if (self.virtual_bytes)
    into.add(Metric::process_virtual_memory, {}, static_cast<double>(*self.virtual_bytes));
  into.add(Metric::process_open_fds, {}, static_cast<double>(self.open_descriptors));
  into.add(Metric::process_max_fds, {}, static_cast<double>(self.descriptors_max));
  into.add(Metric::process_start_time, {}, stamp(io::own_start()));
}

}  // namespace

std::string Status::metrics() const {
  const std::lock_guard lock(mutex_);
  Exposition out;
  counted_.expose(out);
  for (const auto& [service, entry] : services_) {
    const auto add = [&](Metric metric, double value) { out.add(metric, {service}, value); };
    add(Metric::requests_in_flight, entry.seen.concurrency);
    add(Metric::replicas_ready, count(entry.seen, scale::Phase::ready));
    add_replicas(out, entry.seen, entry.standing);
    if (!entry.decides(mode_)) continue;
    add(Metric::replicas_starting, count(entry.seen, scale::Phase::starting));
    add(Metric::replicas_draining, count(entry.seen, scale::Phase::draining));
    add(Metric::replicas_min, entry.service.replicas.min);
    add(Metric::replicas_max, entry.service.replicas.max);
    add(Metric::replica_capacity, entry.capacity_per_second());
    add(Metric::more_replicas_cannot_help, entry.cannot_help() ? 1 : 0);
    if (entry.wanted >= 0) add(Metric::replicas_wanted, entry.wanted);
    if (entry.unbounded >= 0) add(Metric::replicas_wanted_unbounded, entry.unbounded);
    add_standing(out, service, entry.standing);
  }
  out.add(Metric::build_info, {std::string(version())}, 1);
  out.add(Metric::config_reload_successful, {}, reload_.ok ? 1 : 0);
  out.add(Metric::config_reload_time, {}, stamp(reload_.at));
  out.add(Metric::journal_healthy, {}, journal_.healthy ? 1 : 0);
  out.add(Metric::journal_ticks_lost, {}, number(journal_.lost));
  out.add(Metric::ticks, {}, number(ticks_));
  out.add(Metric::ticks_dropped, {}, number(ticks_dropped_));
  for (const io::Log log : {io::Log::messages, io::Log::access})
    out.add(Metric::log_lines_dropped, {std::string(io::name(log))},
            number(io::lines_dropped(log)));
  out.add(Metric::connections_limit, {}, static_cast<double>(connections_limit_));
  add_process(out);
  return out.text();
}

}  // namespace headroom::control
