"""Training of the bidirectional language model: it learns both ways, resumes to the last bit, leaves a checkpoint."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.checkpoints.bilm import list_bilms, load_bilm
from core.errors import CorpusError, TrainingError
from core.models.bilm import DIRECTIONS
from core.tokens.streams import build_streams
from core.training.bilm import BiLMRun, BiLMTraining, aim, measure_stream
from core.training.bilm_finish import load_streams, train_bilm
from core.training.state import STATE

QUICK = BiLMTraining(filters="1x8 2x8 3x8", character_size=8, n_highway=1, projection_size=16, cell_size=24,
                     vocabulary_size=60, sampled=0, batch=4, window=8, epochs=3, learning_rate=0.02, dropout=0.0)


def sentences(n=400, seed=0):
    """A language in which each word tells the next and the one before: even steps on a ring, by animal."""
    rng = np.random.default_rng(seed)
    words = [f"{a}{k}" for a in ("cat", "dog", "owl") for k in range(8)]
    for number in range(n):
        start, kind = rng.integers(8), rng.integers(3)
        yield f"article {number // 2}", [words[kind * 8 + (start + step) % 8] for step in range(rng.integers(4, 10))]


@pytest.fixture(scope="module")
def streams():
    return build_streams(sentences())


def weights(run):
    return [p.detach().clone() for p in run.model.parameters()]


def test_both_directions_learn_what_can_be_known(streams, tmp_path):
    run = BiLMRun(replace(QUICK, batch=8, epochs=10, learning_rate=0.03), streams, tmp_path)
    before = [math.exp(measure_stream(run, "test", d)) for d in DIRECTIONS]
    run.train()
    after = [math.exp(measure_stream(run, "test", d)) for d in DIRECTIONS]
    # A word tells the next but not whether there is one, and the first is one of 24: about 1.9 a word
    assert min(before) > 15 and max(after) < 2.6
    assert run.history[-1]["validation_perplexity"] < run.history[0]["validation_perplexity"]


def test_a_sample_of_the_words_teaches_nearly_as_well(streams, tmp_path):
    run = BiLMRun(replace(QUICK, batch=8, epochs=10, learning_rate=0.03, sampled=12), streams, tmp_path)
    assert run.sampler is not None
    run.train()
    assert max(math.exp(measure_stream(run, "test", d)) for d in DIRECTIONS) < 3.2


@pytest.mark.parametrize("optimiser", ["adam", "adagrad"])
def test_a_stopped_run_ends_as_one_that_was_not(streams, tmp_path, optimiser):
    class Stop(Exception):
        pass

    settings = replace(QUICK, optimiser=optimiser, dropout=0.2, sampled=8, epochs=2)
    whole = BiLMRun(settings, streams, tmp_path / "a")
    whole.train()
    cut = BiLMRun(settings, streams, tmp_path / "b")
    at = whole.n_steps_epoch + 3

    def stop(run):
        if run.step == at:
            run.save()
            raise Stop

    with pytest.raises(Stop):
        cut.train(after_step=stop)
    again = BiLMRun(settings, streams, tmp_path / "b")
    assert again.resume() and again.step == at
    again.train()
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(again), strict=True))
    assert [row["loss"] for row in whole.history] == [row["loss"] for row in again.history]


def test_a_damaged_state_is_refused_with_the_folder_to_delete(streams, tmp_path):
    run = BiLMRun(QUICK, streams, tmp_path / "run")
    run.folder.mkdir()
    (run.folder / STATE).write_bytes(b"noise")
    with pytest.raises(TrainingError, match="Delete the folder"):
        run.resume()


def test_the_mean_loss_is_that_of_the_words_alone(streams, tmp_path):
    run = BiLMRun(QUICK, streams, tmp_path)
    ids = streams.ids["test"][:41]
    for direction in DIRECTIONS:
        run.streams = replace(streams, ids=streams.ids | {"test": ids})
        found = measure_stream(run, "test", direction, rows=1, window=7)
        text = ids if direction == "forward" else ids[::-1]
        with torch.no_grad():
            x = run.embed(dict.fromkeys(DIRECTIONS, text[None]))[direction]
            h, _ = run.model.eval().read(x, direction, run.model.first_states(direction, 1))
            logits = run.model.softmax(h[-1][:, 0])
        sure = 0 if direction == "forward" else 1
        losses = [float(nn.functional.cross_entropy(row, torch.tensor(w))) for row, w in zip(logits, text[1:].tolist(),
                  strict=True) if w != sure]
        assert found == pytest.approx(np.mean(losses), rel=1e-5)


def test_rare_words_are_aimed_at_as_unknown_and_what_is_sure_is_not():
    following = np.array([[5, 0, 1, 70]])
    assert aim(following, "forward", 60).tolist() == [5, -1, 1, 2]
    assert aim(following, "backward", 60).tolist() == [5, 0, -1, 2]


def write_articles(path):
    rows = []
    for title, words in sentences(200):
        rows += [f"= {title} {len(rows)} =", " ".join([*words, "tree", "house", "ran", "off"]).capitalize() + ".", ""]
    path.write_text("\n".join(rows))
    return path


def test_a_text_becomes_a_checkpoint_that_predicts(tmp_path, scratch_cache):
    settings = replace(QUICK, corpus=str(write_articles(tmp_path / "animals.txt")), epochs=2)
    card = train_bilm(settings)
    back = load_bilm(card.id)
    assert [c.id for c in list_bilms()[0]] == [card.id] and back.words[:3] == ("<S>", "</S>", "<UNK>")
    assert card.corpus.name == "animals" and str(tmp_path) not in card.model_dump_json()
    streams = load_streams(settings.corpus, scratch_cache / "training" / settings.run_id)  # as kept
    run = BiLMRun(settings, streams, tmp_path)
    run.model.load_state_dict(back.model.state_dict())
    assert math.exp(measure_stream(run, "test", "forward")) == pytest.approx(card.perplexity["test"]["forward"])
    assert card.n_words["test"] == int((streams.ids["test"] > 0).sum())


def test_too_little_text_is_refused(tmp_path, scratch_cache):
    (tmp_path / "one.txt").write_text("= A title =\nOne sentence stands here alone, and nothing else.\n")
    with pytest.raises(TrainingError, match="No article is left"):
        train_bilm(replace(QUICK, corpus=str(tmp_path / "one.txt")))
    with pytest.raises(CorpusError):
        train_bilm(replace(QUICK, corpus=str(tmp_path / "absent.txt")))


@pytest.mark.parametrize("changes", [{"filters": "3"}, {"filters": "99x1"}, {"filters": ""}, {"cell_size": 0},
                                     {"dropout": 1.0}, {"epochs": 0}, {"window": 0}, {"clip": 0.0}])
def test_settings_out_of_range_are_refused(changes):
    with pytest.raises(TrainingError) as caught:
        replace(QUICK, **changes).check()
    assert caught.value.remedy
