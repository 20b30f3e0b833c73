"""Lisp source (Emacs Lisp, Scheme; files, folders, gzip) to documents of trees, one tree a top-level form.

Lists and vectors are nodes, everything else is a word under the class it has by its place: so a form is
linearised as an English tree is, and its brackets are exactly those of the file. A quote sign is a word before what
it quotes, not a bracket.
"""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePath

from core.corpora.treebank import Document, Treebank, iterate_files
from core.corpora.trees import Tree
from core.errors import CorpusError, TreeSyntaxError
from core.settings import MAX_FILE_BYTES, MAX_TREE_DEPTH

SUFFIXES = (".el", ".el.gz", ".scm")
# A word's class. By its spelling: the first row; a symbol by where it stands: the second.
LITERALS = ("STRING", "NUMBER", "CHARACTER", "KEYWORD", "CONSTANT", "QUOTE", "DOT")
ROLES = ("DEFINE", "SPECIAL", "CALL", "NAME", "SYMBOL")
# A node's label: what its first element makes of it; DATA is quoted, empty, or headed by no symbol.
FORMS = ("DEFINE", "SPECIAL", "CALL", "DATA", "VECTOR")

_DEFINE = re.compile(r"(?:cl-|easy-mmode-|scheme:)?(?:def(?:un|macro|var|const|custom|group|face|alias|subst|advice|"
                     r"struct|class|type|generic|method|ine)|define-\S+|gv-define-\S+)(?:\*|-local)?")
_SPECIAL = frozenset(
    "if when unless cond case pcase cl-case and or not let let* letrec let-values let*-values named-let if-let "
    "when-let if-let* when-let* progn prog1 prog2 begin lambda case-lambda while do dolist dotimes cl-loop "
    "cl-dolist cl-labels cl-flet cl-letf loop setq setf set! push pop quote function quasiquote unquote "
    "unquote-splicing catch throw unwind-protect condition-case ignore-errors save-excursion save-restriction "
    "save-match-data with-current-buffer with-temp-buffer interactive declare pcase-let pcase-let* "
    "cl-destructuring-bind delay cons-stream let-syntax letrec-syntax syntax-rules syntax-case "
    "eval-when-compile eval-and-compile".split())
_CONSTANTS = frozenset(("nil", "t", "#t", "#f", "#true", "#false", "#!eof", "#!default", "#!unspecific"))
_SHORT = {"STRING": '"…"', "CHARACTER": "?…"}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?(?:\d+|INF|NaN))?|[+-]?\d+/\d+|#\d*[xXbBoOdDeEiIr][\w.+-]+")
_PIECES = r"""
    (?P<blank>[\s\ufeff]+|;[^\n]*)
  | (?P<comment>\#\|)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<character>{character})
  | (?P<skip>\#;)
  | (?P<open>{vector}[(\[])
  | (?P<close>[)\]])
  | (?P<quote>\#'|\#`|\#,@|\#,|'|`|,@|,|\#s(?=\()|\#\^?(?=\[)|\#(?=\())
  | (?P<symbol>(?:{bars}[^\s()\[\]"'`,;\\]|\\.)+)
  | (?P<fault>.)"""
_ELISP = re.compile(_PIECES.format(
    character=r"""\?(?:\\(?:[CMSHAs]-\\?|\^\\?)*(?:N\{[^}]*\}|x[0-9A-Fa-f]+|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{1,3}|.)
                       |[^\\\s])(?![\w-])""", bars="", vector=""), re.VERBOSE | re.DOTALL)
_SCHEME = re.compile(_PIECES.format(character=r"\#\\(?:[A-Za-z][\w-]*|.)", bars=r"\|[^|]*\||",
                                     vector=r"\#(?:u8|vu8)?\(|"), re.VERBOSE | re.DOTALL)
_NESTED = re.compile(r"\#\||\|\#")
_CLOSER = {"(": ")", "[": "]"}


def parse_lisp(text: str, *, scheme: bool = False) -> Iterator[Tree]:
    """Read every list at the top level of ``text``; atoms between them are left out.

    Words stand as written, strings with their quotes; comments, block comments ``#| |#`` and commented data
    ``#;`` are dropped.

    Parameters
    ----------
    scheme : bool
        Scheme's ``#\\a`` and ``#(…)`` instead of Emacs Lisp's ``?a``.

    Raises
    ------
    TreeSyntaxError
        With the character offset of the fault: a bracket or string that is not closed, a bracket that
        closes nothing or another kind, nesting deeper than ``MAX_TREE_DEPTH``.

    Examples
    --------
    >>> print(*parse_lisp("(defun twice (x) ; doubles\\n (* 2 x))"))
    (DEFINE (DEFINE defun) (NAME twice) (DATA (SYMBOL x)) (CALL (CALL *) (NUMBER 2) (SYMBOL x)))
    """
    for node in _read_nodes(text, _SCHEME if scheme else _ELISP):
        for tree in _drop_commented([node]):
            yield _classify(tree, quoted=False)


def parse_form(text: str, *, scheme: bool = False) -> Tree:
    """Read exactly one form, with literals shortened as in `read_lisp`.

    Raises
    ------
    TreeSyntaxError
        As `parse_lisp`; also when there is no list, or more than one.
    """
    forms = list(parse_lisp(text, scheme=scheme))
    if len(forms) != 1:
        raise TreeSyntaxError("There are {n} lists at the top level of the text; one is expected.",
                              "Write one form, such as (defun twice (x) (* 2 x)).", n=len(forms), position=0)
    return shorten_literals(forms[0])


def write_lisp(tree: Tree) -> str:
    """A form from `parse_lisp` as Lisp text on one line; `parse_lisp` reads the same tree back.

    Scheme vectors need no sign of their own here: they come out as ``[…]``, Emacs Lisp's.
    """
    inside, after_quote = [], True
    for child in tree.children:
        text = child.children[0] if child.is_preterminal else write_lisp(child)
        inside.append(("" if after_quote else " ") + text)
        after_quote = child.is_preterminal and child.label == "QUOTE"
    opening, closing = "[]" if tree.label == "VECTOR" else "()"
    return opening + "".join(inside) + closing


def shorten_literals(tree: Tree) -> Tree:
    """Strings and characters as one word each, and no word with a blank or a bracket in it."""
    def shorten(node: Tree) -> Tree:
        word = node.children[0]
        return Tree(node.label, (_SHORT.get(node.label) or re.sub(r"[\s()\[\]]+", "·", word),))
    return _map_words(tree, shorten)


def replace_by_classes(tree: Tree) -> Tree:
    """Every word replaced by its class: the syntax of the form, in some twelve symbols."""
    return _map_words(tree, lambda node: Tree(node.label, (node.label,)))


def read_lisp(path: Path, *, name: str | None = None, classes: bool = False,
              wanted: frozenset[str] | None = None) -> Treebank:
    """Read a Lisp file, a folder of them (any depth) or a zip.

    A document is a file, named by its path below ``path`` without suffix. A file that cannot be read is left
    out and named in ``problems``; the others still count.

    Parameters
    ----------
    classes : bool
        Give the symbol-class form, see `replace_by_classes`.
    wanted : frozenset of str, optional
        Read these documents only.

    Raises
    ------
    CorpusError
        When the path is absent or holds no readable form at all.
    """
    if not path.exists():
        raise CorpusError("There is no Lisp source at {path}.", "Give a .el, .el.gz or .scm file, or a folder of them.",
                          path=str(path))
    documents, problems = [], []
    for place, read in iterate_files(path, SUFFIXES):
        stem = name_document(place)
        if wanted is not None and stem not in wanted:
            continue
        try:
            text = _unpack(read()).decode("utf-8")
            scheme = PurePath(place).suffix.lower() == ".scm"
            trees = [shorten_literals(t) for t in parse_lisp(text, scheme=scheme)]
            documents.append(Document(stem, tuple(map(replace_by_classes, trees) if classes else trees)))
        except UnicodeDecodeError as error:
            problems.append(f"{stem}: byte {error.start} is not UTF-8 text.")
        except TreeSyntaxError as error:
            problems.append(f"{stem}: {error}")
        except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            problems.append(f"{stem}: cannot be read ({error}).")
    if not any(d.trees for d in documents):
        raise CorpusError("No form could be read from {path}. {first}",
                          "Give Lisp source, for example (defun twice (x) (* 2 x)).",
                          path=str(path), first=problems[0] if problems else "")
    return Treebank(name or path.stem, tuple(documents), tuple(problems))


def name_document(place: str) -> str:
    """Name of the document in a file: its path below the folder, without suffix."""
    return re.sub(r"\.(?:el|el\.gz|scm)$", "", place, flags=re.IGNORECASE)


def _unpack(data: bytes) -> bytes:
    """The bytes, gunzipped where they are gzip; never more than MAX_FILE_BYTES."""
    if data[:2] != b"\x1f\x8b":
        return data
    unpacker = zlib.decompressobj(wbits=31)
    text = unpacker.decompress(data, MAX_FILE_BYTES)
    if not unpacker.eof:
        raise gzip.BadGzipFile("the file is cut short or unpacks to too much")
    return text


def _read_nodes(text: str, pieces: re.Pattern[str]) -> Iterator[Tree]:
    """Lists at the top level, unclassified: ``LIST`` and ``VECTOR`` over words under ATOM or a literal's class."""
    stack: list[tuple[str, str, list[Tree], int]] = []  # closing bracket, label, children, offset
    at_top: list[Tree] = []  # "#;" may stand before a top-level list
    position, end = 0, len(text)
    while position < end:
        piece = pieces.match(text, position)
        kind, token, start, position = piece.lastgroup, piece.group(), position, piece.end()
        if kind == "blank":
            continue
        if kind == "comment":
            position = _end_of_comment(text, start)
        elif kind == "open":
            if len(stack) >= MAX_TREE_DEPTH:
                raise TreeSyntaxError("The form nests deeper than {limit} brackets at character {position}.",
                                      "Shorten it.", limit=MAX_TREE_DEPTH, position=start)
            label = "LIST" if token == "(" or (token == "[" and pieces is _SCHEME) else "VECTOR"
            stack.append((_CLOSER[token[-1]], label, [], start))
        elif kind == "close":
            if not stack:
                raise TreeSyntaxError("The bracket at character {position} closes nothing.",
                                      "Remove it, or add the opening bracket it belongs to.", position=start)
            expected, label, children, opened = stack.pop()
            if token != expected:
                raise TreeSyntaxError("The bracket at character {position} is {found}, but the one opened at character "
                                      "{opened} needs {expected}.", "Close it first.", position=start, found=token,
                                      opened=opened, expected=expected)
            node = Tree(label, tuple(children))
            if stack:
                stack[-1][2].append(node)
            elif at_top and at_top[-1].label == "SKIP":
                at_top.pop()
            else:
                yield node
        elif kind == "fault":
            what = "string" if token == '"' else "sign"
            raise TreeSyntaxError("The {what} at character {position} is never closed or means nothing.",
                                  "Close it, or remove it.", what=what, position=start)
        else:
            atom = Tree(_SPELLING.get(kind) or _spell(token), (token,))
            if stack:
                stack[-1][2].append(atom)
            elif kind == "skip":
                at_top.append(atom)
            elif at_top and kind != "quote":
                at_top.pop()
    if stack:
        raise TreeSyntaxError("The bracket opened at character {position} is never closed.",
                              "Add {missing} closing bracket(s) at the end, or remove this one.",
                              position=stack[-1][3], missing=len(stack))


_SPELLING = {"string": "STRING", "character": "CHARACTER", "quote": "QUOTE", "skip": "SKIP"}


def _spell(token: str) -> str:
    """Class of a word that its spelling tells."""
    if token == ".":
        return "DOT"
    if token in _CONSTANTS:
        return "CONSTANT"
    if (token[0] in ":&" and len(token) > 1) or token.startswith("#!"):
        return "KEYWORD"
    return "NUMBER" if _NUMBER.fullmatch(token) else "ATOM"


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for sign in _NESTED.finditer(text, start):
        depth += 1 if sign.group() == "#|" else -1
        if depth == 0:
            return sign.end()
    raise TreeSyntaxError("The comment opened at character {position} is never closed.", "Close it with |#.",
                          position=start)


def _drop_commented(nodes) -> list[Tree]:
    """Without ``#;`` and the data they comment out, at every level."""
    kept, skip = [], 0
    for node in nodes:
        if node.label == "SKIP":
            skip += 1
        elif skip:
            skip -= node.label != "QUOTE"
        elif node.is_preterminal:
            kept.append(node)
        else:
            kept.append(Tree(node.label, tuple(_drop_commented(node.children))))
    return kept


def _classify(node: Tree, *, quoted: bool) -> Tree:
    """Labels by place: heads of lists, the name after a definition, data under a quote."""
    head = node.children[0] if node.label == "LIST" and node.children and not quoted else None
    word = head.children[0] if head is not None and head.label == "ATOM" else None
    label = node.label if node.label == "VECTOR" else "DATA"
    if word is not None:
        label = "DEFINE" if _DEFINE.fullmatch(word) else "SPECIAL" if word in _SPECIAL else "CALL"
    is_data = quoted or node.label == "VECTOR" or word in ("quote", "quasiquote")
    children, quote = [], ""
    for k, child in enumerate(node.children):
        if not child.is_preterminal:
            formals = (label == "DEFINE" and k == 2 and word != "define") or (word == "lambda" and k == 1)
            data = quote in ("'", "`") or ((is_data or formals) and quote not in (",", ",@", "#'"))
            children.append(_classify(child, quoted=data))
        elif child.label == "ATOM":
            role = label if k == 0 and word is not None else "NAME" if k == 1 and label == "DEFINE" else "SYMBOL"
            children.append(Tree(role, child.children))
        else:
            children.append(child)
        quote = child.children[0] if child.is_preterminal and child.label == "QUOTE" else ""
    return Tree(label, tuple(children))


def _map_words(tree: Tree, change) -> Tree:
    return Tree(tree.label, tuple(change(c) if c.is_preterminal else _map_words(c, change) for c in tree.children))
