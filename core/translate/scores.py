"""Log-probabilities of words that are given, after sentences that were read."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from core.translate.beam import END, START, BeamResult, BeamSettings, Hypothesis, rank_hypotheses
from core.translate.stepper import ROWS, States, Stepper, select_rows

TOGETHER = 96  # rows, of like length, that are read side by side


@torch.inference_mode()
def score_ids(stepper: Stepper, states: States, rows: Sequence[Sequence[int]]) -> list[np.ndarray]:
    """Log-probabilities in nats of given tokens, float32 of each row's length.

    Parameters
    ----------
    states : States
        From `Stepper.start`; R rows.
    rows : R sequences of int
        Ids after the start marker, the end marker with them where it counts.
    """
    scores = [np.zeros(len(row), np.float32) for row in rows]
    order = sorted((r for r, row in enumerate(rows) if len(row)), key=lambda r: -len(rows[r]))
    for begin in range(0, len(order), TOGETHER):
        own = order[begin:begin + TOGETHER]
        lengths = np.array([len(rows[r]) for r in own])
        wanted = np.zeros((int(lengths[0]), len(own)), np.int64)
        for column, r in enumerate(own):
            wanted[:lengths[column], column] = rows[r]
        given = np.vstack([np.full(len(own), START), wanted[:-1]])
        present = np.arange(len(wanted))[:, None] < lengths
        hs = stepper.follow(torch.from_numpy(given[present]), present.sum(1).tolist(),
                            select_rows(states, torch.tensor(own)))
        log_p = np.zeros(wanted.shape, np.float32)
        log_p[present] = torch.cat([
            stepper.predict(pieces).gather(1, words[:, None])[:, 0] for words, *pieces in
            zip(torch.from_numpy(wanted[present]).split(ROWS), *(h.split(ROWS) for h in hs), strict=True)]).numpy()
        for r, row, n in zip(own, log_p.T, lengths.tolist(), strict=True):
            scores[r] = row[:n]
    return scores


def score_again(stepper: Stepper, states: States, found: Sequence[BeamResult],
                settings: BeamSettings) -> list[BeamResult]:
    """The same hypotheses with this stepper's log-probabilities, in the order of those.

    Parameters
    ----------
    states : States
        After reading the sources, a row a result.
    """
    owners = [s for s, result in enumerate(found) for _ in result.hypotheses]
    ids = [h.ids + ((END,) if h.finished else ()) for result in found for h in result.hypotheses]
    scores = iter(score_ids(stepper, select_rows(states, torch.tensor(owners)), ids))
    scored: list[list[Hypothesis]] = [[replace(h, log_p=tuple(next(scores).tolist())) for h in result.hypotheses]
                                      for result in found]
    return [replace(result, hypotheses=rank_hypotheses(own, settings)) for result, own in zip(found, scored,
                                                                                             strict=True)]
