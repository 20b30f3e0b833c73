"""The L1 penalty: its value, its gradient, what it does, and that without it nothing changes."""

import pytest
import torch

from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.errors import TrainingError
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.settings import cache_folder
from core.states.lstm import record_states
from core.states.sources import encode_source
from core.training.lstm import LSTMRun, LSTMTraining, compute_l1, load_training_data
from tests.training.toy import BANK, quick, train


def build() -> LSTMLanguageModel:
    torch.manual_seed(0)
    return LSTMLanguageModel(LSTMConfig(11, 5, 7, input_dropout=0.0, output_dropout=0.5))


def test_penalty_on_activations_is_the_sum_of_magnitudes():
    h = torch.tensor([[0.5, -0.25, 0.0], [-1.0, 0.0, 0.25]], requires_grad=True)
    penalty = compute_l1(build(), h, "activations")
    penalty.backward()
    assert float(penalty.detach()) == 2.0 and torch.equal(h.grad, h.sign())


def test_penalty_on_weights_counts_them_for_every_token():
    model = build()
    with torch.no_grad():
        for weight in model.parameters():
            weight.fill_(-0.5)
    n = 4 * 7 * 5 + 4 * 7 * 7 + 11 * 7
    assert float(compute_l1(model, torch.zeros(6, 7), "weights").detach()) == pytest.approx(6 * 0.5 * n)
    compute_l1(model, torch.zeros(6, 7), "weights").backward()
    assert model.embedding.weight.grad is None and model.layers[0].b.grad is None
    assert torch.equal(model.layers[0].w_hh.grad, torch.full((28, 7), -6.0))


def test_the_loss_reads_states_before_dropout():
    model = build().train()
    ids = torch.arange(10).view(5, 2)
    states = model.run_layers(ids)
    assert torch.equal(states, model.eval()(ids))
    loss, n = model.score(states, ids)
    expected, m = model.loss(ids, ids)
    assert n == m == 10 and float(loss.detach()) == pytest.approx(float(expected.detach()))


@pytest.mark.parametrize("on", ["activations", "weights"])
def test_a_step_follows_loss_plus_strength_times_penalty(scratch_cache, on):
    settings = quick(l1=0.3, l1_on=on, output_dropout=0.0).resolved()
    data = load_training_data(settings, (BANK,))
    run = LSTMRun(settings, data, cache_folder() / "never written")
    ids = torch.from_numpy(data.parts["train"].ids[:24].reshape(12, 2))
    targets = ids.roll(-1, 0).clone()
    targets[-3:, 1] = -1  # padding carries no penalty
    loss, penalty, n = run._lose(ids, targets)
    h = run.model(ids)[targets >= 0]
    assert n == 21 and len(h) == 21
    assert float(penalty.detach()) == pytest.approx(0.3 * float(compute_l1(run.model, h, on).detach()), rel=1e-5)
    assert float(loss.detach()) == pytest.approx(float(run.model.loss(ids, targets)[0].detach()), rel=1e-5)


def test_a_strong_penalty_silences_cells_and_costs_perplexity(scratch_cache):
    cards = [train(l1=l1, epochs=3) for l1 in (0.0, 1.0)]
    deviations = []
    for card in cards:
        checkpoint = load_checkpoint(card.id)
        sentences = encode_source(checkpoint, read_demo_treebank().documents[:4])
        deviations.append(record_states(checkpoint.model, sentences)["layer0.h"].std(0))
    assert (deviations[0] > 0.05).sum() >= 6 and (deviations[1] > 0.05).sum() <= 2
    assert cards[1].scores["test"].perplexity > cards[0].scores["test"].perplexity
    assert cards[1].training["l1"] == 1.0 and cards[1].training["l1_on"] == "activations"
    assert cards[1].history[-1]["train_loss"] / cards[1].history[-1]["train_tokens"] < 3  # cross entropy alone


def test_a_penalty_on_weights_shrinks_them(scratch_cache):
    sizes = [float(load_checkpoint(train(l1=l1, l1_on="weights", epochs=3).id).model.layers[0].w_hh.abs().mean())
             for l1 in (0.0, 0.003)]
    assert sizes[1] < 0.5 * sizes[0]


def test_runs_are_told_apart_by_the_penalty_but_only_where_there_is_one():
    plain = quick().resolved().run_id
    assert quick(l1_on="weights").resolved().run_id == plain
    assert len({quick(l1=l1, l1_on=on).resolved().run_id for l1 in (0.1, 0.2) for on in ("activations", "weights")}
               | {plain}) == 5


@pytest.mark.parametrize("l1", [-0.1, 101, float("nan")])
def test_a_strength_out_of_range_is_refused(l1):
    with pytest.raises(TrainingError, match="l1 = .* is out of range"):
        LSTMTraining(l1=l1).resolved()
