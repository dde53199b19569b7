// Reports of what went wrong.
#include "ledger.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace headroom::state {

Seen& Ledger::of(std::uint64_t id) {
  if (id >= seen_.size()) seen_.resize(id + 1);
  return seen_[id];
}

std::string describe_request(std::uint64_t seed, std::uint64_t id) {
  const ConnectionPlan connection = connection_plan(seed, id / requests_max);
  return fmt::format(
      "connection {}: {} requests{}, receive buffer {}, reads {} bytes every {} ms, leaves after "
      "{} read\n  client: {}\n  replica on {}: {}\n",
      connection.number, connection.requests, connection.pipelined ? " pipelined" : "",
      connection.receive_buffer, connection.read_piece, connection.read_pause_ms,
      static_cast<std::int64_t>(connection.leave_after), describe(client_script(seed, connection)),
      name_of(id), describe(replica_script(request_plan(seed, id))));
}

void Ledger::violated(std::uint64_t id, std::string_view kind, const std::string& how) {
  report(fmt::format("{}: {} ({})\n{}{}", kind, how, name_of(id), describe_request(seed_, id),
                     history_.of_connection(id)));
}

void Ledger::violated(std::string_view kind, const std::string& how) {
  report(fmt::format("{}: {}\n", kind, how));
}

void Ledger::report(const std::string& text) {
  const std::string whole = fmt::format("state fuzz, round seed {}: {}", seed_, text);
  std::fputs(whole.c_str(), stderr);
  if (std::FILE* const file = std::fopen(report_file_.c_str(), "w"); file != nullptr) {
    std::fputs(whole.c_str(), file);
    std::fclose(file);
  }
  std::_Exit(exit_violated);  // the threads of the gateway are still running
}

}  // namespace headroom::state
