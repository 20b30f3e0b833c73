"""Which texts the sources ask to translate: one place for the test and for ``python -m core.ui.locale``."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from core import errors, settings
from core.ui.registry import PAGES

ERRORS = frozenset(name for name, kind in vars(errors).items()
                   if isinstance(kind, type) and issubclass(kind, errors.WordglassError))
# Which positional arguments of a call are msgids: a text, problem and remedy, or a claim's figure, sentence and report.
_TRANSLATED = {"tr": slice(0, 1), "ClaimRecord": slice(2, 5), **dict.fromkeys(ERRORS, slice(0, 2))}


def collect_texts(root: Path = settings.ROOT) -> dict[str, str]:
    """Every msgid and the first place that uses it, in the order of the sources.

    Literals only: first argument of ``tr(...)`` in ``pages/`` and ``core/``, both templates of
    ``SomeError("problem", "remedy", ...)`` in ``core/``, figure, claim and report of
    ``ClaimRecord(id, seed, figure, claim, reported)`` in ``core/reproduce/``, title, question and section of each page.
    """
    texts: dict[str, str] = {}
    for entry in PAGES:
        for text in (entry.section, entry.title, entry.question):
            if text:
                texts.setdefault(text, "core/ui/registry.py")
    sources = sorted((root / "core" / "ui").rglob("*.py")) + sorted((root / "pages").glob("*.py"))
    sources += [path for path in sorted((root / "core").rglob("*.py")) if path not in sources]
    for path in sources:
        place = path.relative_to(root).as_posix()
        for text, line in _texts_of(ast.parse(path.read_text(encoding="utf-8"))):
            texts.setdefault(text, f"{place}:{line}")
    return texts


def template_fields(template: str) -> frozenset[str]:
    """Names of the ``{fields}`` of a template.

    >>> sorted(template_fields("{n:,} of {total}"))
    ['n', 'total']
    """
    return frozenset(name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(template) if name)


def _texts_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        wanted = node.args[_TRANSLATED[name]] if name in _TRANSLATED else []
        for argument in wanted:
            yield from _literals(argument)


def _literals(node: ast.AST) -> Iterator[tuple[str, int]]:
    """The literal, or both of ``a if condition else b``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value, node.lineno
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
