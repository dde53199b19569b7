// The arithmetic of descriptors.
#include "gateway/descriptor_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/admin.h"
#include "io/farewells.h"

namespace headroom::gateway {
namespace {

/// Its own and one to a replica.
constexpr std::uint64_t of_a_client = 2;
/// Standard streams, main loop, signals, watched files, lock, logs, the door for an upgrade and who
/// stands in it; while a program starts its pipe and its output, and what is read in /proc.
constexpr std::uint64_t of_the_process = 48;
/// SQLite's file, its log and index, and those it makes for a while.
constexpr std::uint64_t of_the_journal = 8;
constexpr std::uint64_t of_a_listener = 2;  // and the descriptor it keeps
constexpr std::uint64_t of_the_admin =
    of_a_listener + Admin::connections_max + io::Farewells::at_once_max;
/// A loop and its door; for each listener those of the old address and of the new one while a
/// reload changes it.
std::uint64_t of_a_worker(const spec::Config& config) {
  return 2 + 2 * of_a_listener * config.gateway.listen.size() + io::Farewells::at_once_max;
}
/// It and one that is leaving meanwhile, and its probe.
constexpr std::uint64_t of_a_replica = 3;
constexpr std::uint64_t of_an_endpoint = 1;  // its probe

}  // namespace

std::string DescriptorPlan::text() const {
  return fmt::format(
      "gateway.connections_max is {} instead of {}: of {} open files (ulimit -Hn) {} are kept for "
      "replicas, probes, admin and journal, and a client can need two",
      connections, wanted, limit, reserve);
}

Result<DescriptorPlan> plan_descriptors(const spec::Config& config, std::size_t workers,
                                        std::uint64_t limit) {
  std::uint64_t reserve =
      of_the_process + of_the_journal + of_the_admin + workers * of_a_worker(config);
  for (const spec::Service& service : config.services)
    reserve += service.run ? of_a_replica * static_cast<std::uint64_t>(service.replicas.max)
                           : of_an_endpoint * service.endpoints.size();
  if (limit < reserve + of_a_client) {
    return fail(ErrorCode::exhausted,
                fmt::format("{} open files are not enough: {} workers, admin, journal and the "
                            "replicas of this file need {} before the first client; raise the "
                            "limit (ulimit -Hn) or lower gateway.workers or replicas.max",
                            limit, workers, reserve));
  }
  const std::int64_t wanted = config.gateway.connections_max;
  const auto carried = (limit - reserve) / of_a_client;
  return DescriptorPlan{
      .limit = limit,
      .reserve = reserve,
      .wanted = wanted,
      .connections =
          std::min(wanted, static_cast<std::int64_t>(std::min<std::uint64_t>(carried, INT64_MAX)))};
}

}  // namespace headroom::gateway
