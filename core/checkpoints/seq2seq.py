"""Encoder–decoders on disk, in ``cache/checkpoints/seq2seq-<corpus>-<forward|reversed>-<hash8>/``.

Weights are rounded (`core.checkpoints.rounding`); what that costs stands in the card, whose perplexities are those of
the rounded weights.
"""

from dataclasses import asdict, dataclass

from core.checkpoints.assemble import fill_model
from core.checkpoints.card import SCHEMA, TRANSLATORS, Seq2SeqCard
from core.checkpoints.parts import list_cards, plan_card, read_part, read_words, write_parts
from core.checkpoints.rounding import pack_weights, packed_shapes, unpack_weights
from core.checkpoints.verify import CheckpointFault, list_folders, read_card
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokens.pairs import PairVocabulary
from core.tokens.vocabulary import Vocabulary

_AGAIN = "Restore the folder from the repository, or train it again: python -m core.training seq2seq --help."


@dataclass(frozen=True)
class Seq2SeqCheckpoint:
    """A verified encoder–decoder, ready to run (float32, evaluation mode, no gradients); nobody may change it."""

    card: Seq2SeqCard
    model: Seq2Seq
    vocabulary: PairVocabulary


def save_seq2seq(model: Seq2Seq, vocabulary: PairVocabulary, *, card_fields: dict) -> Seq2SeqCard:
    """Write an encoder–decoder whole.

    Parameters
    ----------
    card_fields : dict
        Fields of `Seq2SeqCard` other than id, model and files.
    """
    state = {name: t.detach().cpu() for name, t in model.state_dict().items()}
    direction = "reversed" if card_fields["reverse"] else "forward"
    return write_parts(Seq2SeqCard, f"{TRANSLATORS}{card_fields['corpus'].name}-{direction}-",
                       [*vocabulary.source.tokens, *vocabulary.target.tokens], {"weights": pack_weights(state)},
                       card_fields | {"model": asdict(model.config)})


def load_seq2seq_card(checkpoint_id: str) -> Seq2SeqCard:
    """Read and validate a card without touching the weights.

    Raises
    ------
    CheckpointError
        Absent folder, unreadable card, unknown schema, or a card of another id.
    """
    return read_card(checkpoint_id, Seq2SeqCard, SCHEMA, again=_AGAIN)


def load_seq2seq(checkpoint_id: str) -> Seq2SeqCheckpoint:
    """Load and verify an encoder–decoder.

    Raises
    ------
    CheckpointError
        Anything absent, truncated, altered or of the wrong shape, with a remedy.
    """
    card = load_seq2seq_card(checkpoint_id)
    model = plan_card(card, lambda: Seq2Seq(Seq2SeqConfig(**card.model)), again=_AGAIN)
    n_source = model.config.source_vocabulary_size
    words = read_words(card, n_source + model.config.target_vocabulary_size, again=_AGAIN)
    weights = read_part(card, "weights", packed_shapes(model.state_dict()), again=_AGAIN)
    vocabulary = PairVocabulary(Vocabulary(words[:n_source]), Vocabulary(words[n_source:]),
                                card.corpus.source_language, card.corpus.target_language, card.lower_source)
    return Seq2SeqCheckpoint(card, fill_model(model, unpack_weights(weights)), vocabulary)


def list_seq2seqs() -> tuple[list[Seq2SeqCard], list[CheckpointFault]]:
    """Cards of all encoder–decoders, those that read backwards first, and the folders left out."""
    cards, faults = list_cards(Seq2SeqCard, list_folders(TRANSLATORS), again=_AGAIN)
    return sorted(cards, key=lambda c: (c.corpus.name, not c.reverse, c.model["n_layers"], c.training.get("seed", 0),
                                        c.id)), faults
