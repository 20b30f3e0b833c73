"""Training of a text CNN: settled by its seed, the same to the last bit after a resume, and its faults named."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TrainingError
from core.models.cnn import TextCNN
from core.tokens.labelled import EncodedTexts
from core.training.cnn import CNNRun, CNNTraining, predict_texts
from core.training.state import STATE

QUICK = CNNTraining(n_filters=6, batch=8, epochs=4)


def make_texts(n=40, *, words=20, classes=2, seed=0):
    """Sentences in which the first word tells the class."""
    rng = np.random.default_rng(seed)
    lengths, labels = rng.integers(1, 7, n), rng.integers(0, classes, n)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = rng.integers(2 + classes, words, starts[-1]).astype(np.int32)
    ids[starts[:-1]] = 2 + labels
    return EncodedTexts(ids, starts, labels)


def make_run(settings=QUICK, *, texts=None, folder=None, classes=2):
    texts = make_texts(classes=classes) if texts is None else texts
    return CNNRun(settings, TextCNN(settings.configure(20, 5, classes), seed=settings.seed).eval(), texts, folder)


def weights(run):
    return {name: p.detach().clone() for name, p in run.model.named_parameters()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("optimiser", ["adam", "adadelta"])
@pytest.mark.parametrize("channels", ["static", "non-static", "multichannel"])
def test_a_seed_settles_everything(channels, optimiser):
    settings = CNNTraining(**vars(QUICK) | {"channels": channels, "optimiser": optimiser})
    torch.manual_seed(1)
    one, other = make_run(settings), make_run(settings)
    one.train()
    torch.manual_seed(2)
    other.train()
    changed = make_run(CNNTraining(**vars(settings) | {"seed": 1}))
    changed.train()
    assert same(weights(one), weights(other)) and one.losses == other.losses
    assert not same(weights(one), weights(changed)) and one.epoch == len(one.losses) == 4


def test_the_callers_random_numbers_are_left_alone():
    run = make_run()
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    run.train()
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("optimiser", ["adam", "adadelta"])
@pytest.mark.parametrize("channels", ["static", "multichannel"])
def test_a_resumed_run_ends_the_same_to_the_last_bit(tmp_path, channels, optimiser):
    settings = CNNTraining(**vars(QUICK) | {"channels": channels, "optimiser": optimiser, "norm_cap": 3.0})
    whole = make_run(settings)
    whole.train()
    for stop in (1, 3):  # two stops, one after the other
        run = make_run(settings, folder=tmp_path)
        assert run.resume() == (stop == 3)

        def end(run, stop=stop):
            if run.epoch == stop:
                run.save()
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.train(end)
    run = make_run(settings, folder=tmp_path)
    assert run.resume() and run.epoch == 3 and run.seconds > 0
    run.train()
    assert same(weights(run), weights(whole)) and run.losses == whole.losses


def test_a_stop_within_an_epoch_leaves_the_saved_state_as_it_was(tmp_path):
    run, seen = make_run(folder=tmp_path), []

    def stop():
        seen.append(1)
        if len(seen) == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.train(CNNRun.save, stop)
    again = make_run(folder=tmp_path)
    assert again.resume() and again.epoch == 1  # five batches an epoch
    again.train()
    whole = make_run()
    whole.train()
    assert same(weights(again), weights(whole))


def test_nothing_is_taken_up_where_nothing_was_saved(tmp_path):
    assert not make_run().resume() and not make_run(folder=tmp_path).resume()


@pytest.mark.parametrize("damage", ["cut", "other"])
def test_a_state_that_does_not_fit_is_named(tmp_path, damage):
    run = make_run(CNNTraining(**vars(QUICK) | {"n_filters": 7}), folder=tmp_path)
    run.save()
    if damage == "cut":
        (tmp_path / STATE).write_bytes((tmp_path / STATE).read_bytes()[:-20])
    with pytest.raises(TrainingError, match=STATE) as caught:
        make_run(folder=tmp_path).resume()
    assert "start anew" in caught.value.remedy


def test_the_loss_is_that_of_plain_steps_of_adam():
    """One batch an epoch, no dropout: torch's own optimiser on the whole set."""
    settings = CNNTraining(n_filters=6, batch=100, epochs=3, dropout=0.0, learning_rate=0.01)
    run = make_run(settings)
    model = copy.deepcopy(run.model)
    run.train()
    optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 0.01)
    ids, lengths = map(torch.from_numpy, run.texts.pad(np.arange(len(run.texts))))
    losses = []
    for _ in range(3):
        loss = -model(ids, lengths).log_softmax(1)[torch.arange(len(ids)), torch.from_numpy(run.texts.labels)].mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    np.testing.assert_allclose(run.losses, losses, rtol=1e-5)
    for mine, theirs in zip(run.model.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
def test_what_can_be_learned_is_learned(classes):
    texts = make_texts(120, classes=classes)
    run = make_run(CNNTraining(n_filters=12, epochs=40, learning_rate=0.01, channels="non-static"), texts=texts,
                   classes=classes)
    run.train()
    unread = make_texts(60, classes=classes, seed=1)
    assert run.losses[-1] < 0.3 * run.losses[0]
    assert (predict_texts(run.model, unread).argmax(1) == unread.labels).mean() > 0.9


def test_the_cap_holds_after_every_step():
    run, norms = make_run(CNNTraining(**vars(QUICK) | {"norm_cap": 0.3, "learning_rate": 0.1})), []
    run.train(after_batch=lambda: norms.append(run.model.output.weight.norm(dim=1).max().item()))
    assert len(norms) == 20 and max(norms) <= 0.3 * (1 + 1e-5)


def test_callers_find_the_network_in_evaluation_mode_and_each_epoch_once():
    seen = []
    run = make_run()
    run.train(lambda run: seen.append((run.epoch, len(run.losses), run.model.training)))
    assert seen == [(n, n, False) for n in (1, 2, 3, 4)]


def test_a_training_that_diverges_says_so():
    run = make_run(CNNTraining(**vars(QUICK) | {"learning_rate": 10.0}))
    with torch.no_grad():
        run.model.output.weight[0, 0] = torch.inf
    with pytest.raises(TrainingError, match="diverged in epoch 1"):
        run.train()


@pytest.mark.parametrize("changes", [
    {"n_filters": 0}, {"dropout": 1.0}, {"dropout": float("nan")}, {"learning_rate": 0.0}, {"norm_cap": -1.0},
    {"batch": 0}, {"epochs": 0}, {"seed": -1}, {"heights": ()}, {"heights": (0,)}, {"heights": (21,)}])
def test_settings_out_of_range_are_named(changes):
    with pytest.raises(TrainingError) as caught:
        CNNTraining(**changes).check()
    assert caught.value.remedy.startswith("Choose")
    CNNTraining().check()


def test_without_a_sentence_nothing_starts():
    with pytest.raises(TrainingError, match="no sentence"):
        make_run(texts=EncodedTexts(np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int64)))


def test_the_digest_knows_everything_but_the_seed():
    assert CNNTraining(seed=3).digest == CNNTraining().digest
    changed = {CNNTraining(**change).digest for change in (
        {}, {"heights": (3, 4)}, {"epochs": 9}, {"dropout": 0.1}, {"channels": "multichannel"})}
    assert len(changed) == 5


@given(st.integers(1, 60), st.integers(0, 5))
def test_predictions_are_log_probabilities_in_the_order_given(n, seed):
    texts, model = make_texts(n, seed=seed), make_run().model.train()
    scores = predict_texts(model, texts)
    assert model.training and scores.dtype == np.float32
    np.testing.assert_allclose(np.exp(scores).sum(1), 1, rtol=1e-5)
    order = np.random.default_rng(seed).permutation(n)
    np.testing.assert_allclose(predict_texts(model, texts.take(order)), scores[order], rtol=1e-5, atol=1e-6)
