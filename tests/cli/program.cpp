// Child processes with their output in files: no pipe can fill up, nothing waits for anything.
#include "program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <iterator>

namespace headroom::cli {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::string Ended::complaint() const {
  if (err.starts_with("headroom: ")) return err;
  const std::size_t line = err.find("\nheadroom: ");
  return line == std::string::npos ? "" : err.substr(line + 1);
}

std::string wave() {
  std::string csv = "timestamp_seconds,requests_per_second\n";
  for (int minute = 0; minute < 60; ++minute)
    csv += std::to_string(60 * minute) + "," + std::to_string(1000 + 800 * std::sin(minute / 9.0)) +
           "\n";
  return csv;
}

Ended run_program(const Arguments& arguments, const std::string& folder) {
  const TestFolder output;
  const std::string out = output.write("out", "");
  const std::string err = output.write("err", "");
  std::vector<char*> argv = {const_cast<char*>("headroom")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY, 0);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, HEADROOM_PROGRAM, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    ADD_FAILURE() << "cannot start " << HEADROOM_PROGRAM << ": errno " << failed;
    return {};
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(out), content(err)};
}

}  // namespace headroom::cli
