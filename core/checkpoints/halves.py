"""The halves of an encoder–decoder as the pages of the LSTM see them: checkpoints that read words.

``<id>-encoder`` reads sentences of the source language, from last word to first if it was trained so. It predicts
nothing: its softmax is given the weight 0, so that all words are equally likely. ``<id>-decoder`` is the language model
of the target language that stands in it; here it begins where the encoder leaves it after an empty sentence, for a
sentence read on its own has no source.
"""

import torch

from core.checkpoints.assemble import fill_model, plan_model
from core.checkpoints.card import CheckpointCard, CorpusCard, Scores, Seq2SeqCard
from core.checkpoints.seq2seq import Seq2SeqCheckpoint, load_seq2seq, load_seq2seq_card
from core.errors import CheckpointError
from core.models.lstm import LSTMLanguageModel, State
from core.tokens.linearise import Kind

ENCODER, DECODER = "encoder", "decoder"
SYSTEM = "seq2seq"


def split_half(checkpoint_id: str) -> tuple[str, str]:
    """The id of the whole and which half is meant.

    Raises
    ------
    CheckpointError
        When the id names no half.
    """
    whole, _, half = checkpoint_id.rpartition("-")
    if half not in (ENCODER, DECODER):
        raise CheckpointError("“{id}” is an encoder–decoder; these pages read one LSTM.",
                              "Add “-encoder” or “-decoder” to its name.", id=checkpoint_id[:60])
    return whole, half


def half_card(card: Seq2SeqCard, half: str) -> CheckpointCard:
    """The card of one half. Its perplexity is that of the whole, given the source."""
    encoder = half == ENCODER
    config = {n: card.model[n] for n in ("embedding_size", "hidden_size", "n_layers")}
    size = card.model["source_vocabulary_size" if encoder else "target_vocabulary_size"]
    dropout = card.model["dropout"]
    language = card.corpus.source_language if encoder else card.corpus.target_language
    test = Scores(perplexity=card.perplexity["test"], n_tokens=0, n_documents=0)
    corpus = CorpusCard(name=card.corpus.name, licence=card.corpus.licence, sha256=card.corpus.sha256,
                        n_trees=card.corpus.n_pairs["train"], n_words=0)
    return CheckpointCard(
        id=f"{card.id}-{half}", system=SYSTEM, kind=Kind.WORDS,
        model={"vocabulary_size": size, **config, "input_dropout": dropout, "output_dropout": dropout},
        tree_rules={"half": half, "language": language, "backwards": encoder and card.reverse},
        training={"seed": card.training.get("seed", 0)}, corpora=[corpus],
        split={"train": [], "validation": [], "test": []}, epochs=card.epochs, seconds=card.seconds, history=[],
        scores={"test": test}, weights=card.files["weights"], vocabulary=card.files["words"],
        versions=card.versions)


def load_half_card(checkpoint_id: str) -> CheckpointCard:
    """The card of a half by its id; errors as `load_seq2seq` and `split_half`."""
    whole, half = split_half(checkpoint_id)
    return half_card(load_seq2seq_card(whole), half)


def cut_half(checkpoint: Seq2SeqCheckpoint, half: str) -> LSTMLanguageModel:
    """The LSTM of one half, which shares the weights of the whole and leaves it as it is."""
    part = getattr(checkpoint.model, half)
    weights = part.state_dict() | {"embedding.weight": part.embedding.weight}
    if half == ENCODER:
        size, hidden = part.config.vocabulary_size, part.config.hidden_size
        weights |= {"decoder.weight": torch.zeros(size, hidden), "decoder.bias": torch.zeros(size)}
    model = fill_model(plan_model(lambda: LSTMLanguageModel(part.config)), weights)
    if half == DECODER:
        model.start = read_nothing(checkpoint)
    return model


@torch.no_grad()
def read_nothing(checkpoint: Seq2SeqCheckpoint) -> tuple[State, ...]:
    """(h, c) of every layer of the encoder, each (H,), after a sentence without words."""
    ids = torch.from_numpy(checkpoint.vocabulary.encode_source((), reverse=False))[:, None]
    return tuple((h[0], c[0]) for h, c in checkpoint.model.encode(ids))


def load_whole(checkpoint_id: str) -> tuple[Seq2SeqCheckpoint, str]:
    """The encoder–decoder of a half, verified, and which half it is."""
    whole, half = split_half(checkpoint_id)
    return load_seq2seq(whole), half

