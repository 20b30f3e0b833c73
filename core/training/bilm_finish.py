"""From a text to a checkpoint of a bidirectional language model: what stands before and after `core.training.bilm`."""

import json
import math
import platform
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save

from core.checkpoints.artefacts import write_atomically
from core.checkpoints.bilm import save_bilm
from core.checkpoints.card import BiLMCard, TextCard
from core.checkpoints.rounding import round_weights
from core.corpora.articles import WIKI_ARTICLES, WIKI_CORE, find_core, iterate_article_lines
from core.corpora.registry import corpus_entry
from core.errors import TrainingError
from core.models.bilm import DIRECTIONS
from core.settings import cache_folder
from core.tokens.running import iterate_sentences
from core.tokens.streams import PARTS, Streams, build_streams
from core.training.bilm import BiLMRun, BiLMTraining, measure_stream
from core.training.memory import keep_large_blocks


def load_streams(corpus: str, folder: Path) -> Streams:
    """The text of a run, numbered once and kept in its folder, so that a resumed run need not read it again.

    Parameters
    ----------
    corpus : str
        ``wiki-articles``, ``wiki-core``, or the path of a text, an archive or a folder of them.

    Raises
    ------
    TrainingError
        When a part is left without a word.
    """
    kept, names = folder / "text.safetensors", folder / "types.json"
    if not (kept.exists() and names.exists()):
        path = find_core() if corpus == WIKI_CORE else None if corpus == WIKI_ARTICLES else Path(corpus)
        streams = build_streams(iterate_sentences(iterate_article_lines(path)))
        empty = [part for part in PARTS if len(streams.ids[part]) < 4]
        if empty:
            raise TrainingError("No article is left for {parts}: one in a hundred is kept back for each.",
                                "Give a text of a few hundred articles, with lines = Title = between them.",
                                parts=", ".join(empty))
        write_atomically(names, json.dumps({"types": streams.types, "n_articles": streams.n_articles}).encode())
        write_atomically(kept, save({"counts": streams.counts, **streams.ids}))
        return streams
    arrays, words = load_file(kept), json.loads(names.read_text("utf-8"))
    return Streams(tuple(words["types"]), arrays["counts"], {part: arrays[part] for part in PARTS},
                   words["n_articles"])


def train_bilm(settings: BiLMTraining) -> BiLMCard:
    """Train, resume or finish a run, and save its checkpoint."""
    settings.check()
    keep_large_blocks()
    folder = cache_folder() / "training" / settings.run_id
    run = BiLMRun(settings, load_streams(settings.corpus, folder), folder)
    run.resume()
    run.train()
    return finish_bilm(run)


def finish_bilm(run: BiLMRun) -> BiLMCard:
    """Score the rounded weights and write the checkpoint."""
    s, streams = run.settings, run.streams
    run.model.load_state_dict({n: t.to(run.device) for n, t in round_weights(
        {n: t.detach().cpu() for n, t in run.model.state_dict().items()}).items()})
    perplexity = {part: {d: math.exp(measure_stream(run, part, d)) for d in DIRECTIONS}
                  for part in ("validation", "test")}
    known = s.corpus in (WIKI_ARTICLES, WIKI_CORE)
    digest = corpus_entry(WIKI_ARTICLES).files[0].sha256 if known else ""
    return save_bilm(run.model, list(streams.types[:run.n_words]), card_fields={
        "corpus": TextCard(name=s.corpus if known else Path(s.corpus).stem[:40], sha256=digest,
                           licence=corpus_entry(WIKI_ARTICLES).licence if known else "yours",
                           n_tokens=int(sum(len(ids) for ids in streams.ids.values())),
                           n_articles=sum(streams.n_articles.values())),
        "training": {n: v for n, v in vars(s).items() if n != "corpus"} | {
            "corpus": s.corpus if known else Path(s.corpus).stem[:40]},
        "n_words": {part: int(np.count_nonzero(streams.ids[part])) for part in PARTS},
        "steps": run.step, "seconds": round(run.seconds, 1), "history": run.history, "perplexity": perplexity,
        "versions": {"python": platform.python_version(), "torch": torch.__version__.split("+")[0],
                     "numpy": np.__version__}})
