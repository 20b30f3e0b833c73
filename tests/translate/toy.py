"""Small encoder–decoders with random weights that are sure of themselves."""

import torch

from core.checkpoints.card import SCHEMA, FileCard, PairsCard, Seq2SeqCard
from core.checkpoints.seq2seq import Seq2SeqCheckpoint, save_seq2seq
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokens.linearise import ED, ST, UNK
from core.tokens.pairs import PairVocabulary
from core.tokens.vocabulary import Vocabulary

SOURCE = ("the", "a", "cat", "dog", "man", "woman", "sees", "hears", ".")
TARGET = ("le", "un", "chat", "chien", ".")


def build_model(seed: int = 0, *, n_layers: int = 1, n_target: int = len(TARGET) + 3, sharp: float = 3.0,
                tied_scale: float = 0.0) -> Seq2Seq:
    """A model whose weights are ``sharp`` times their usual size, so that its choices differ."""
    torch.manual_seed(seed)
    model = Seq2Seq(Seq2SeqConfig(len(SOURCE) + 3, n_target, 8 if tied_scale else 6, 8, n_layers, dropout=0.0,
                                  tied_scale=tied_scale))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(sharp)
    return model.eval().requires_grad_(False)


def build_checkpoint(seed: int = 0, *, reverse: bool = True, n_layers: int = 1,
                     tied_scale: float = 0.0) -> Seq2SeqCheckpoint:
    """The model with words and a card."""
    model = build_model(seed, n_layers=n_layers, tied_scale=tied_scale)
    vocabulary = PairVocabulary(Vocabulary((ST, ED, UNK, *SOURCE)), Vocabulary((ST, ED, UNK, *TARGET)), "en", "fr")
    corpus = PairsCard(name="toy", licence="as Wordglass itself", sha256="", source_language="en",
                       target_language="fr", n_pairs={"train": 1})
    card = Seq2SeqCard(schema_version=SCHEMA, id=f"seq2seq-toy-{'reversed' if reverse else 'forward'}-{seed:08d}",
                       corpus=corpus, reverse=reverse, lower_source=True, model=vars(model.config),
                       training={"seed": seed}, epochs=1, seconds=1.0, history=[],
                       perplexity={"validation": 9.0, "test": 9.0},
                       files={n: FileCard(name=f"{n}.x", n_bytes=0, sha256="") for n in ("weights", "words")},
                       versions={})
    return Seq2SeqCheckpoint(card, model, vocabulary)


def save_toy(seed: int = 0, *, reverse: bool = True, n_layers: int = 1) -> Seq2SeqCard:
    """Write the checkpoint into the current cache."""
    toy = build_checkpoint(seed, reverse=reverse, n_layers=n_layers)
    fields = {n: getattr(toy.card, n) for n in ("corpus", "reverse", "lower_source", "training", "epochs", "seconds",
                                                "history", "perplexity", "versions")}
    return save_seq2seq(toy.model, toy.vocabulary, card_fields=fields)
