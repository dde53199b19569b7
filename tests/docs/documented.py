"""Which commands the documentation shows, in console blocks and within sentences."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("./dev", "headroom")  # what a command begins with, to be one of this project


@dataclass(frozen=True)
class Shown:
    """A command and where it stands."""

    where: str  # file:line
    text: str  # on one line, without a comment


def pages(root=ROOT):
    named = [root / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")]
    return [*named, *sorted(root.glob("docs/**/*.md")), *sorted(root.glob("examples/**/README.md"))]


def without_comment(line):
    return re.sub(r"\s+#\s.*$", "", line).strip()


def fences(text):
    """Each fenced block: its language, the number of its first line, its lines."""
    language, begin, block = None, 0, []
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*```(\w*)", line)
        if mark and language is None:
            language, begin, block = mark[1], number + 1, []
        elif mark:
            yield language, begin, block
            language = None
        elif language is not None:
            block.append(line)


def in_console(page, text):
    """Commands of console blocks: behind `$ `, with the lines that a backslash joins."""
    for language, begin, block in fences(text):
        if language != "console":
            continue
        lines = enumerate(block, begin)
        for number, line in lines:
            if not line.startswith("$ "):
                continue
            command = without_comment(line[2:])
            while command.endswith("\\"):
                command = command[:-1].rstrip() + " " + without_comment(next(lines)[1])
            yield Shown(f"{page}:{number}", command)


def outside_console(page, text):
    """Lines of other blocks that look like commands of this project."""
    for language, begin, block in fences(text):
        if language == "console":
            continue
        for number, line in enumerate(block, begin):
            if re.match(r"(\$ )?(\./dev|headroom) [a-z]+( |$)", line):
                yield Shown(f"{page}:{number}", line)


def in_sentences(page, text):
    """Commands of this project in code spans that name more than the program."""
    prose = re.sub(r"(?ms)^\s*```.*?^\s*```", lambda block: "\n" * block[0].count("\n"), text)
    for span in re.finditer(r"`([^`]+)`", prose):
        words = span[1].split()
        if len(words) > 1 and words[0] in OURS:
            number = prose.count("\n", 0, span.start()) + 1
            yield Shown(f"{page}:{number}", " ".join(words))


def everywhere(find, root=ROOT):
    return [shown for path in pages(root)
            for shown in find(path.relative_to(root), path.read_text())]


def options_of(command):
    """The long options that a command gives."""
    return [word.split("=")[0] for word in shlex.split(re.sub(r"[\[\]|]", " ", command))
            if word.startswith("--")]
