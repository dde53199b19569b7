"""The checks of the house rules: each takes a file and yields (line, message)."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from source import blank, functions, includes

FILE_LINES_LONG = 350
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 100
FIRST_EFFECTFUL = "io"  # directories that stand above it in the order are the pure half


@dataclass
class File:
    """A file of the project: its path from the root, with '/', and its text."""

    path: str
    text: str
    order: list = field(default_factory=list)  # directories of src/, as in src/CMakeLists.txt
    companion: str = ""  # the header of a .cpp, so that its members' types are known

    def __post_init__(self):
        self.is_cpp = self.path.endswith((".h", ".cpp"))
        self.code = blank(self.text) if self.is_cpp else ""
        self.functions = functions(self.code) if self.is_cpp else []

    @property
    def directory(self):
        parts = PurePosixPath(self.path).parts
        return parts[1] if parts[0] == "src" and len(parts) > 2 else ""

    @property
    def is_pure(self):
        if FIRST_EFFECTFUL not in self.order:
            return False
        return self.directory in self.order[: self.order.index(FIRST_EFFECTFUL)]

    @property
    def is_test(self):
        return self.path.endswith("_test.cpp") or (
            self.path.startswith("tests/") and self.path.endswith(".cpp")
        )


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def matches(pattern, text):
    for match in re.finditer(pattern, text):
        yield line_of(text, match.start()), match


# --- shape of a file -------------------------------------------------------------------------


def purpose(file):
    if file.is_cpp and not re.match(r"// \S.{9,}", file.text):
        yield 1, "must open with one sentence on the file's purpose: // ..."


def pragma_once(file):
    if file.path.endswith(".h") and "#pragma once" not in file.code:
        yield 1, "a header needs #pragma once"


def using_namespace(file):
    if not file.path.endswith(".h"):
        return
    for line, match in matches(r"using\s+namespace\s+([\w:]+)", file.code):
        inside = re.search(r"namespace\s+headroom", file.code[: match.start()])
        if match.group(1) != "std::chrono_literals" or not inside:
            yield line, f"no 'using namespace {match.group(1)}' in a header"


def size(file):
    count = file.text.count("\n")
    if file.is_cpp and count > FILE_LINES_MAX:
        yield 1, f"{count} lines, at most {FILE_LINES_MAX}"


def function_size(file):
    for function in file.functions:
        if function.lines > FUNCTION_LINES_MAX:
            text = f"{function.lines} lines, at most {FUNCTION_LINES_MAX}: {function.head[:60]}"
            yield function.first_line, text


def columns(file):
    code = (".h", ".cpp", ".py", ".sh", ".cmake", "CMakeLists.txt")
    if file.path != "dev" and not file.path.endswith(code):
        return
    for number, line in enumerate(file.text.splitlines(), 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns, at most {COLUMNS_MAX}"


def long_file(file):
    """A warning only."""
    count = file.text.count("\n")
    if file.is_cpp and FILE_LINES_LONG < count <= FILE_LINES_MAX:
        yield 1, f"{count} lines is long ({FILE_LINES_LONG} is the guide)"


# --- the layout's order ----------------------------------------------------------------------


def include_order(file):
    if file.directory not in file.order:
        return
    own = file.order.index(file.directory)
    for line, quote, path in includes(file.text):
        target = path.split("/")[0]
        if quote == '"' and "/" not in path:
            yield line, f'write the directory too: "{file.directory}/{path}"'
        elif quote == '"' and target not in file.order:
            yield line, f'"{path}": src/CMakeLists.txt names no directory {target}'
        elif quote == '"' and file.order.index(target) > own:
            yield line, f'{file.directory} may not include "{path}": {target} stands below it'


def listed(file):
    if file.is_cpp and file.directory and file.directory not in file.order:
        yield 1, f"src/CMakeLists.txt names no directory {file.directory}"


# --- the pure half ---------------------------------------------------------------------------

BANNED_CALLS = [
    (r"\w+_clock::now\b", "time is an argument"),
    (r"\b(clock_gettime|gettimeofday|timespec_get)\b", "time is an argument"),
    (r"\b(std::)?time\s*\(\s*(nullptr|NULL|0)\s*\)", "time is an argument"),
    (r"\bstd::random_device\b", "chance is an argument (core/random.h)"),
    (r"\bstd::(mt19937\w*|\w+_engine)\b", "chance is an argument (core/random.h)"),
    (r"\bstd::\w+_distribution\b", "differs between standard libraries (core/random.h)"),
    (r"\b(rand|srand|drand48)\s*\(", "chance is an argument (core/random.h)"),
    (r"\bstd::(jthread|thread|async|mutex|shared_mutex|condition_variable)\b", "one thread only"),
    (r"\b(secure_)?getenv\b", "the environment is an argument"),
    (r"\b(sleep|usleep|nanosleep|sleep_for|sleep_until)\s*\(", "nothing waits"),
    (r"\bstd::(cout|cerr|clog|print|println)\b", "nothing prints or logs"),
    (r"\bfmt::print\b|\bspdlog::", "nothing prints or logs"),
    (r"\b(f|v|vf|d)?printf\s*\(|\bf?puts\s*\(", "nothing prints or logs"),
    (r"\b(socket|connect|accept4?|epoll_\w+|fork|execv\w*)\s*\(", "no sockets or processes"),
]
BANNED_HEADERS = re.compile(
    r"thread|mutex|shared_mutex|condition_variable|future|random|iostream|sys/.*|spdlog/.*|"
    r"nlohmann/(?!json_fwd).*|CLI/.*|sqlite3\.h|unistd\.h"
)
MAY_STOP_THE_PROCESS = "src/core/result.cpp"  # check_failed prints why it stops


def banned_calls(file):
    if not file.is_pure or file.path == MAY_STOP_THE_PROCESS:
        return
    for pattern, why in BANNED_CALLS:
        for line, match in matches(pattern, file.code):
            before = file.code[max(0, match.start() - 2) : match.start()]
            if before.endswith((".", "->")):  # a member that happens to have the name
                continue
            yield line, f"'{match.group(0).rstrip('( ')}' in the pure half: {why}"
    if not file.is_test:
        for line, quote, path in includes(file.text):
            if quote == "<" and BANNED_HEADERS.fullmatch(path):
                yield line, f"<{path}> in the pure half"


def unordered_iteration(file):
    if not file.is_pure:
        return
    declared = r"unordered_(?:multi)?(?:map|set)<[^;{}()]*>\s+&?(\w+)\s*[;={(,)]"
    names = set(re.findall(declared, blank(file.companion) + file.code))
    for name in sorted(names):
        loop = rf"for\s*\([^;)]*:\s*(?:\w+(?:\.|->))?{name}\s*\)"
        for line, _ in matches(rf"{loop}|\b{name}\s*(?:\.|->)c?begin\s*\(", file.code):
            yield line, f"iterates over unordered {name}: the order differs between builds"


# --- lifetimes -------------------------------------------------------------------------------


def loop_over_part_of_a_temporary(file):
    """C++23 as GCC 12 has it keeps what is looped over, not what that is a part of."""
    if not file.is_cpp:
        return
    loop = r"\bfor\s*\([^;{}]*?[\w&*>\]] : ([^;{}]*?)\)\s*(?:\{|\n)"
    for line, match in matches(loop, file.code):
        looped, called = match.group(1), True
        while called:  # from the inside: a call is a mark
            looped, called = re.subn(r"\([^()]*\)", "@", looped)
        if re.search(r"[\w>]@\s*\[", looped):
            yield line, "loops over a part of a temporary, which ends before the loop: name it"


# --- tests -----------------------------------------------------------------------------------

_ASSERTION = re.compile(
    r"\b(?:EXPECT|ASSERT)_\w+|\b(?:FAIL|ADD_FAILURE)\b|\b(?:expect|check|assert|require)_\w+\s*\("
)
_VACUOUS = re.compile(
    r"\bSUCCEED\s*\(\s*\)|\b(?:EXPECT|ASSERT)_(?:TRUE\s*\(\s*true|FALSE\s*\(\s*false)\s*\)"
)
_TEST = re.compile(r"(?:TYPED_)?TEST(?:_F|_P)?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)$")
_WAITING = re.compile(r"\b(?:eventually|stall|wait_\w+|poll_\w+|\w+_until|\w+_within)\s*\(")


def empty_tests(file):
    for function in file.functions:
        test = _TEST.search(function.head)
        if not test:
            continue
        name = f"{test.group(1)}.{test.group(2)}"
        if not _ASSERTION.search(_VACUOUS.sub("", function.body)):
            yield function.first_line, f"{name} asserts nothing"


def disabled_tests(file):
    if not file.is_test:
        return
    for line, _ in matches(r"\bDISABLED_\w+", file.code):
        yield line, "a disabled test"
    for line, _ in matches(r"\bGTEST_SKIP\s*\(\s*\)\s*(?!\s*<<)", file.code):
        yield line, "GTEST_SKIP() needs its reason: GTEST_SKIP() << ..."


def sleeping_tests(file):
    """Only what polls with a deadline (eventually, wait_..., ..._until) or is a fault on purpose
    (stall) may sleep.
    """
    if not file.is_test:
        return
    allowed = [f for f in file.functions if _WAITING.search(f.head)]
    for line, match in matches(r"\b(?:u|nano)?sleep(?:_for|_until)?\s*\(", file.code):
        if not any(f.first_line <= line <= f.last_line for f in allowed):
            yield line, f"'{match.group(0)}' in a test: poll with a deadline instead"


def empty_python_tests(file):
    if not file.path.endswith("_test.py"):
        return
    for node in ast.walk(ast.parse(file.text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            body = ast.unparse(node)
            if not re.search(r"\bassert|\bself\.(fail|assert)|\b(expect|check|assert)_\w+\(", body):
                yield node.lineno, f"{node.name} asserts nothing"


# --- words -----------------------------------------------------------------------------------

_UNFINISHED = r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b"  # cut, so that this file passes too
_PRIVATE_PATH = r"(?<![\w.}])/(?:ro" r"ot|ho" r"me/\w+|wo" r"rk)/\w"
_CATCH_ALL = {"util", "utils", "common", "helper", "helpers", "misc"}


def unfinished(file):
    for line, match in matches(_UNFINISHED, file.text):
        yield line, f"'{match.group(0)}': finish it or file an issue"


def private_paths(file):
    for line, match in matches(_PRIVATE_PATH, file.text):
        yield line, f"a path of one machine: {match.group(0)}"


def catch_all_names(file):
    for part in PurePosixPath(file.path).parts:
        if PurePosixPath(part).stem in _CATCH_ALL:
            yield 1, f"'{part}' says nothing: name it after what it does"


ERRORS = [
    purpose,
    pragma_once,
    using_namespace,
    size,
    function_size,
    columns,
    include_order,
    listed,
    banned_calls,
    unordered_iteration,
    loop_over_part_of_a_temporary,
    empty_tests,
    disabled_tests,
    sleeping_tests,
    empty_python_tests,
    unfinished,
    private_paths,
    catch_all_names,
]
WARNINGS = [long_file]
