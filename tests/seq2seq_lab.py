"""A cache with two small encoder–decoders of random weights that know our own captions and the grammar's phrases."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest
import torch

from core.analysis.seq2seq.evaluation import evaluate, save_evaluation
from core.analysis.seq2seq.sources import list_sources, read_evaluation_pairs
from core.checkpoints.card import PairsCard
from core.checkpoints.seq2seq import load_seq2seq, save_seq2seq
from core.corpora.demo_pairs import read_demo_pairs
from core.corpora.pairs import MULTI30K, SentencePairs
from core.corpora.phrases import GRAMMARS
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokens.pairs import build_pair_vocabulary
from core.translate.beam import BeamSettings
from core.translate.translator import Translator

FORMS = "is was being by"


def train_pairs(style: str) -> SentencePairs:
    """What the vocabulary is made of: our own sentences, and the grammar's words among them."""
    own = [p for p in read_demo_pairs() if p.style == style]
    grammar = GRAMMARS["captions" if style == "caption" else "everyday"]
    words = [*grammar.nouns, *(" ".join(verb) for verb in grammar.verbs), *grammar.tails, FORMS]
    return SentencePairs("train", "en", "fr", (*(p.english for p in own), *words),
                         (*(p.french for p in own), *("oui" for _ in words)))


def save_model(seed: int = 0, *, reverse: bool = True, n_layers: int = 1, corpus: str = MULTI30K,
               training: dict | None = None, sha256: str = "") -> str:
    """One of them; its id."""
    pairs = train_pairs("everyday" if corpus == "fra-eng" else "caption")
    vocabulary = build_pair_vocabulary(pairs, source_size=3_000, target_size=600, min_count=1)
    torch.manual_seed(seed)
    model = Seq2Seq(Seq2SeqConfig(len(vocabulary.source), len(vocabulary.target), 6, 8, n_layers, dropout=0.0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    card = PairsCard(name=corpus, licence="ours", sha256=sha256, source_language="en", target_language="fr",
                     n_pairs={"train": len(pairs)})
    return save_seq2seq(model, vocabulary, card_fields={
        "corpus": card, "reverse": reverse, "lower_source": True, "epochs": 1, "seconds": 1.0, "history": [],
        "perplexity": {"validation": 9.0, "test": 9.0 + (not reverse)}, "versions": {},
        "training": {"corpus": corpus, "languages": ["xx", "xx"], "seed": seed, "reverse": reverse,
                     "n_layers": n_layers} | (training or {})}).id


@cache
def build_pair() -> Path:
    """Folder of a cache with a model in each direction, and what they make of our own captions at beam 1."""
    folder = Path(tempfile.mkdtemp(prefix="wordglass-seq2seq-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        for reverse in (True, False):
            checkpoint = load_seq2seq(save_model(reverse=reverse))
            pairs = read_evaluation_pairs(list_sources(MULTI30K)[0], checkpoint.card)
            save_evaluation(evaluate(Translator([checkpoint]), pairs, BeamSettings(beam=1)))
    return folder


def copy_pair(target: Path) -> Path:
    """A copy that may be written into."""
    return Path(shutil.copytree(build_pair(), target, dirs_exist_ok=True))
