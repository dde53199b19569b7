// Programs that die, and the line of their output that says why.
#include "control/supervisor/last_words.h"

#include <gtest/gtest.h>

namespace headroom::supervisor {
namespace {

TEST(LastWords, of_a_go_panic_are_its_first_line) {
  EXPECT_EQ(last_words("listening\n"
                       "panic: boom\n"
                       "\n"
                       "goroutine 18 [running]:\n"
                       "main.(*shop).serve(0xc000012345, {0x1, 0x2})\n"
                       "\t/src/main.go:12 +0x25\n"
                       "created by main.main in goroutine 1\n"
                       "\t/src/main.go:7 +0x4a\n"
                       "exit status 2\n"),
            "panic: boom");
  EXPECT_EQ(last_words("panic: first [recovered]\n\tpanic: second\n\ngoroutine 1 [running]:\n"),
            "panic: first [recovered]");
  EXPECT_EQ(last_words("fatal error: all goroutines are asleep - deadlock!\n\n"
                       "goroutine 1 [chan receive]:\nmain.main()\n\t/src/main.go:4 +0x25\n"),
            "fatal error: all goroutines are asleep - deadlock!");
}

TEST(LastWords, of_a_go_program_that_recovered_once_and_ended_otherwise_are_the_last) {
  EXPECT_EQ(last_words("2026/11/30 20:15:09 http: panic serving 127.0.0.1:1: boom\n"
                       "goroutine 34 [running]:\nmain.main()\n\t/src/main.go:4 +0x25\n"
                       "2026/11/30 20:16:00 cannot reach the database\n"),
            "2026/11/30 20:16:00 cannot reach the database");
}

TEST(LastWords, of_a_rust_panic_are_place_and_message) {
  const std::string panic = "thread 'main' panicked at src/main.rs:2:5:\nboom\n";
  const std::string both = "thread 'main' panicked at src/main.rs:2:5: boom";
  EXPECT_EQ(last_words("ready\n" + panic +
                       "note: run with `RUST_BACKTRACE=1` environment variable to display a "
                       "backtrace\n"),
            both);
  EXPECT_EQ(
      last_words(panic + "stack backtrace:\n   0: rust_begin_unwind\n             at /x.rs:1\n"
                         "note: Some details are omitted\n"),
      both);
  EXPECT_EQ(last_words("thread 'main' panicked at 'boom', src/main.rs:2:5\nnote: run with\n"),
            "thread 'main' panicked at 'boom', src/main.rs:2:5");
  EXPECT_EQ(last_words(panic + "note: run with\nserving on\n"), "serving on")
      << "one of another thread, long ago, is not why it died";
}

TEST(LastWords, of_exceptions_are_the_lines_that_are_no_frames) {
  EXPECT_EQ(last_words("Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n"
                       "    raise ValueError(\"boom\")\nValueError: boom\n"),
            "ValueError: boom");
  EXPECT_EQ(last_words("Exception in thread \"main\" java.lang.IllegalStateException: boom\n"
                       "\tat Main.main(Main.java:3)\n"),
            "Exception in thread \"main\" java.lang.IllegalStateException: boom");
  EXPECT_EQ(last_words("/x.js:1\nthrow new Error(\"boom\")\n^\n\nError: boom\n"
                       "    at Object.<anonymous> (/x.js:1:7)\n\nNode.js v18.19.0\n"),
            "Error: boom");
  EXPECT_EQ(last_words("a.rb:1:in `f': boom (RuntimeError)\n\tfrom a.rb:2:in `<main>'\n"),
            "a.rb:1:in `f': boom (RuntimeError)");
  EXPECT_EQ(last_words("terminate called after throwing an instance of 'std::runtime_error'\n"
                       "  what():  boom\n"),
            "terminate called after throwing an instance of 'std::runtime_error': what():  boom");
}

TEST(LastWords, of_anything_else_are_the_last_line_that_is_not_blank) {
  EXPECT_EQ(last_words("one\ntwo\r\n\n  \n"), "two");
  EXPECT_EQ(last_words("no end"), "no end");
  EXPECT_EQ(last_words("  all\n  indented\n"), "indented");
  EXPECT_EQ(last_words(""), "");
  EXPECT_EQ(last_words("\n \n"), "");
}

TEST(LastWords, are_short_and_command_no_terminal) {
  EXPECT_EQ(last_words("\x1b[2Jpanic\n"), "\\x1b[2Jpanic");
  EXPECT_EQ(last_words(std::string(5000, 'x')).size(), 200U);
}

}  // namespace
}  // namespace headroom::supervisor
