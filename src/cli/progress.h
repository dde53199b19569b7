// Many runs at once, and how far they have come.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string_view>

#include "core/result.h"

namespace headroom::cli {

/// A line on standard error where that is a terminal; gone at the end. Safe to share by threads.
class Progress {
 public:
  explicit Progress(std::size_t runs) : runs_(runs) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// So many more will follow than were known of.
  void expect(std::size_t more);
  /// One more run is over.
  void done(std::string_view what);

 private:
  std::mutex mutex_;
  std::size_t runs_;
  std::size_t done_ = 0;
  bool shown_ = false;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Calls work(0) to work(count − 1), `jobs` at a time (0: one per core), until one fails.
[[nodiscard]] Result<> at_once(int jobs, std::size_t count,
                               const std::function<Result<>(std::size_t)>& work);

}  // namespace headroom::cli
