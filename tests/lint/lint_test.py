"""Every check of the lint: a sample it must refuse, with the exact finding, and one it passes."""

import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import checks
import lint
from source import blank, functions

ORDER = ["core", "scale", "io", "gateway", "cli"]


def cpp(text, path="src/core/sample.cpp", companion=""):
    return checks.File(path, text, ORDER, companion)


def lines(count):
    return "int x;\n" * count


class Findings(unittest.TestCase):
    def expect_found(self, rule, file, *expected):
        self.assertEqual(list(rule(file)), list(expected))

    def test_purpose_comment(self):
        self.expect_found(
            checks.purpose,
            cpp("#pragma once\n"),
            (1, "must open with one sentence on the file's purpose: // ..."),
        )
        self.expect_found(checks.purpose, cpp("// Values of time for tests.\n"))

    def test_pragma_once(self):
        self.expect_found(
            checks.pragma_once,
            cpp("// #pragma once\n", "src/core/a.h"),
            (1, "a header needs #pragma once"),
        )
        self.expect_found(checks.pragma_once, cpp("// A.\n#pragma once\n", "src/core/a.h"))

    def test_using_namespace_in_a_header(self):
        self.expect_found(
            checks.using_namespace,
            cpp("namespace headroom {\nusing namespace std;", "src/core/a.h"),
            (2, "no 'using namespace std' in a header"),
        )
        self.expect_found(
            checks.using_namespace,
            cpp("using namespace std::chrono_literals;", "src/core/a.h"),
            (1, "no 'using namespace std::chrono_literals' in a header"),
        )
        inside = "namespace headroom::spec {\nusing namespace std::chrono_literals;"
        self.expect_found(checks.using_namespace, cpp(inside, "src/core/a.h"))
        self.expect_found(checks.using_namespace, cpp("using namespace std;"))

    def test_file_size(self):
        self.expect_found(checks.size, cpp(lines(601)), (1, "601 lines, at most 600"))
        self.expect_found(checks.size, cpp(lines(600)))
        self.expect_found(
            checks.long_file, cpp(lines(351)), (1, "351 lines is long (350 is the guide)")
        )
        self.expect_found(checks.long_file, cpp(lines(350)))

    def test_function_size(self):
        body = "  f();\n"
        self.expect_found(
            checks.function_size,
            cpp("namespace a {\n\nint long_one(int x) {\n" + body * 59 + "}\n}"),
            (3, "61 lines, at most 60: int long_one(int x)"),
        )
        self.expect_found(checks.function_size, cpp("int f(int x) {\n" + body * 58 + "}\n"))
        self.expect_found(
            checks.function_size, cpp("struct A {\n" + "  int f() { g(); }\n" * 80 + "};")
        )

    def test_columns(self):
        self.expect_found(checks.columns, cpp("x" * 101), (1, "101 columns, at most 100"))
        self.expect_found(checks.columns, cpp("x" * 100))

    def test_include_order(self):
        sample = '#include "io/loop.h"\n#include "scale/a.h"\n#include "core/b.h"\n#include <map>\n'
        self.expect_found(
            checks.include_order,
            cpp(sample, "src/scale/s.cpp"),
            (1, 'scale may not include "io/loop.h": io stands below it'),
        )
        self.expect_found(
            checks.include_order,
            cpp('#include "b.h"\n#include "nowhere/b.h"\n'),
            (1, 'write the directory too: "core/b.h"'),
            (2, '"nowhere/b.h": src/CMakeLists.txt names no directory nowhere'),
        )
        self.expect_found(checks.include_order, cpp(sample, "src/gateway/s.cpp"))

    def test_a_directory_must_be_listed(self):
        self.expect_found(
            checks.listed,
            cpp("", "src/extra/a.cpp"),
            (1, "src/CMakeLists.txt names no directory extra"),
        )
        self.expect_found(checks.listed, cpp("", "src/cli/a.cpp"))

    def test_banned_calls_in_the_pure_half(self):
        samples = {
            "auto t = std::chrono::steady_clock::now();": "'steady_clock::now'",
            "clock_gettime(CLOCK_MONOTONIC, &t);": "'clock_gettime'",
            "auto t = std::time(nullptr);": "'std::time(nullptr)'",
            "std::random_device device;": "'std::random_device'",
            "std::mt19937_64 engine;": "'std::mt19937_64'",
            "std::normal_distribution<double> d;": "'std::normal_distribution'",
            "int x = rand();": "'rand'",
            "std::thread t(f);": "'std::thread'",
            "std::mutex m;": "'std::mutex'",
            'auto home = getenv("HOME");': "'getenv'",
            "std::this_thread::sleep_for(1s);": "'sleep_for'",
            "std::cout << 1;": "'std::cout'",
            'spdlog::info("x");': "'spdlog::'",
            'std::printf("x");': "'printf'",
            "int s = socket(AF_INET, SOCK_STREAM, 0);": "'socket'",
            "#include <random>": "<random>",
            "#include <nlohmann/json.hpp>": "<nlohmann/json.hpp>",
        }
        for sample, found in samples.items():
            with self.subTest(sample):
                results = list(checks.banned_calls(cpp("\n" + sample)))
                self.assertEqual(len(results), 1, results)
                line, text = results[0]
                self.assertEqual(line, 2)
                self.assertTrue(text.startswith(found + " in the pure half"), text)
                self.expect_found(checks.banned_calls, cpp(sample, "src/io/sample.cpp"))

    def test_what_only_looks_like_a_banned_call_passes(self):
        for sample in [
            "// std::mutex\n",
            'const char* s = "std::cout";',
            "sensor.connect(x);",
            "now(t);",
            "fmt::format(x);",
            "std::snprintf(b, n, f);",
            "std::time_t t;",
            "operand(x);",
        ]:
            with self.subTest(sample):
                self.expect_found(checks.banned_calls, cpp(sample))

    def test_the_invariant_stop_may_print(self):
        self.expect_found(
            checks.banned_calls, cpp('std::fprintf(stderr, "x");', checks.MAY_STOP_THE_PROCESS)
        )

    def test_iteration_over_unordered(self):
        loop = "std::unordered_set<int> seen_;\nvoid f() {\n  for (int v : seen_) g();\n}"
        finding = "iterates over unordered seen_: the order differs between builds"
        self.expect_found(checks.unordered_iteration, cpp(loop), (3, finding))
        header = "  std::unordered_set<int> seen_;"
        self.expect_found(
            checks.unordered_iteration,
            cpp("auto i = seen_.begin();", companion=header),
            (1, finding),
        )
        self.expect_found(
            checks.unordered_iteration, cpp("for (auto& x : other) g();", companion=header)
        )
        self.expect_found(checks.unordered_iteration, cpp(loop, "src/io/sample.cpp"))

    def test_loop_over_part_of_a_temporary(self):
        finding = "loops over a part of a temporary, which ends before the loop: name it"
        for loop in [
            'for (const Json& run : Json::parse(ended.out)["runs"])\n  f(run);',
            "for (auto& [a, b] : read(path())[0]) {",
        ]:
            with self.subTest(loop):
                self.expect_found(checks.loop_over_part_of_a_temporary, cpp(loop), (1, finding))
        for loop in [
            'for (const Json& run : out["runs"])\n  f(run);',
            "for (const auto& entry : read(living()[0])) {",
            "for (const auto& name : (*names)[0]) {",
            "for (int i = f(x)[0]; i < n; ++i) {",
        ]:
            with self.subTest(loop):
                self.expect_found(checks.loop_over_part_of_a_temporary, cpp(loop))

    def test_empty_tests(self):
        for body in ["", "f();", "SUCCEED();", "EXPECT_TRUE(true);", "// EXPECT_EQ(1, 2)"]:
            with self.subTest(body):
                self.expect_found(
                    checks.empty_tests,
                    cpp("namespace {\nTEST(Time, passes) {\n" + body + "\n}\n}"),
                    (2, "Time.passes asserts nothing"),
                )
        for body in [
            "EXPECT_EQ(1, f());",
            "expect_refused(x);",
            'FAIL() << "no";',
            "if (a) { ASSERT_TRUE(b); }",
        ]:
            with self.subTest(body):
                self.expect_found(
                    checks.empty_tests, cpp("TEST_F(Time, passes) {\n" + body + "\n}")
                )

    def test_disabled_tests(self):
        path = "src/core/sample_test.cpp"
        self.expect_found(
            checks.disabled_tests,
            cpp("TEST(A, DISABLED_b) {}\nGTEST_SKIP();", path),
            (1, "a disabled test"),
            (2, "GTEST_SKIP() needs its reason: GTEST_SKIP() << ..."),
        )
        self.expect_found(checks.disabled_tests, cpp('GTEST_SKIP() << "no traces here";', path))

    def test_sleeping_tests(self):
        sleep = "  std::this_thread::sleep_for(1ms);\n"
        path = "tests/integration/sample.cpp"
        self.expect_found(
            checks.sleeping_tests,
            cpp("TEST(A, b) {\n" + sleep + "}", path),
            (2, "'sleep_for(' in a test: poll with a deadline instead"),
        )
        self.expect_found(
            checks.sleeping_tests, cpp("bool eventually(F f) {\n" + sleep + "}", path)
        )

    def test_empty_python_tests(self):
        path = "tests/lint/sample_test.py"
        self.expect_found(
            checks.empty_python_tests,
            checks.File(path, "def test_a():\n    f()\n"),
            (1, "test_a asserts nothing"),
        )
        self.expect_found(
            checks.empty_python_tests, checks.File(path, "def test_a():\n    assert f()\n")
        )

    def test_unfinished_work(self):
        word = "TO" + "DO"
        self.expect_found(
            checks.unfinished,
            cpp(f"\n// {word}: later"),
            (2, f"'{word}': finish it or file an issue"),
        )
        self.expect_found(checks.unfinished, cpp("// done"))

    def test_paths_of_one_machine(self):
        path = "/ho" + "me/ada/x"
        self.expect_found(
            checks.private_paths, cpp(f'open("{path}")'), (1, f"a path of one machine: {path}")
        )
        self.expect_found(checks.private_paths, cpp('open("/etc/hosts"); get("a/home/b/c")'))

    def test_catch_all_names(self):
        for path, name in [("src/utils/a.h", "utils"), ("src/core/helpers.cpp", "helpers.cpp")]:
            self.expect_found(
                checks.catch_all_names,
                cpp("", path),
                (1, f"'{name}' says nothing: name it after what it does"),
            )
        self.expect_found(checks.catch_all_names, cpp("", "src/core/commonality.h"))


class Text(unittest.TestCase):
    def test_comments_and_literals_become_spaces_and_lines_stay(self):
        text = 'a("//x{"); /* {\n{ */ b(\'{\'); int c = 20\'000; R"x({"\n)x"; // }\nd'
        code = blank(text)
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertEqual(len(code), len(text))
        self.assertNotIn("{", code)
        self.assertNotIn("}", code)
        self.assertIn("20'000", code)

    def test_functions_are_found_where_they_start_and_end(self):
        code = """\
namespace a::b {
struct C : D {
  C() : x_{1} {}
  int f() const {
    return 1;
  }
};
enum class E { a, b };
constexpr int table[] = {1, 2};
template <class T>
T g(T x = {}) {
  if (x) {
    auto l = [](int y) { return y; };
  }
  return x;
}
}
"""
        found = [(f.first_line, f.last_line) for f in functions(code) if f.lines > 1]
        self.assertEqual(found, [(4, 6), (10, 16)])


class WholeProject(unittest.TestCase):
    def run_on(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            out = io.StringIO()
            return lint.run(root, out), out.getvalue()

    def test_the_order_is_read_from_cmake(self):
        cmake = "# it\nheadroom_library(core USES x)\nheadroom_library(io\n USES headroom_core)"
        self.assertEqual(lint.order_of(cmake), ["core", "io", "cli"])
        self.assertEqual(list(lint.order_errors(cmake)), [])
        wrong = "headroom_library(core USES headroom_io)\nheadroom_library(io)\n"
        self.assertEqual(
            list(lint.order_errors(wrong)), [(1, "core uses io, which does not stand above it")]
        )

    def test_a_clean_project_passes_and_a_broken_one_names_file_and_line(self):
        cmake = "headroom_library(core)\nheadroom_library(io USES headroom_core)\n"
        header = "// One value for tests.\n#pragma once\n"
        clean = {"src/CMakeLists.txt": cmake, "src/core/a.h": header}
        self.assertEqual(self.run_on(clean), (True, "lint: 2 files, 0 errors, 0 warnings\n"))
        broken = clean | {"src/core/b.cpp": '// One more value.\n#include "io/x.h"\n'}
        passed, text = self.run_on(broken)
        self.assertFalse(passed)
        self.assertIn(
            'src/core/b.cpp:2: core may not include "io/x.h": io stands below it [include_order]',
            text,
        )


if __name__ == "__main__":
    unittest.main()
