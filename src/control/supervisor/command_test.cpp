// Commands: placeholders, environment, identity, and what counts as a change.
#include "control/supervisor/command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "io/folder_for_test.h"

namespace headroom::supervisor {
namespace {

namespace fs = std::filesystem;

Identity identity() {
  return {.owner = "/state@1:2",
          .replica = "checkout-7",
          .address = io::Address::loopback(20007),
          .command_hash = "abc",
          .zone = 2};
}

class CommandTest : public testing::Test {
 protected:
  CommandTest() {
    write_program("checkout", "#!/bin/sh\n");
    run_.command = {"./checkout", "--listen", "{address}"};
  }

  void write_program(const std::string& name, const std::string& text) const {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_all);
  }

  std::string hash() const {
    const auto command = look_up(run_, folder_);
    EXPECT_TRUE(command) << command.error().message;
    return command ? command->hash : "";
  }

  TestFolder own_;
  std::string folder_ = own_.path();
  spec::Run run_;
};

TEST(SubstituteTest, each_placeholder_stands_for_the_replicas_own) {
  EXPECT_EQ(substitute("--listen={address}", identity()), "--listen=127.0.0.1:20007");
  EXPECT_EQ(substitute("{host} {port} {replica}{port}", identity()),
            "127.0.0.1 20007 checkout-720007");
  EXPECT_EQ(substitute("{} {other} {port", identity()), "{} {other} {port");
  spec::Template data;
  data.add_data("{port}");
  EXPECT_EQ(substitute(data, identity()), "{port}");
}

TEST(IdentityTest, it_comes_back_from_an_environment) {
  std::vector<std::string> environment = identity_entries(identity());
  environment.insert(environment.begin(), "PATH=/bin");
  const auto found = identity_in(environment, "/state@1:2");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->replica, "checkout-7");
  EXPECT_EQ(found->address.text(), "127.0.0.1:20007");
  EXPECT_EQ(found->command_hash, "abc");
  EXPECT_EQ(found->zone, 2);
}

TEST(IdentityTest, another_owners_process_and_nonsense_are_not_ours) {
  EXPECT_FALSE(identity_in(identity_entries(identity()), "/other@1:2"));
  EXPECT_FALSE(identity_in({"PATH=/bin"}, "/state@1:2"));
  EXPECT_FALSE(identity_in({"HEADROOM_OWNER=/s", "HEADROOM_REPLICA=checkout-7"}, "/s"));
  EXPECT_FALSE(identity_in(
      {"HEADROOM_OWNER=/s", "HEADROOM_REPLICA=checkout", "HEADROOM_ADDRESS=127.0.0.1:1"}, "/s"));
}

TEST(IdentityTest, a_replica_of_an_earlier_headroom_and_one_with_nonsense_have_no_zone) {
  Identity without = identity();
  without.zone = 0;
  std::vector<std::string> environment = identity_entries(without);
  EXPECT_EQ(identity_in(environment, "/state@1:2")->zone, 0);
  for (const char* wrong : {"", "0", "-1", "b", "99999999999"}) {
    environment.push_back(std::string("HEADROOM_ZONE=") + wrong);
    EXPECT_EQ(identity_in(environment, "/state@1:2")->zone, 0) << wrong;
    environment.pop_back();
  }
}

TEST(IdentityTest, a_replicas_name_holds_its_service_and_number) {
  EXPECT_EQ(parse_replica_name("check-out-12")->service, "check-out");
  EXPECT_EQ(parse_replica_name("check-out-12")->number, 12);
  for (const char* wrong : {"", "checkout", "-1", "checkout-", "checkout-x", "checkout-0"})
    EXPECT_FALSE(parse_replica_name(wrong)) << wrong;
}

TEST_F(CommandTest, paths_start_from_the_folder_of_the_file) {
  const auto command = look_up(run_, folder_);
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(command->program, folder_ + "/checkout");
  run_.cwd = "sub";
  fs::create_directory(folder_ + "/sub");
  write_program("sub/checkout", "#!/bin/sh\n");
  EXPECT_EQ(look_up(run_, folder_)->program, folder_ + "/sub/checkout");
}

TEST_F(CommandTest, later_sources_of_the_environment_win) {
  run_.env = {{"A", "from the file, port {port}"}, {"HEADROOM_OWNER", "somebody"}};
  const auto command = look_up(run_, folder_);
  ASSERT_TRUE(command) << command.error().message;
  const auto options = process_options(*command, identity(), {"A=inherited", "B=kept"});
  const std::vector<std::string> expected{"A=from the file, port 20007",
                                          "B=kept",
                                          "HEADROOM_ADDRESS=127.0.0.1:20007",
                                          "HEADROOM_COMMAND_HASH=abc",
                                          "HEADROOM_OWNER=/state@1:2",
                                          "HEADROOM_REPLICA=checkout-7",
                                          "HEADROOM_ZONE=2"};
  EXPECT_EQ(options.environment, expected);
  EXPECT_EQ(options.argv, (std::vector<std::string>{"./checkout", "--listen", "127.0.0.1:20007"}));
  EXPECT_EQ(options.cwd, folder_);
}

TEST_F(CommandTest, the_user_that_is_switched_to_has_its_own_home) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  run_.user = "nobody";
  const auto command = look_up(run_, folder_);
  ASSERT_TRUE(command) << command.error().message;
  const auto options = process_options(*command, identity(), {"HOME=/root", "USER=root"});
  const auto has = [&](const std::string& entry) {
    return std::find(options.environment.begin(), options.environment.end(), entry) !=
           options.environment.end();
  };
  EXPECT_TRUE(has("HOME=" + command->user->home));
  EXPECT_TRUE(has("USER=nobody"));
}

TEST_F(CommandTest, whatever_changes_a_replica_changes_the_hash) {
  const std::string before = hash();
  EXPECT_EQ(hash(), before);
  const spec::Run original = run_;
  const auto expect_change = [&](const char* what) {
    EXPECT_NE(hash(), before) << what;
    run_ = original;
  };
  run_.command.push_back("--more");
  expect_change("argument");
  run_.env["A"] = "1";
  expect_change("environment");
  run_.command.back() = spec::Template("{{address}}");
  expect_change("a placeholder that became text");
  run_.limits.open_files = 99;
  expect_change("limit");
  run_.limits.cpu_cores = 0.5;
  expect_change("cores");
  run_.ports = {.first = 9000, .last = 9099};
  expect_change("ports");
  run_.ready = "/healthz";
  run_.drain = std::chrono::seconds(99);
  EXPECT_EQ(hash(), before) << "how a replica is treated is no reason to replace it";
  run_ = original;
  write_program("checkout", "#!/bin/sh\n# another version\n");
  expect_change("program");
}

TEST_F(CommandTest, a_command_that_cannot_run_is_refused_with_the_reason) {
  run_.command = {"./missing"};
  EXPECT_EQ(look_up(run_, folder_).error().message,
            "cannot run './missing': no such file in " + folder_);
  run_.command = {"./checkout"};
  run_.user = "no-such-user";
  EXPECT_EQ(look_up(run_, folder_).error().message,
            "there is no user 'no-such-user' on this machine");
}

}  // namespace
}  // namespace headroom::supervisor
