"""What cells cost: exact ablation against runs of single edits, attribution against finite differences."""

import numpy as np
import pytest
import torch

from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.intervene.ablate import ablate_cells, attribute_cells
from core.intervene.edits import CellEdit
from core.intervene.reading import read_sentence
from core.intervene.run import run_changed
from core.intervene.score import score_text, spread_sentences, take_sentences
from core.states.lstm import record_states
from core.states.sources import encode_source


@pytest.fixture
def text(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    return checkpoint, encode_source(checkpoint, read_demo_treebank().documents[:1])


def test_exact_ablation_equals_one_edit_at_a_time(text):
    checkpoint, sentences = text
    cells = np.array([0, 3, 7])
    run = ablate_cells(checkpoint.model, sentences, cells, np.array([0, 0.5, 0]))
    for column, (cell, value) in enumerate(((0, 0.0), (3, 0.5), (7, 0.0))):
        for s in (0, sentences.n_sentences - 1):
            reading = read_sentence(checkpoint, sentences.sentence(s), [CellEdit("set", (cell,), (value,))])
            nats = np.nansum(reading.surprisal) * np.log(2)
            assert run.loss[s, column] == pytest.approx(nats, rel=1e-4)
            assert run.ends[s, column] == (reading.candidates(len(reading.ids) - 2, 1)[0] == reading.ids[-1])
    plain = score_text(checkpoint.model, sentences)
    assert run.loss[:, -1].sum() == pytest.approx(-plain.log_probability.sum(dtype=np.float64), rel=1e-5)


def test_attribution_is_the_slope_of_the_loss(text):
    """dL/da where every c[t, j] is drawn a little towards what it is held at: central differences."""
    checkpoint, sentences = text
    short = take_sentences(sentences, np.arange(3))
    model, means = checkpoint.model, np.linspace(-0.5, 0.5, 8)
    found = attribute_cells(model, short, means)

    class Draw:
        first = 0

        def __init__(self, cell, towards, by):
            self.cell, self.towards, self.by = cell, towards, by

        def __call__(self, t, c, *, gate, before):
            c[:, self.cell] += self.by * (self.towards - c[:, self.cell])
            return True

    for cell in (0, 5):
        for towards, own in ((0.0, found.zero), (float(means[cell]), found.mean)):
            losses = [-score_text(model, short, Draw(cell, towards, by)).log_probability.sum(dtype=np.float64)
                      for by in (0.02, -0.02)]
            assert own[:, cell].sum() == pytest.approx((losses[0] - losses[1]) / 0.04, rel=0.02, abs=2e-3)
    np.testing.assert_allclose(found.c, record_states(model, short, names=("layer0.c",))["layer0.c"], atol=1e-6)


def test_scores_equal_those_of_recorded_states(text):
    from core.analysis.lstm.prediction import compute_predictions
    checkpoint, sentences = text
    states = record_states(checkpoint.model, sentences)
    theirs = compute_predictions(checkpoint.model, states["layer0.h"], sentences)
    own = score_text(checkpoint.model, sentences, cells=(2, 5), batch_tokens=200)
    np.testing.assert_array_equal(own.row, theirs.row)
    np.testing.assert_array_equal(own.target, theirs.target)
    np.testing.assert_allclose(own.log_probability, theirs.log_probability, atol=1e-5)
    np.testing.assert_allclose(own.c, states["layer0.c"][:, [2, 5]], atol=1e-6)
    bare = score_text(checkpoint.model, sentences, decode=False)
    assert (bare.predicted == -1).all() and np.isnan(bare.log_probability).all()


def test_taken_sentences_are_the_same_sentences(text):
    _, sentences = text
    chosen = spread_sentences(sentences, sentences.n_tokens // 3)
    few = take_sentences(sentences, chosen)
    assert 0 < few.n_tokens < sentences.n_tokens and few.n_sentences == len(chosen)
    for n, s in enumerate(chosen):
        assert few.sentence(n).tokens == sentences.sentence(s).tokens
    assert take_sentences(sentences, spread_sentences(sentences, 10**9)).tokens == sentences.tokens


def test_ablating_leaves_the_model_as_it_was(text):
    checkpoint, sentences = text
    before = {n: t.clone() for n, t in checkpoint.model.state_dict().items()}
    attribute_cells(checkpoint.model, take_sentences(sentences, np.arange(2)), np.zeros(8))
    run_changed(checkpoint.model, torch.zeros(3, 1, dtype=torch.long), CellEdit("set", (0,), (1.0,)))
    assert all(torch.equal(t, before[n]) for n, t in checkpoint.model.state_dict().items())
