"""C++ text as the checks need it: without comments and literals, and cut into functions."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """A function body at namespace or class level; lambdas belong to the function around them."""

    head: str  # what stands before the opening brace, on one line
    first_line: int
    last_line: int
    body: str

    @property
    def lines(self):
        return self.last_line - self.first_line + 1


_LITERAL_OR_COMMENT = re.compile(
    r"""
    //[^\n]*
  | /\*.*?\*/
  | (?<![A-Za-z0-9_])(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
  | "(?:\\.|[^"\\\n])*"
  | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'
    """,
    re.VERBOSE | re.DOTALL,
)
_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
_SCOPE = re.compile(r"(?<![\w<])(namespace|class|struct|union|enum|extern)\b")


def blank(text):
    """The same text, lines kept, with comments and the insides of literals made of spaces."""

    def spaces(match):
        found = match.group(0)
        kept = re.sub(r"[^\n]", " ", found)
        if found.startswith("/"):
            return kept
        return '"' + kept[1:-1] + '"' if len(kept) >= 2 else kept

    return _LITERAL_OR_COMMENT.sub(spaces, text)


def includes(text):
    """(line, quote character, path) of every include; quotes survive because comments only go."""
    found = []
    for match in _INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        found.append((line, match.group(1), match.group(2)))
    return found


def functions(blanked):
    """Every function of a blanked text, in order, by counting braces: good enough, not a parser."""
    found = []
    stack = []  # (is this a scope that can hold functions?, head, start offset, brace offset)
    head_start = 0
    parens = 0
    for offset, char in enumerate(blanked):
        if char in "()":
            parens += 1 if char == "(" else -1
        elif char == "{":
            head = blanked[head_start:offset]
            inside_scope = all(scope for scope, *_ in stack)
            is_scope = inside_scope and parens == 0 and _opens_scope(head)
            stack.append((is_scope, head, head_start, offset, inside_scope and parens == 0, parens))
            parens = 0
            head_start = offset + 1
        elif char == "}" and stack:
            is_scope, head, start, brace, counts, parens = stack.pop()
            if counts and not is_scope and _opens_function(head):
                found.append(_function(blanked, head, start, brace, offset))
            head_start = offset + 1 if parens == 0 else start
        elif char == ";" and parens == 0:
            head_start = offset + 1
    return found


def _opens_scope(head):
    words = _SCOPE.search(head)
    return bool(words) and "(" not in head[words.end() :].split("=")[0].replace("alignas(", "")


def _opens_function(head):
    before_body = re.sub(r"\[\[.*?\]\]", "", head, flags=re.DOTALL)
    return "(" in before_body and not re.search(r"=\s*$", before_body)


def _function(blanked, head, start, brace, end):
    lead = len(head) - len(head.lstrip())
    directive = re.match(r"(\s*#[^\n]*\n)+\s*", head)
    if directive:
        lead = directive.end()
    return Function(
        head=" ".join(head[lead:].split()),
        first_line=blanked.count("\n", 0, start + lead) + 1,
        last_line=blanked.count("\n", 0, end) + 1,
        body=blanked[brace + 1 : end],
    )
