// A journal in a folder of its own, ticks to put into it, and all that can be read from it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "control/journal/journal.h"
#include "control/journal/reader.h"

namespace headroom::control {

using namespace std::chrono_literals;

constexpr Duration patience = 30s;  // for what must happen, also under a sanitizer

class JournalTest : public testing::Test {
 protected:
  ~JournalTest() override { std::filesystem::remove_all(folder_); }

  static std::filesystem::path make_folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "headroom-journal-XXXXXX";
    return mkdtemp(pattern.data());
  }

  std::filesystem::path folder_ = make_folder();
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
  seen.services[0].events = {std::string(bytes, 'x')};
  return seen;
}

inline Checkpoint checkpoint(std::string reason) {
  return {.reason = std::move(reason), .policy = {}, .model = {}, .state = {}};
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

template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

}  // namespace headroom::control
