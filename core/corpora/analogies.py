"""Analogy questions: a is to b as c is to d, in families such as capitals or past tenses."""

from dataclasses import dataclass
from pathlib import Path

from core.errors import CorpusError
from core.settings import MAX_FILE_BYTES

Question = tuple[str, str, str, str]  # a, b, c, d


@dataclass(frozen=True)
class AnalogyFamily:
    """One relation and its questions, in lower case and in the file's order.

    Attributes
    ----------
    name : str
        As in the file; Google's grammatical families begin with ``gram``.
    questions : tuple of (a, b, c, d)
    """

    name: str
    questions: tuple[Question, ...]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The word pairs that the questions are made of, each once, by first appearance."""
        return tuple(dict.fromkeys(pair for a, b, c, d in self.questions for pair in ((a, b), (c, d))))


def read_analogies(path: Path) -> tuple[AnalogyFamily, ...]:
    """Read a question file: ``: family`` lines, each followed by lines of four words.

    Raises
    ------
    CorpusError
        When the file is absent, not UTF-8, holds no question, or a line is neither; the line is named.
    """
    fields = {"path": str(path)}
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CorpusError("{path} is too large for analogy questions.", "Give a file such as questions-words.txt.",
                              **fields)
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError("Byte {position} of {path} is not UTF-8 text.", "Save the file as UTF-8.",
                          position=error.start, **fields) from None
    except OSError as error:
        raise CorpusError("{path} cannot be read: {why}.", "Run “python -m core.corpora fetch google-analogies”, or "
                          "give another file.", why=error.strerror or str(error), **fields) from error
    families: dict[str, list[Question]] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.lower().split()
        if line.startswith(":"):
            name = line[1:].strip()
            families.setdefault(name, [])
        elif len(words) == 4 and name:
            families[name].append(tuple(words))
        elif words:
            raise CorpusError("Line {line} of {path} is neither “: family” nor a question of four words.",
                              "Write four words a line, such as “king queen man woman”, below a line “: family”.",
                              line=number, **fields)
    if not any(families.values()):
        raise CorpusError("{path} holds no analogy question.", "Write four words a line below a line “: family”.",
                          **fields)
    return tuple(AnalogyFamily(name, tuple(questions)) for name, questions in families.items() if questions)
