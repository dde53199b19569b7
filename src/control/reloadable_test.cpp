// Changes that a reload refuses, each by its name; everything else it takes.
#include "control/reloadable.h"

#include <gtest/gtest.h>

#include <functional>

namespace headroom::control {
namespace {

using namespace std::chrono_literals;
using spec::Config;

std::string refusal(const std::function<void(Config&)>& change) {
  Config next;
  change(next);
  const Result<> checked = check_reloadable(Config{}, next);
  return checked ? "" : checked.error().message;
}

TEST(Reloadable, names_the_keys_that_take_a_restart) {
  const struct {
    const char* key;
    void (*change)(Config&);
  } cases[] = {{"state_dir", [](Config& c) { c.state_dir = "x"; }},
               {"journal.path", [](Config& c) { c.journal.path = "x"; }},
               {"journal.max_size", [](Config& c) { c.journal.max_bytes = 1 << 20; }},
               {"journal.retention", [](Config& c) { c.journal.retention = 24h; }},
               {"gateway.admin", [](Config& c) { c.gateway.admin = "127.0.0.1:9901"; }},
               {"gateway.workers", [](Config& c) { c.gateway.workers = 3; }}};
  for (const auto& [key, change] : cases)
    EXPECT_EQ(refusal(change), std::string(key) + " changed, which takes a restart or an upgrade");
  EXPECT_EQ(refusal([](Config& c) {
              c.gateway.admin = "127.0.0.1:9901";
              c.gateway.workers = 3;
            }),
            "gateway.admin, gateway.workers changed, which takes a restart or an upgrade");
}

TEST(Reloadable, takes_every_other_key) {
  EXPECT_EQ(refusal([](Config& c) {
              c.mode = spec::Mode::shadow;
              c.services.emplace_back().name = "shop";
              c.downstreams["postgres"] = 5;
              c.budget_per_hour = 3;
              c.gateway.listen = {{.name = "other", .address = ":80"}};
              c.gateway.trusted_proxies = {*IpNetwork::parse("::/0")};
              c.gateway.queue = {.length = 1, .wait = 1ms};
              c.gateway.connections_max = 1;
              c.gateway.idle = c.gateway.head_timeout = c.gateway.drain = 1s;
              c.gateway.body_max_bytes = 1;
              c.gateway.access_log = "-";
              c.gateway.access_log_sample = 1;
            }),
            "");
}

}  // namespace
}  // namespace headroom::control
