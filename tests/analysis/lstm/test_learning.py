"""Looks at a model that learns: equal to plain numpy, and honest about what was chosen where."""

import numpy as np
import pytest

from core.analysis.lstm.learning import Look, choose_probe, collect_learning, compute_learning
from core.checkpoints.store import load_checkpoint, load_snapshots
from core.errors import AnalysisError
from core.states.lstm import record_states
from core.states.sources import encode_source, read_source


@pytest.fixture
def model(tiny_cache):
    return load_checkpoint(tiny_cache.brackets)


@pytest.fixture
def sentences(model):
    return encode_source(model, read_source("demo", model.card))


def test_a_look_is_what_numpy_says(model, sentences):
    probe = choose_probe(sentences)
    look = probe.look(model.model)
    c = record_states(model.model, probe.sentences)["layer0.c"]
    expected = [np.corrcoef(c[:, j], probe.sentences.depth)[0, 1] for j in range(c.shape[1])]
    assert np.allclose(look.r, expected, atol=1e-4)
    number = np.repeat(np.arange(probe.sentences.n_sentences), probe.sentences.lengths)
    chosen, scored = number % 2 == 0, number % 2 == 1
    by_half = [[abs(np.corrcoef(c[half, j], probe.sentences.depth[half])[0, 1]) for j in range(c.shape[1])]
               for half in (chosen, scored)]
    assert look.best == int(np.argmax(by_half[0])) and look.score == pytest.approx(by_half[1][look.best], abs=1e-4)
    assert 0 < look.null < 1 and look.trace.shape == (len(probe.tokens), 8)


def test_the_probe_is_a_spread_of_whole_sentences(sentences):
    probe = choose_probe(sentences, n_tokens=900)
    part = probe.sentences
    assert 700 < part.n_tokens < 1_100 and len(set(part.document.tolist())) > len(sentences.documents) / 2
    for s in range(part.n_sentences):
        own = part.sentence(s)
        assert own.tokens[0] == "<ST>" and own.tokens[-1] == "<ED>" and own.depth[-1] == 0
    assert 16 <= len(probe.tokens) <= 40 and probe.depth.max() >= np.median(part.depth)


def test_too_little_text_is_refused(sentences):
    from core.analysis.lstm.learning import take_sentences
    with pytest.raises(AnalysisError, match="too little text"):
        choose_probe(take_sentences(sentences, np.arange(3)))


def test_snapshots_are_looked_at_in_order(model, tiny_cache, sentences):
    models = load_snapshots(tiny_cache.brackets)
    probe = choose_probe(sentences)
    learning = compute_learning(models, probe)
    assert learning.epoch.tolist() == [0, 1] and learning.n_looks == len(models)
    assert np.array_equal(learning.r[1], probe.look(models[1]).r) and np.isnan(learning.train).all()


def made(scores, traces=None, depth=(0, 1, 2, 1, 0)):
    n = len(scores)
    traces = np.zeros((n, len(depth), 2)) if traces is None else traces
    looks = [(float(k), Look(2.0, np.array([0.1, s], np.float32), 1, s, 0.2, traces[k]), 2.0)
             for k, s in enumerate(scores)]
    return collect_learning(("a",) * len(depth), np.array(depth), looks)


@pytest.mark.parametrize(("scores", "epoch"), [
    ([0.1, 0.5, 0.95, 1.0], 2), ([0.95, 0.2, 0.96, 1.0], 2), ([1.0, 1.0], 0), ([0.1, 0.2, 1.0], 2), ([0.5], 0)])
def test_birth_is_where_the_score_stays_high(scores, epoch):
    assert made(scores).birth() == epoch


def test_depth_units_fit_the_last_look_and_keep_the_scale_before():
    depth = np.array([0, 1, 2, 3, 2, 1, 0])
    traces = np.zeros((3, 7, 2))
    traces[2, :, 1] = 5 - 0.5 * depth      # a counter that falls
    traces[1, :, 1] = 5 - 0.25 * depth     # half grown
    traces[0, :, 1] = 5
    drawn = made([0.1, 0.5, 1.0], traces, depth).in_depth_units()
    assert np.allclose(drawn, [0 * depth, depth / 2, depth], atol=1e-5)
    assert np.isfinite(made([0.1]).in_depth_units()).all()  # a silent cell
