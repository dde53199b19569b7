// A command line that makes no sense gets one sentence that leads on, and exit code 2.
#include <gtest/gtest.h>

#include <algorithm>

#include "program.h"

namespace headroom::cli {
namespace {

TEST(Usage, version_and_help_are_answers) {
  const Ended version = run_program({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(version.out.starts_with("headroom 0.")) << version.out;
  for (const auto& arguments : {Arguments{"--help"}, {"check", "--help"}}) {
    const Ended help = run_program(arguments);
    EXPECT_EQ(help.code, 0);
    EXPECT_EQ(help.err, "");
    EXPECT_NE(help.out.find("--help"), std::string::npos) << help.out;
  }
}

TEST(Usage, nonsense_is_one_sentence) {
  const struct {
    Arguments arguments;
    const char* sentence;
  } cases[] = {
      {{"chekc"}, "unknown command 'chekc'; did you mean 'check'? see headroom --help"},
      {{"zzzzzzz"}, "unknown command 'zzzzzzz'; see headroom --help"},
      {{"--verison"}, "unknown option '--verison'; did you mean '--version'? see headroom --help"},
      {{"check", "--fiel=x"},
       "unknown option '--fiel'; did you mean '--file'? see headroom check --help"},
      {{"check", "more"}, "'check' takes no argument 'more'; see headroom check --help"},
      {{"check", "-f"}, "--file needs a value; see headroom check --help"},
      {{"check", "--format", "xml"},
       "--format: found 'xml', allowed text or json; see headroom check --help"},
      {{"check", "--format", "a\nb"},
       "--format: found 'a b', allowed text or json; see headroom check --help"},
  };
  for (const auto& [arguments, sentence] : cases) {
    const Ended ended = run_program(arguments);
    EXPECT_EQ(ended.code, 2) << sentence;
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(ended.err, std::string("headroom: ") + sentence + "\n");
  }
}

TEST(Usage, without_a_command_all_of_them_are_named) {
  const Ended ended = run_program({});
  EXPECT_EQ(ended.code, 2);
  EXPECT_TRUE(ended.err.starts_with("headroom: a command is missing, one of ")) << ended.err;
  EXPECT_NE(ended.err.find("check"), std::string::npos) << ended.err;
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1);
}

}  // namespace
}  // namespace headroom::cli
