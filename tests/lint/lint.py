#!/usr/bin/env python3
"""Holds the house rules of CONTRIBUTING.md: exit 1 and one line per finding when one is broken."""

import re
import subprocess
import sys
from pathlib import Path

import checks

TEXT = {
    ".h",
    ".cpp",
    ".py",
    ".sh",
    ".cmake",
    ".txt",
    ".md",
    ".yaml",
    ".json",
    ".go",
    ".rs",
    ".toml",
    ".cfg",
    ".conf",
    ".html",
    ".js",
    ".css",
    "",
}


def order_of(cmake):
    """The directories of src/ in their order of dependency; the command line comes last."""
    return re.findall(r"^headroom_library\(\s*(\w+)", cmake, re.MULTILINE) + ["cli"]


def order_errors(cmake):
    """A library may link only libraries that the file names before it."""
    seen = set()
    for match in re.finditer(r"^headroom_library\(\s*(\w+)([^)]*)\)", cmake, re.MULTILINE):
        for used in re.findall(r"\bheadroom_(\w+)", match.group(2)):
            if used not in seen:
                line = cmake.count("\n", 0, match.start()) + 1
                yield line, f"{match.group(1)} uses {used}, which does not stand above it"
        seen.add(match.group(1))


def project_files(root):
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listing.returncode == 0:
        names = listing.stdout.decode().split("\0")
    else:  # not a checkout: an unpacked source archive
        skipped = {"build", "out", "target", ".git"}
        names = [
            str(path.relative_to(root))
            for path in root.rglob("*")
            if not skipped & set(path.relative_to(root).parts)
        ]
    return sorted(n for n in names if n and (root / n).is_file() and Path(n).suffix in TEXT)


def load(root, name, order):
    header = root / Path(name).with_suffix(".h")
    companion = header.read_text() if name.endswith(".cpp") and header.is_file() else ""
    return checks.File(name, (root / name).read_text(errors="replace"), order, companion)


def findings(files, rules):
    return [
        f"{file.path}:{line}: {text} [{rule.__name__}]"
        for file in files
        for rule in rules
        for line, text in rule(file)
    ]


def run(root, out=sys.stdout):
    cmake_path = root / "src" / "CMakeLists.txt"
    cmake = cmake_path.read_text() if cmake_path.is_file() else ""
    order = order_of(cmake)
    files = [load(root, name, order) for name in project_files(root)]
    errors = [f"src/CMakeLists.txt:{line}: {text}" for line, text in order_errors(cmake)]
    errors += findings(files, checks.ERRORS)
    warnings = findings(files, checks.WARNINGS)
    for line in warnings:
        print(f"warning: {line}", file=out)
    for line in errors:
        print(line, file=out)
    print(f"lint: {len(files)} files, {len(errors)} errors, {len(warnings)} warnings", file=out)
    return not errors


if __name__ == "__main__":
    sys.exit(0 if run(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()) else 1)
