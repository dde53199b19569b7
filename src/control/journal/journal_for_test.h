// A journal in a folder of its own, ticks to put into it, and all that can be read from it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "control/journal/journal.h"
#include "control/journal/reader.h"
#include "io/eventually_for_test.h"
#include "io/folder_for_test.h"

namespace headroom::control {

using namespace std::chrono_literals;

class JournalTest : public testing::Test {
 protected:
  TestFolder own_;
  std::filesystem::path folder_ = own_.path();
  std::string path_ = folder_ / "headroom.journal";
};

constexpr WallTime start = wall_from_unix_ns(1'800'000'000'000'000'000);

/// Tick number `i`, one second after the one before, of about `bytes`.
inline scale::Observations tick(std::int64_t i, std::size_t bytes = 100) {
  scale::Observations seen;
  seen.now = {start + i * 1s, Instant(i * 1s)};
  seen.dt = 1s;
  seen.services.resize(1);
  seen.services[0].service = "checkout";
  seen.services[0].arrivals = static_cast<std::uint64_t>(i);
  seen.services[0].events = {std::to_string(i) + std::string(bytes, 'x')};
  return seen;
}

inline Checkpoint checkpoint(std::string reason) {
  return {.reason = std::move(reason), .policy = scale::Policy{}, .model = {}, .state = {}};
}

inline std::unique_ptr<Journal> open(const std::string& path, const JournalOptions& options = {},
                                     WallTime now = start) {
  auto journal = Journal::open(path, options, now);
  EXPECT_TRUE(journal) << journal.error().message;
  return journal ? std::move(*journal) : nullptr;
}

inline std::vector<StoredTick> all(const std::string& path, const Span& span = {},
                                   bool from_checkpoint = false) {
  std::vector<StoredTick> ticks;
  auto reader = JournalReader::open(path);
  EXPECT_TRUE(reader) << reader.error().message;
  if (!reader) return ticks;
  const auto read = reader->each(span, from_checkpoint, [&ticks](StoredTick&& stored) {
    ticks.push_back(std::move(stored));
    return Result<>{};
  });
  EXPECT_TRUE(read) << read.error().message;
  return ticks;
}

}  // namespace headroom::control
