// Runs the built program and keeps what it says.
#pragma once

#include <string>
#include <vector>

namespace headroom::cli {

struct Ended {
  int code = -1;  // exit code; -1 when a signal ended it
  std::string out;
  std::string err;
};

/// Runs `headroom` with `arguments` in `folder` to its end.
Ended run_program(const std::vector<std::string>& arguments, const std::string& folder = ".");

/// A new folder, removed with everything in it at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The path of a new file with `content`.
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

}  // namespace headroom::cli
