"""What sentence vectors keep of word order and voice, stored: Figure 2 of the paper in numbers."""

from dataclasses import dataclass

import numpy as np

from core.analysis.results import ResultKind
from core.analysis.seq2seq.phrases import join_parts, measure_quadruples, record_quadruples
from core.analysis.seq2seq.untrained import untrain
from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.corpora.pairs import MULTI30K
from core.corpora.phrases import generate_quadruples

N_QUADRUPLES = 200
N_DRAWS = 1_000


@dataclass(frozen=True)
class MeasuredPhrases:
    """Cosine distances of h within quadruples of generated phrases; each a value and the ends of its 95 % interval.

    Attributes
    ----------
    checkpoint_id, style : str
    reverse : bool
    n : int
        Quadruples.
    order, bare_order : float64 arrays of shape (3,)
        Between phrases of the same words with roles swapped, over that of unlike phrases; ``bare``: untrained.
    voice_to_order, bare_voice_to_order : float64 arrays of shape (3,)
        Between voices of one meaning, over that between the two meanings.
    """

    checkpoint_id: str
    style: str
    reverse: bool
    n: int
    order: np.ndarray
    bare_order: np.ndarray
    voice_to_order: np.ndarray
    bare_voice_to_order: np.ndarray


def measure_phrases(checkpoint: Seq2SeqCheckpoint) -> MeasuredPhrases:
    """Measure a trained encoder and one with its first weights; errors as `generate_quadruples`."""
    style = "captions" if checkpoint.card.corpus.name == MULTI30K else "everyday"
    quadruples = generate_quadruples(N_QUADRUPLES, known=checkpoint.vocabulary.source.ids, style=style)
    trained, bare = (measure_quadruples(join_parts(record_quadruples(c, quadruples)), n_draws=N_DRAWS)
                     for c in (checkpoint, untrain(checkpoint)))
    return MeasuredPhrases(checkpoint.card.id, style, checkpoint.card.reverse, N_QUADRUPLES, trained.relative[0],
                           bare.relative[0], _invert(trained.order_to_voice), _invert(bare.order_to_voice))


def _invert(ratio: np.ndarray) -> np.ndarray:
    """1 over a ratio and its ends, which change places."""
    return 1 / ratio[[0, 2, 1]]


_KIND = ResultKind("-phrases", MeasuredPhrases)


def save_phrases(found: MeasuredPhrases) -> None:
    """Store what was measured of one checkpoint."""
    _KIND.save(found)


def list_phrases() -> list[MeasuredPhrases]:
    """All stored results that can be read."""
    return _KIND.load_all("seq2seq")
