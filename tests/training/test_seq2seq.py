"""Training of an encoder–decoder: it learns, resumes to the last bit, and follows the paper's recipe."""

import math

import numpy as np
import pytest
import torch

from core.checkpoints.seq2seq import load_seq2seq
from core.errors import TrainingError
from core.training.seq2seq import (
    Seq2SeqRun,
    load_pair_data,
    measure_pair_perplexity,
    pack_pairs,
    read_parts,
    train_seq2seq,
)
from core.training.state import STATE
from core.translate.beam import BeamSettings
from core.translate.translator import Translator
from tests.training.toy_pairs import draw_parts, quick

PARTS = draw_parts()


def make_run(tmp_path, **changes) -> Seq2SeqRun:
    settings = quick(**changes)
    return Seq2SeqRun(settings, load_pair_data(settings, PARTS), tmp_path / settings.run_id)


def weights(run: Seq2SeqRun) -> list[torch.Tensor]:
    return [p.detach().clone() for p in run.model.parameters()]


@pytest.mark.parametrize("reverse", [True, False])
def test_it_learns_to_copy_and_its_checkpoint_translates(tmp_path, monkeypatch, reverse):
    monkeypatch.setenv("WORDGLASS_CACHE", str(tmp_path))
    card = train_seq2seq(quick(reverse=reverse, epochs=20, hidden_size=32, batch=8), PARTS)
    seen = [row["validation_perplexity"] for row in card.history]
    assert card.epochs == 20 and seen[-1] < 1.4 < seen[0] and card.perplexity["test"] < 1.5
    translator = Translator([load_seq2seq(card.id)])
    sources = [translator.vocabulary.split_source(text) for text in PARTS["test"].sources]
    found = [translator.write(r.best) for r in translator.translate_all(sources, BeamSettings(beam=3))]
    assert np.mean([a == b for a, b in zip(found, PARTS["test"].targets, strict=True)]) > 0.7


def test_a_stopped_run_ends_as_one_that_was_not(tmp_path):
    class Stop(Exception):
        pass

    whole = make_run(tmp_path / "a", dropout=0.2)
    whole.train()
    cut = make_run(tmp_path / "b", dropout=0.2)

    def stop(run: Seq2SeqRun) -> None:
        if (run.epoch, run.batch) == (1, 5):
            run.save()
            raise Stop

    with pytest.raises(Stop):
        cut.train(after_step=stop)
    again = make_run(tmp_path / "b", dropout=0.2)
    assert again.resume() and (again.epoch, again.batch) == (1, 5)
    again.train()
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(again), strict=True))
    for one, other in zip(whole.history, again.history, strict=True):
        assert one["validation_perplexity"] == other["validation_perplexity"]
        assert one["train_tokens"] == other["train_tokens"]


def test_a_damaged_state_is_refused_with_the_folder_to_delete(tmp_path):
    run = make_run(tmp_path)
    run.folder.mkdir(parents=True)
    (run.folder / STATE).write_bytes(b"noise")
    with pytest.raises(TrainingError, match="Delete the folder"):
        run.resume()


def test_perplexity_counts_every_target_word_and_the_end(tmp_path):
    run = make_run(tmp_path)
    encoded = run.data.encoded["test"]
    total, count = 0.0, 0
    for s in range(len(encoded)):
        loss, n = run.model.eval().loss(*pack_pairs(encoded, np.array([s])))
        total, count = total + float(loss.detach()), count + n
    assert count == sum(len(t.split()) + 1 for t in PARTS["test"].targets)
    assert measure_pair_perplexity(run.model, encoded, batch=7) == pytest.approx(math.exp(total / count), rel=1e-5)


def test_the_papers_recipe_halves_its_rate_every_half_epoch_after_five(tmp_path):
    run = make_run(tmp_path, recipe="paper", learning_rate=0.0, epochs=8)
    rates = [run.learning_rate(step, 100) for step in (0, 499, 500, 549, 550, 600, 749)]
    assert rates == pytest.approx([0.7, 0.7, 0.35, 0.35, 0.175, 0.0875, 0.7 / 32])
    assert isinstance(run.optimiser, torch.optim.SGD)
    assert all(float(p.detach().abs().max()) <= 0.08 for p in run.model.parameters())
    run.train()
    assert run.history[-1]["validation_perplexity"] < run.history[0]["validation_perplexity"]


def test_forget_gates_begin_open(tmp_path):
    shut, opened = (make_run(tmp_path, forget_bias=b).model for b in (0.0, 1.0))
    for a, b in zip((*shut.encoder.layers, *shut.decoder.layers), (*opened.encoder.layers, *opened.decoder.layers),
                    strict=True):
        torch.testing.assert_close(b.b - a.b, torch.cat([torch.zeros(24), torch.ones(24), torch.zeros(48)]))


def test_directions_differ_in_nothing_but_the_order_of_the_source(tmp_path):
    forward, backward = make_run(tmp_path, reverse=False), make_run(tmp_path, reverse=True)
    assert all(torch.equal(a, b) for a, b in zip(weights(forward), weights(backward), strict=True))
    assert forward.data.vocabulary == backward.data.vocabulary
    a, b = forward.data.encoded["train"], backward.data.encoded["train"]
    np.testing.assert_array_equal(a.target_ids, b.target_ids)
    for s in range(5):
        np.testing.assert_array_equal(a.source(s)[1:-1], b.source(s)[1:-1][::-1])
    assert [r.tolist() for r in forward.plan(0)] == [r.tolist() for r in backward.plan(0)]


def test_long_pairs_are_left_out_of_training_alone(tmp_path):
    run = make_run(tmp_path, max_length=2)
    kept = np.concatenate(run.plan(0))
    assert (run.data.encoded["train"].source_lengths[kept] <= 4).all() and 0 < len(kept) < 260
    with pytest.raises(TrainingError, match="No pair of at most"):
        make_run(tmp_path, max_length=1).data.encoded["train"]
        settings = quick(max_length=1)
        parts = {n: p.__class__("x", "xx", "xx", tuple(s + " a" for s in p.sources), p.targets)
                 for n, p in PARTS.items()}
        Seq2SeqRun(settings, load_pair_data(settings, parts), tmp_path)


@pytest.mark.parametrize("wrong", [{"hidden_size": 0}, {"batch": 0}, {"dropout": 1.0}, {"learning_rate": math.nan},
                                   {"embedding_size": 12, "tied_scale": 8.0}])
def test_settings_out_of_range_are_named(tmp_path, wrong):
    with pytest.raises(TrainingError, match=f"{next(iter(wrong))} = "):
        make_run(tmp_path, **wrong)


def test_a_table_of_ones_own_is_split_by_source(tmp_path):
    path = tmp_path / "my pairs.tsv"
    path.write_text("".join(f"word{i % 25} here\tmot{i} ici\n" for i in range(100)), "utf-8")
    settings = quick(corpus=str(path), languages=("en", "fr"), held_out=10)
    parts = read_parts(settings)
    assert settings.corpus_name == "my-pairs" and len(parts["test"]) >= 10
    assert not set(parts["test"].sources) & set(parts["train"].sources)
    path.write_text("one\tun\n", "utf-8")
    with pytest.raises(TrainingError, match="too few pairs"):
        load_pair_data(settings)


def test_a_run_that_diverged_is_not_saved(tmp_path, monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(tmp_path))
    monkeypatch.setattr("core.training.seq2seq.measure_pair_perplexity", lambda *_, **__: math.nan)
    with pytest.raises(TrainingError, match="never had a finite"):
        train_seq2seq(quick(), PARTS)
    assert not (tmp_path / "checkpoints").exists()
