"""Training learns, is the same every time, stops in time, and refuses settings that make no sense."""

import math

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.checkpoints.store import load_checkpoint, load_snapshots
from core.corpora.treebank import Treebank
from core.errors import CorpusError, TrainingError
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.settings import cache_folder
from core.tokens.batches import iterate_batches
from core.training import lstm
from core.training.lstm import LSTMTraining, load_training_data, measure_perplexity, train_lstm
from tests.training.toy import BANK, quick, train


def run_folder(**changes):
    return cache_folder() / "training" / quick(**changes).resolved().run_id


def test_the_loss_falls_and_the_model_beats_frequencies(scratch_cache):
    card = train(epochs=6)
    losses = [row["train_loss"] / row["train_tokens"] for row in card.history]
    assert losses[-1] < losses[0] * 0.9
    data = load_training_data(quick().resolved(), (BANK,))
    counts = np.bincount(data.parts["train"].ids)
    entropy = -sum(n * math.log(n / counts.sum()) for n in counts[counts > 0]) / counts.sum()
    assert card.scores["test"].perplexity < math.exp(entropy)


def test_equal_seeds_give_equal_weights_and_others_do_not(scratch_cache, tmp_path, monkeypatch):
    cards = []
    for n, seed in enumerate((3, 3, 4)):
        monkeypatch.setenv("WORDGLASS_CACHE", str(tmp_path / str(n)))
        cards.append(train(seed=seed, input_dropout=0.2))
    assert cards[0].id == cards[1].id != cards[2].id
    assert cards[0].weights.sha256 == cards[1].weights.sha256


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5])
def test_every_kind_trains_to_a_card_that_says_what_was_done(scratch_cache, kind):
    card = train(kind=kind, epochs=1)
    assert (card.kind, card.system, card.epochs) == (kind, "lstm", 1)
    assert card.training["learning_rate"] == 0.02 and card.training["seed"] == 0
    assert card.corpora[0].name == "demo" and card.corpora[0].n_trees == BANK.n_trees
    assert sum(map(len, card.split.values())) == len(BANK.documents)
    assert {part: score.n_documents for part, score in card.scores.items()} == {"validation": 1, "test": 1}
    assert all(math.isfinite(score.perplexity) and score.n_tokens > 100 for score in card.scores.values())
    assert len(load_snapshots(card.id)) == (1 if kind <= 2 else 0)


def test_the_scores_are_those_of_the_weights_on_disk(scratch_cache):
    card = train()
    loaded = load_checkpoint(card.id)
    data = load_training_data(quick().resolved(), (BANK,))
    assert loaded.vocabulary == data.vocabulary
    assert measure_perplexity(loaded.model, data.parts["test"]) == pytest.approx(card.scores["test"].perplexity)


def test_perplexity_is_the_exponential_of_the_mean_loss_and_leaves_the_model_as_it_was():
    data = load_training_data(quick().resolved(), (BANK,))
    torch.manual_seed(0)
    model = LSTMLanguageModel(LSTMConfig(len(data.vocabulary), 4, 4, input_dropout=0.5)).train()
    found = measure_perplexity(model, data.parts["test"], batch_tokens=300)
    assert model.training
    model.eval()
    rows = [model.loss(torch.from_numpy(x), torch.from_numpy(y))
            for x, y in iterate_batches(data.parts["test"], batch_tokens=10_000)]
    mean = sum(float(loss.detach()) for loss, _ in rows) / sum(n for _, n in rows)
    assert found == pytest.approx(math.exp(mean), rel=1e-5)


def test_a_model_that_has_diverged_has_a_huge_perplexity_and_no_overflow():
    data = load_training_data(quick().resolved(), (BANK,))
    model = LSTMLanguageModel(LSTMConfig(len(data.vocabulary), 4, 4))
    with torch.no_grad():
        model.decoder.bias.copy_(torch.linspace(-1e6, 1e6, len(data.vocabulary)))
    assert 1e300 < measure_perplexity(model, data.parts["test"]) < math.inf


@pytest.mark.parametrize(("seen", "n_epochs", "best"), [
    ([5, 4, 4.5, 4.6, 3, 3], 4, 2), ([5, 4, 4.5, 3.9, 3.8, 3.7], 6, 6), ([5, 6, 7, 1, 1, 1], 3, 1),
])
def test_training_stops_when_validation_does_and_keeps_the_best_epoch(scratch_cache, monkeypatch, seen, n_epochs, best):
    measured = iter([*map(float, seen), 1.0, 1.0])
    monkeypatch.setattr(lstm, "measure_perplexity", lambda *_, **__: next(measured))
    card = train(epochs=6, patience=2)
    assert card.epochs == n_epochs == len(list(run_folder(epochs=6, patience=2).glob("epoch*")))
    kept = load_file(run_folder(epochs=6, patience=2) / f"epoch{best:02d}.safetensors")
    weights = load_checkpoint(card.id).model.state_dict()
    assert all(torch.equal(weights[name], t.float()) for name, t in kept.items())


def test_defaults_follow_the_kind_as_in_the_seed():
    for kind in (1, 2, 3, 4, 5):
        filled = LSTMTraining(kind=kind).resolved()
        small = kind <= 2
        assert (filled.hidden_size, filled.output_dropout) == ((100, 0.2) if small else (1000, 0.5))
        assert filled.resolved() == filled
    assert LSTMTraining(kind=4, hidden_size=5, input_dropout=0.0).resolved().input_dropout == 0.0


def test_runs_are_told_apart_by_every_setting():
    ids = {quick(**change).resolved().run_id for change in ({}, {"seed": 1}, {"epochs": 3}, {"pos_brackets": True})}
    assert len(ids) == 4 and quick().resolved().run_id in ids


@pytest.mark.parametrize(("name", "value"), [
    ("hidden_size", -1), ("hidden_size", 5_000), ("embedding_size", -3), ("vocabulary_size", 9),
    ("vocabulary_size", 10_001), ("epochs", 0), ("epochs", 1_001), ("patience", 0), ("batch_tokens", -1),
    ("learning_rate", -0.1), ("learning_rate", 2.0), ("learning_rate", math.nan), ("clip", 0.0), ("input_dropout", 1.0),
    ("output_dropout", 1.0), ("max_length", 2), ("held_out", 0.0), ("held_out", 0.5),
])
def test_a_setting_out_of_range_is_refused_by_name(scratch_cache, name, value):
    with pytest.raises(TrainingError, match=f"{name} = .* is out of range. Choose"):
        train(**{name: value})
    assert not scratch_cache.exists()


def test_too_little_to_learn_from_is_refused(scratch_cache):
    with pytest.raises(TrainingError, match="No sentence of at most 250 tokens is left for validation"):
        train_lstm(quick(), treebanks=(Treebank("two", BANK.documents[:2]),))
    with pytest.raises(TrainingError, match="No sentence of at most 3 tokens"):
        train(max_length=3)
    with pytest.raises(CorpusError, match="no corpus named “absent”"):
        train_lstm(quick(corpora=("absent",)))


def test_a_run_that_never_learned_anything_finite_says_so(scratch_cache, monkeypatch):
    monkeypatch.setattr(lstm, "measure_perplexity", lambda *_, **__: math.nan)
    with pytest.raises(TrainingError, match="never had a finite validation perplexity.*lower learning rate"):
        train()


def test_the_learning_rate_falls_from_its_peak_to_a_fiftieth_over_all_epochs():
    data = load_training_data(quick().resolved(), (BANK,))
    run = lstm.LSTMRun(quick(epochs=5).resolved(), data, cache_folder() / "never written")
    rates = [run.learning_rate(step, 100) for step in range(500)]
    assert max(rates) == pytest.approx(0.02) and rates[-1] == pytest.approx(0.0004, rel=0.05)
