"""Gradient runs against the closed form, stopped and resumed, and settings that are refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import TrainingError
from core.training import qwem
from core.training.qwem import GradientData, GradientRun, GradientTraining
from core.training.qwem_pairs import EncodedText, PairSampler
from tests.training.toy_counts import draw_articles, find_ids, grow, make_counts, make_target, solve

COUNTS = make_counts()
VALUES, VECTORS = solve(make_target(COUNTS))
ARTICLES = draw_articles()
SAMPLER = PairSampler(EncodedText(np.concatenate(find_ids(ARTICLES)).astype(np.int32),
                                  np.repeat(np.arange(len(ARTICLES), dtype=np.int32), len(ARTICLES[0]))),
                      np.array([4, 3, 2, 1]))
DATA = GradientData(COUNTS, VALUES[:10], VECTORS[:, :10], SAMPLER)


def build(folder, **changes) -> GradientRun:
    settings = {"vocabulary": len(COUNTS), "dimension": 10, "duration": 4.0, "moments": 80, **changes}
    return GradientRun(GradientTraining(**settings).resolved(), DATA, folder)


def train(folder, **changes) -> GradientRun:
    run = build(folder, **changes)
    run.train()
    return run


def align(run: GradientRun, scale: float) -> None:
    """Start in the eigenvectors: each mode then grows alone, as Lemma 3.1 says."""
    with torch.no_grad():
        run.model.words.copy_(torch.from_numpy(VECTORS[:, :10]) * scale)


def half_rise(run: GradientRun, k: int) -> float:
    """Time at which s_k² has grown to λ_k / 2."""
    return float(np.interp(VALUES[k] / 2, run.stack("strength")[:, k], run.stack("time")))


@pytest.mark.parametrize("scale", [1e-12, 1e-1])
def test_aligned_modes_grow_by_the_closed_form(tmp_path, scale):
    run = build(tmp_path, rate=0.0015 if scale < 1e-6 else 0.005, init_scale=scale, duration=1.5)
    align(run, scale)
    run.train()
    predicted = grow(np.full(10, scale**2), VALUES[:10], run.stack("time"))
    measured, risen = run.stack("strength"), VALUES[:10] > 0.05 * VALUES[0]
    assert risen.sum() >= 4 and measured[-1, 0] > 0.95 * VALUES[0]
    assert (np.abs(measured - predicted)[:, risen] / VALUES[:10][risen]).max() < 0.01


def test_euler_steps_come_nearer_to_the_flow_as_they_shrink(tmp_path):
    errors = []
    for rate in (0.04, 0.02, 0.01):
        run = build(tmp_path, rate=rate, duration=2.0)
        align(run, 1e-2)
        run.train()
        predicted = grow(np.full(10, 1e-4), VALUES[:10], run.stack("time"))
        errors.append(np.abs(run.stack("strength") - predicted).max())
    assert errors[0] > 1.8 * errors[1] > 3.2 * errors[2]


def test_half_rise_over_tau_tends_to_one_as_the_init_shrinks(tmp_path):
    """From random directions, not aligned: they align while all is small."""
    worst = []
    for scale in (1e-1, 1e-4, 1e-12):
        run = train(tmp_path, init_scale=scale, rate=0.01, moments=400)
        start = run.stack("strength")[0, :4]
        tau = np.log(VALUES[:4] / start) / VALUES[:4]
        worst.append(max(abs(half_rise(run, k) / tau[k] - 1) for k in range(4)))
    assert worst[0] > worst[1] > worst[2] and worst[2] < 0.03


@pytest.mark.parametrize("init", ["normal", "word2vec"])
def test_a_run_ends_in_mstars_top_subspace(tmp_path, init):
    run = train(tmp_path, init=init, init_scale=1e-6, duration=8.0)
    assert run.moments[-1].overlap[:9].min() > 0.99 > 0.6 > run.moments[0].overlap[:9].max()
    np.testing.assert_allclose(run.moments[-1].singular[:8]**2, VALUES[:8], rtol=0.01)
    assert np.trace(run.compare()[:8, :8]) == pytest.approx(8, rel=0.01)
    assert run.moments[0].loss == pytest.approx(1, abs=1e-3) and run.moments[-1].loss < 0.4


def test_sgns_finds_nearly_the_same_subspace_with_larger_values(tmp_path):
    run = train(tmp_path, loss="sgns", init_scale=1e-6, duration=8.0)
    assert run.moments[-1].overlap[8] > 0.95 > 0.5 > run.moments[0].overlap[8]
    assert (run.moments[-1].singular[:8]**2 > VALUES[:8]).all()  # log-odds, 2 artanh(x / 2), lie beyond x


def test_untied_vectors_learn_eigenvalues_of_both_signs(tmp_path):
    order = np.argsort(-np.abs(VALUES))
    assert (VALUES[order[:6]] < 0).sum() == 2
    data = replace(DATA, values=VALUES[order[:10]], vectors=VECTORS[:, order[:10]])
    for init in ("normal", "word2vec"):
        settings = GradientTraining(vocabulary=len(COUNTS), dimension=10, duration=8.0, init=init, tied=False)
        run = GradientRun(settings.resolved(), data, tmp_path)
        run.train()
        np.testing.assert_allclose(run.moments[-1].singular[:8]**2, np.abs(VALUES[order[:8]]), rtol=0.01)
        np.testing.assert_allclose(run.moments[-1].strength[:8], VALUES[order[:8]], rtol=0.01)
        assert run.moments[-1].overlap[7] > 0.99


def test_pairs_from_text_lead_to_the_same_concepts(tmp_path):
    run = train(tmp_path, gradient="sampled", batch=500, rate=0.01, init_scale=1e-1, duration=2.0)
    full = train(tmp_path, init_scale=1e-1, rate=0.01, duration=2.0)
    assert run.moments[-1].overlap[3] > 0.97 > 0.5 > run.moments[0].overlap[3]
    assert not np.array_equal(run.stack("loss"), full.stack("loss"))
    np.testing.assert_allclose(run.moments[-1].singular[:3], full.moments[-1].singular[:3], rtol=0.1)


def test_moments_begin_at_the_start_end_with_the_last_step_and_grow_in_proportion(tmp_path):
    run = train(tmp_path, init_scale=1e-6)
    step, time = run.stack("step"), run.stack("time")
    assert step[0] == 0 and step[-1] == run.step == run.n_steps and (np.diff(step) > 0).all()
    assert len(step) > 60 and np.allclose(time, step * run.lr) and time[-1] >= 4 * run.tau
    assert np.diff(np.log(time[20:])).std() < 0.2 * np.diff(np.log(time[20:])).mean()


def test_snapshots_hold_the_embedding_up_to_a_rotation(tmp_path):
    run = train(tmp_path, init_scale=1e-2, snapshots=5)
    assert len(run.snapshots) == 5 and max(run.snapshots) == run.n_steps
    last = run.snapshots[run.n_steps]
    torch.testing.assert_close(last @ last.t(), run.model.products().detach())
    assert (torch.from_numpy(VECTORS[:, :3]) * last[:, :3]).sum(0).min() > 0  # signs of M*'s eigenvectors
    assert len(train(tmp_path, snapshots=0).snapshots) == 0


def test_snapshots_stay_within_their_share_of_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(qwem, "SNAPSHOT_BYTES", 3 * 2 * len(COUNTS) * qwem.RANK)
    assert len(train(tmp_path, snapshots=50).snapshots) == 3


class Killed(Exception):
    pass


@pytest.mark.parametrize("changes", [{}, {"loss": "sgns", "tied": False}, {"gradient": "sampled", "batch": 300}])
@pytest.mark.parametrize("at", [(1,), (37, 38, 150)])
def test_a_killed_run_goes_on_to_the_last_bit(tmp_path, changes, at):
    changes = {"rate": 0.02, "duration": 0.5, "init_scale": 1e-3, **changes}
    whole = train(tmp_path / "whole", **changes)

    def kill(step):
        def after(run):
            if run.step == step:
                run.save()
            if run.step == step + 5:  # what came after the last saved state is lost
                raise Killed
        return after

    for step in at:
        run = build(tmp_path / "killed", **changes)
        assert run.resume() == (step != at[0])
        with pytest.raises(Killed):
            run.train(after_step=kill(step))
    run = build(tmp_path / "killed", **changes)
    assert run.resume() and run.step == at[-1]
    run.train()
    assert torch.equal(run.model.words, whole.model.words) and torch.equal(run.model.contexts, whole.model.contexts)
    for name in ("step", "time", "loss", "singular", "strength", "overlap"):
        assert np.array_equal(run.stack(name), whole.stack(name))
    assert run.snapshots.keys() == whole.snapshots.keys()
    assert all(torch.equal(run.snapshots[s], whole.snapshots[s]) for s in run.snapshots)


def test_a_finished_run_is_taken_up_finished(tmp_path):
    train(tmp_path)
    run = build(tmp_path)
    assert run.resume() and run.step == run.n_steps
    words = run.model.words.detach().clone()
    run.train()
    assert torch.equal(run.model.words, words)


@pytest.mark.parametrize("spoil", [
    lambda path: path.write_bytes(b"\x80 no tensors"), lambda path: path.write_bytes(path.read_bytes()[:-9])])
def test_a_damaged_state_is_refused(tmp_path, spoil):
    train(tmp_path)
    spoil(tmp_path / "state.safetensors")
    with pytest.raises(TrainingError, match="does not fit this run.*Delete the folder"):
        build(tmp_path).resume()


def test_a_state_of_other_data_or_settings_is_refused(tmp_path):
    train(tmp_path)
    other = replace(DATA, probabilities=make_counts(seed=1))
    settings = GradientTraining(vocabulary=len(COUNTS), dimension=10, duration=4.0, moments=80).resolved()
    with pytest.raises(TrainingError, match="made by other steps"):
        GradientRun(settings, other, tmp_path).resume()
    with pytest.raises(TrainingError, match="does not fit"):
        build(tmp_path, dimension=8).resume()


@pytest.mark.parametrize(("changes", "says"), [
    ({"window": 0}, "window = 0 is out of range"), ({"vocabulary": 1}, "vocabulary = 1"),
    ({"vocabulary": 50_000}, "Choose 2 to 5000"), ({"dimension": 41}, "larger than the vocabulary of 40 words"),
    ({"dimension": 0}, "dimension = 0"), ({"init_scale": 0.0}, "init_scale"), ({"init_scale": float("nan")}, "nan"),
    ({"rate": -1.0}, "rate"), ({"rate": 0.9}, "rate"), ({"duration": 0.0}, "duration"), ({"moments": 1}, "moments"),
    ({"rate": 1e-9}, "steps are allowed"), ({"vocabulary": 50, "dimension": 5}, "40 words for a vocabulary of 50"),
    ({"init_scale": 10.0}, "smaller init_scale"), ({"negatives": 0.0}, "negatives")])
def test_bad_settings_are_refused_with_a_remedy(tmp_path, changes, says):
    with pytest.raises(TrainingError, match=says) as caught:
        build(tmp_path, **changes)
    assert caught.value.remedy


def test_a_sampled_run_wants_the_text(tmp_path):
    settings = GradientTraining(vocabulary=len(COUNTS), dimension=10, gradient="sampled").resolved()
    with pytest.raises(TrainingError, match="needs the text"):
        GradientRun(settings, replace(DATA, sampler=None), tmp_path)


def test_a_run_that_diverges_says_so(tmp_path):
    run = build(tmp_path, init_scale=1.0)
    run.lr *= 1e4
    with pytest.raises(TrainingError, match="diverged.*lower rate"):
        run.train()


def test_equal_settings_have_one_name():
    a, b = GradientTraining(), GradientTraining(seed=1)
    assert a.run_id == GradientTraining().run_id != b.run_id and a.run_id.startswith("qwem-run-1000-")
    assert a.resolved().run_id == a.resolved().resolved().run_id
