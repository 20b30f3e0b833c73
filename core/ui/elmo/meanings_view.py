"""What all panels of the meanings page look at: some examples under one mix."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from core.analysis.elmo.mixing import Mix
from core.analysis.elmo.products import find_cosines
from core.analysis.elmo.purity import Purity
from core.analysis.elmo.word_tokens import WordTokens
from core.corpora.senses import SenseExample
from core.ui.elmo.meanings_cached import Choice, find_tokens, score
from core.ui.wording import plain

_IMPORTS = """\
from core.analysis.elmo.mixing import from_shares
from core.analysis.elmo.word_tokens import record_tokens
from core.checkpoints.bilm import load_bilm
"""
_RECIPE = """\
{read}tokens = record_tokens(load_bilm("{id}").model, examples)
mix = from_shares({shares}, gamma={gamma}, normalise={normalise}, sides="{sides}")
"""


@dataclass(frozen=True, eq=False)
class MeaningsView:
    """Examples, a mix, and what follows from both.

    Attributes
    ----------
    raw : tuple of float
        Shares as the sliders hold them.
    """

    checkpoint_id: str
    choice: Choice
    tokens: WordTokens = field(repr=False)
    mix: Mix
    raw: tuple[float, ...]

    @property
    def n(self) -> int:
        """Examples."""
        return len(self.tokens.examples)

    @cached_property
    def products(self) -> np.ndarray:
        """Inner products of the mixed vectors."""
        return self.tokens.products.mix(self.mix)

    @cached_property
    def cosines(self) -> np.ndarray:
        return find_cosines(self.products)

    @cached_property
    def purity(self) -> Purity | None:
        """Of this mix; None where there are not two senses to be told apart."""
        return score(self.cosines, self.tokens.senses)

    @property
    def angle_mix(self) -> Mix:
        """The mix without γ, for what γ does not change."""
        return replace(self.mix, gamma=1.0)

    def write_recipe(self, lines: str, *, more: str = "", first: str = "") -> str:
        """Lines of Python that read the examples and go on with `lines`.

        Parameters
        ----------
        more, first : str
            Further imports from core, and from elsewhere.
        """
        imports, read = self.choice.recipe()
        every = _join_imports((imports + more + _IMPORTS).splitlines())
        body = _RECIPE.format(read=read, id=self.checkpoint_id, shares=self.raw, gamma=self.mix.gamma,
                              normalise=self.mix.normalise, sides=self.mix.sides)
        return (f"{first}\n" if first else "") + "\n".join(every) + "\n\n" + body + lines


def _join_imports(lines: Sequence[str]) -> list[str]:
    """Names from one module on one line."""
    names: dict[str, list[str]] = {}
    for line in lines:
        module, _, part = line.removeprefix("from ").partition(" import ")
        names.setdefault(module, []).extend(part.split(", "))
    return [f"from {module} import {', '.join(dict.fromkeys(sorted(own, key=str.lower)))}"
            for module, own in sorted(names.items())]


def look(checkpoint_id: str, choice: Choice, mix: Mix, raw: tuple[float, ...]) -> MeaningsView:
    """The view of chosen examples."""
    return MeaningsView(checkpoint_id, choice, find_tokens(checkpoint_id, choice), mix, raw)


def quote_example(example: SenseExample, reach: int = 12) -> str:
    """A sentence with its word in bold, cut at both ends, in Markdown."""
    first, last = max(0, example.position - reach), min(len(example.words), example.position + reach + 1)
    words = [plain(word[:60]) for word in example.words[first:last]]
    words[example.position - first] = f"**{words[example.position - first]}**"
    return "… " * (first > 0) + " ".join(words) + " …" * (last < len(example.words))


def name_example(example: SenseExample, row: int, reach: int = 4) -> str:
    """The same in a few plain words, for menus."""
    first, last = max(0, example.position - reach), min(len(example.words), example.position + reach + 1)
    words = [word[:24] for word in example.words[first:last]]
    words[example.position - first] = words[example.position - first].upper()
    return f"{row + 1} · " + "… " * (first > 0) + " ".join(words) + " …" * (last < len(example.words))
