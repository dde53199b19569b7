// Reading files: what comes back, and what is said when nothing does.
#include "io/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/config_file.h"
#include "io/folder_for_test.h"

namespace headroom::io {
namespace {

class File : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    return own_.write(name, content);
  }

  TestFolder own_;
  std::string folder_ = own_.path();
};

TEST_F(File, content_comes_back_byte_by_byte) {
  std::string content("a\0\r\n\xff", 5);
  content.resize(100'000, 'x');  // more than one read
  EXPECT_EQ(read_file(write("a", content)).value(), content);
  EXPECT_EQ(read_file(write("empty", "")).value(), "");
}

TEST_F(File, what_cannot_be_read_is_named_with_its_cause) {
  const std::string missing = read_file(folder_ + "/none").error().message;
  EXPECT_EQ(missing, folder_ + "/none: no such file");
  EXPECT_EQ(read_file(folder_ + "/none").error().code, ErrorCode::invalid);
  EXPECT_EQ(read_file(folder_).error().message, folder_ + ": is a folder, not a file");
  EXPECT_EQ(read_file(folder_).error().code, ErrorCode::invalid);
  const std::string below = write("a", "") + "/b";
  EXPECT_EQ(read_file(below).error().message, below + ": a part of the path is no folder");
}

TEST_F(File, a_file_without_right_is_refused) {
  const std::string path = write("secret", "x");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const bool root = geteuid() == 0;  // who may read everything
  ASSERT_TRUE(!root || seteuid(65534) == 0);
  const auto refused = read_file(path);
  ASSERT_TRUE(!root || seteuid(0) == 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, path + ": permission denied");
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
}

TEST_F(File, too_large_is_refused_at_the_first_byte_beyond) {
  const std::string path = write("large", std::string(1024, 'x'));
  EXPECT_TRUE(read_file(path, 1024));
  EXPECT_EQ(read_file(path, 1023).error().message, path + ": larger than 1023B");
}

TEST_F(File, a_pipe_without_a_writer_does_not_block) {
  const std::string path = folder_ + "/pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(read_file(path).value(), "");
}

TEST_F(File, a_configuration_is_loaded_with_the_environment) {
  ASSERT_EQ(setenv("HEADROOM_FILE_TEST_PORT", "8123", 1), 0);
  const std::string path = write("headroom.yaml",
                                 "services:\n"
                                 "  a: { objective: { latency: { p99: 1s } }, endpoints: "
                                 "['127.0.0.1:1'] }\n"
                                 "gateway: { listen: \":${HEADROOM_FILE_TEST_PORT}\" }\n");
  const auto config = load_config(path);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->gateway.listen.front().address, ":8123");
  EXPECT_EQ(config->journal.path, folder_ + "/headroom.journal");
  ASSERT_EQ(unsetenv("HEADROOM_FILE_TEST_PORT"), 0);
  const auto refused = load_config(path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            path +
                ":3: gateway.listen: ${HEADROOM_FILE_TEST_PORT} is not set in the environment; "
                "set it, or write a default as ${HEADROOM_FILE_TEST_PORT:-value}");
}

}  // namespace
}  // namespace headroom::io
