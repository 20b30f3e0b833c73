"""Learning curves from cards, their means over seeds, and the ratio of the directions."""

import math

import numpy as np
import pytest
from scipy import stats

from core.analysis.seq2seq.curves import Curve, average_curves, collect_curves, contrast_test, list_sizes, read_curve
from tests.translate.toy import build_checkpoint


def make_curve(*, reverse=True, seed=0, n=3, test=5.0, level=10.0, size="1"):
    epochs = np.arange(1, n + 1)
    return Curve(f"run-{reverse}-{seed}", reverse, seed, 1, epochs, level / epochs, 2 * level / epochs, test, size)


def card_with(history, **changes):
    return build_checkpoint().card.model_copy(update={"history": history} | changes)


def test_a_card_tells_its_course():
    row = {"epoch": 0.0, "train_loss": 200.0, "train_tokens": 100.0, "validation_perplexity": 7.0}
    curve = read_curve(card_with([row, row | {"epoch": 1.0, "validation_perplexity": 6.0}]))
    assert curve.epochs.tolist() == [1, 2] and curve.validation.tolist() == [7, 6]
    assert curve.train.tolist() == pytest.approx([math.e ** 2] * 2) and curve.test == 9.0 and curve.reverse


def test_an_epoch_that_was_not_ended_and_a_card_without_history_are_left_out():
    row = {"epoch": 0.0, "train_loss": 2.0, "train_tokens": 1.0, "validation_perplexity": 7.0}
    unfinished = {name: value for name, value in row.items() if name != "validation_perplexity"} | {"epoch": 1.0}
    curves = collect_curves([card_with([]), card_with([row, unfinished])])
    assert [curve.epochs.tolist() for curve in curves] == [[1]]


def test_perplexities_are_averaged_as_losses_over_the_epochs_that_all_have():
    curves = [make_curve(n=3, level=8.0), make_curve(n=2, level=2.0, seed=1)]
    epochs, validation, train = average_curves(curves)
    assert epochs.tolist() == [1, 2]
    np.testing.assert_allclose(validation, [4.0, 2.0])
    np.testing.assert_allclose(train, [8.0, 4.0])
    assert not len(average_curves([])[0])


def test_the_ratio_is_that_of_paired_seeds():
    tests = {False: [6.0, 5.5, 6.5], True: [5.0, 4.9, 5.2]}
    curves = [make_curve(reverse=r, seed=s, test=t) for r, own in tests.items() for s, t in enumerate(own)]
    found = contrast_test(curves)
    logs = np.log(tests[True]) - np.log(tests[False])
    low, high = stats.t.interval(0.95, 2, logs.mean(), stats.sem(logs))
    assert (found.ratio, found.low, found.high) == pytest.approx(tuple(np.exp([logs.mean(), low, high])))
    assert found.forward == pytest.approx(stats.gmean(tests[False])) and found.n == (3, 3) and found.pairs == 3


def test_one_seed_has_no_interval_and_one_direction_no_ratio():
    pair = [make_curve(reverse=reverse, test=4.0 + reverse) for reverse in (False, True)]
    found = contrast_test(pair)
    assert found.ratio == pytest.approx(5 / 4) and math.isnan(found.low) and found.pairs == 1
    assert contrast_test(pair[:1]) is None
    assert contrast_test([pair[0], make_curve(test=None)]) is None


def test_seeds_that_one_direction_lacks_do_not_enter_the_interval():
    curves = [make_curve(reverse=False, seed=0, test=6.0), make_curve(seed=0, test=5.0), make_curve(seed=1, test=1.0)]
    found = contrast_test(curves)
    assert found.pairs == 1 and found.n == (1, 2) and math.isnan(found.high)


def test_sizes_come_with_the_most_runs_first():
    curves = [make_curve(size="a"), make_curve(size="b"), make_curve(size="b", seed=1)]
    assert list_sizes(curves) == ["b", "a"] and list_sizes([]) == []
