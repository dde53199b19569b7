// Programs started for real: environment, folder, limits, groups, and why one does not run.
#include "io/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "io/descriptors.h"
#include "io/folder_for_test.h"
#include "io/proc.h"

namespace headroom::io {
namespace {

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() {
    // Other users run programs in it.
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
  }

  /// Runs a shell script to its end.
  ExitStatus run(const std::string& script, ProcessOptions options = {}) {
    const Fd output(open(output_path().c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0644));
    options.argv = {"sh", "-c", script};
    options.environment.push_back("PATH=/usr/bin:/bin");
    options.output = output.get();
    const auto process = spawn(options);
    if (!process) {
      ADD_FAILURE() << process.error().message;
      return {};
    }
    wait_for_end(*process);
    return reap(*process);
  }

  static void wait_for_end(const Process& process) {
    pollfd event{process.pidfd.get(), POLLIN, 0};
    ASSERT_EQ(poll(&event, 1, 20'000), 1) << "the process did not end";
  }

  std::string output() const {
    std::ifstream file(output_path());
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string write_file(const std::string& name, const std::string& text, int mode) const {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    return path;
  }

  std::string refusal(const std::string& program) const {
    const auto process =
        spawn({.argv = {program}, .environment = {"PATH=/nowhere"}, .cwd = folder_});
    return process ? "it runs" : process.error().message;
  }

  std::string output_path() const { return folder_ + "/output"; }

  TestFolder own_;
  std::string folder_ = own_.path();
};

TEST_F(ProcessTest, a_program_gets_the_limit_of_descriptors_from_before_it_was_raised) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit low{.rlim_cur = 256, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  raise_descriptor_limit();
  EXPECT_EQ(run("ulimit -Sn; ulimit -Hn").value, 0);
  EXPECT_EQ(output(), fmt::format("256\n{}\n", before.rlim_max));
  EXPECT_EQ(run("ulimit -Sn; ulimit -Hn", {.open_files = 100}).value, 0);
  EXPECT_TRUE(output().ends_with("\n100\n100\n")) << output();
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(ProcessTest, a_program_gets_just_the_environment_it_was_given) {
  setenv("HEADROOM_TEST_LEAK", "1", 1);
  EXPECT_EQ(
      run("env | grep -v -e PWD -e SHLVL -e '^_=' | sort", {.environment = {"A=1", "B=two words"}})
          .value,
      0);
  EXPECT_EQ(output(), "A=1\nB=two words\nPATH=/usr/bin:/bin\n");
  unsetenv("HEADROOM_TEST_LEAK");
}

TEST_F(ProcessTest, a_program_runs_in_its_folder_and_writes_both_outputs_to_one_place) {
  run("pwd; echo problem >&2", {.cwd = folder_});
  EXPECT_EQ(output(), folder_ + "\nproblem\n");
}

TEST_F(ProcessTest, a_program_leads_a_session_and_a_group_of_its_own) {
  run("cut -d' ' -f1,5,6 /proc/$$/stat");
  const std::string text = output();
  const std::string pid = text.substr(0, text.find(' '));
  EXPECT_EQ(text, pid + " " + pid + " " + pid + "\n");
}

TEST_F(ProcessTest, a_program_holds_no_descriptor_of_this_process) {
  const int leak = open("/dev/null", O_RDONLY);  // without close-on-exec, as a library might
  ASSERT_GE(leak, 0);
  run("ls /proc/$$/fd");
  close(leak);
  EXPECT_EQ(output(), "0\n1\n2\n");
}

TEST_F(ProcessTest, signals_that_are_blocked_or_ignored_here_are_not_in_a_program) {
  sigset_t set;
  sigset_t before;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, &before);
  const auto old = signal(SIGPIPE, SIG_IGN);
  run("exec grep -E 'SigBlk|SigIgn' /proc/self/status");
  signal(SIGPIPE, old);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(output(), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(ProcessTest, limits_hold_in_the_program_and_not_here) {
  run("ulimit -n", {.open_files = 77});
  EXPECT_EQ(output(), "77\n");
  EXPECT_GT(sysconf(_SC_OPEN_MAX), 77);
}

TEST_F(ProcessTest, root_can_run_a_program_as_another_user) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  auto user = find_user("nobody");
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(run("id -un; id -G", {.user = *user}).value, 0);
  EXPECT_EQ(output(), "nobody\n" + std::to_string(user->gid) + "\n");
}

TEST_F(ProcessTest, an_unknown_user_is_named) {
  const auto user = find_user("no-such-user");
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().message, "there is no user 'no-such-user' on this machine");
}

TEST_F(ProcessTest, a_program_that_cannot_run_is_refused_with_the_reason) {
  EXPECT_EQ(refusal("./checkout"), "cannot run './checkout': no such file in " + folder_);
  EXPECT_EQ(refusal("/no/such/program"), "cannot run '/no/such/program': no such file");
  EXPECT_EQ(refusal("checkout"), "cannot run 'checkout': no such program in PATH (/nowhere)");
  write_file("text", "hello", 0644);
  EXPECT_EQ(refusal("./text"), "cannot run './text': it is not executable");
  write_file("junk", "\1\2\3\4", 0755);
  EXPECT_EQ(refusal("./junk"), "cannot run './junk': it is not a program for this machine");
  write_file("script", "#!/no/such/interpreter\n", 0755);
  EXPECT_EQ(refusal("./script"),
            "cannot run './script': the interpreter that its first line names does not exist");
  std::filesystem::create_directory(folder_ + "/sub");
  EXPECT_EQ(refusal("./sub"), "cannot run './sub': it is a folder");
}

TEST_F(ProcessTest, a_rehearsal_finds_what_a_start_would_and_runs_nothing) {
  const std::string mark = folder_ + "/mark";
  const std::string script = write_file("script", "#!/bin/sh\ntouch " + mark + "\n", 0755);
  const Result<> right = rehearse({.argv = {script}, .cwd = folder_});
  EXPECT_TRUE(right) << right.error().message;
  write_file("junk", "\1\2\3\4", 0755);
  write_file("lost", "#!/no/such/interpreter\n", 0755);
  for (const ProcessOptions& wrong : {ProcessOptions{.argv = {"./junk"}, .cwd = folder_},
                                      ProcessOptions{.argv = {"./lost"}, .cwd = folder_},
                                      ProcessOptions{.argv = {"./none"}, .cwd = folder_},
                                      ProcessOptions{.argv = {script}, .cwd = folder_ + "/gone"}}) {
    const auto started = spawn(wrong);
    const auto rehearsed = rehearse(wrong);
    ASSERT_FALSE(started);
    ASSERT_FALSE(rehearsed) << started.error().message;
    EXPECT_EQ(rehearsed.error().message, started.error().message);
  }
  EXPECT_FALSE(std::filesystem::exists(mark));
  EXPECT_TRUE(own_children().empty());
}

TEST_F(ProcessTest, a_rehearsal_is_held_as_the_user_that_is_switched_to) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const std::string script = write_file("script", "#!/bin/sh\n", 0700);
  const ProcessOptions as_nobody{.argv = {script}, .user = *find_user("nobody")};
  EXPECT_TRUE(rehearse({.argv = {script}}));
  const Result<> refused = rehearse(as_nobody);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "cannot run '" + script + "': it is not executable for this user");
}

TEST_F(ProcessTest, a_missing_folder_is_named) {
  const auto process = spawn({.argv = {"./checkout"}, .cwd = folder_ + "/gone"});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().message,
            "cannot run './checkout': its folder " + folder_ + "/gone does not exist");
}

TEST_F(ProcessTest, the_end_of_a_program_is_told_apart) {
  EXPECT_EQ(run("exit 3").text(), "exited with status 3");
  EXPECT_EQ(run("kill -KILL $$").text(), "was killed by SIGKILL");
}

TEST_F(ProcessTest, a_signal_reaches_the_whole_group) {
  const auto process =
      spawn({.argv = {"sh", "-c", "sleep 60 & sleep 60"}, .environment = {"PATH=/usr/bin:/bin"}});
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_FALSE(has_ended(*process));
  EXPECT_TRUE(send_signal_to_group(process->pid, SIGKILL));
  wait_for_end(*process);
  EXPECT_TRUE(has_ended(*process));
  EXPECT_EQ(reap(*process).text(), "was killed by SIGKILL");
  EXPECT_FALSE(send_signal(*process, SIGTERM));
}

TEST_F(ProcessTest, a_process_that_is_not_there_cannot_be_held) {
  const auto process = spawn({.argv = {"true"}, .environment = {"PATH=/usr/bin:/bin"}});
  ASSERT_TRUE(process) << process.error().message;
  wait_for_end(*process);
  reap(*process);
  const auto held = hold_process(process->pid);
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace headroom::io
