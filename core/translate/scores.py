"""Log-probabilities of words that are given, after sentences that were read."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from core.translate.beam import END, START, BeamResult, BeamSettings, Hypothesis, rank_hypotheses
from core.translate.stepper import States, Stepper, select_rows


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
    steps = max(map(len, rows), default=0)
    padded = np.zeros((steps, len(rows)), np.int64)
    for column, row in enumerate(rows):
        padded[:len(row), column] = row
    tokens, log_p = torch.full((len(rows),), START), []
    for wanted in torch.from_numpy(padded):
        expected, states = stepper.advance(tokens, states)
        log_p.append(expected.gather(1, wanted.unsqueeze(1))[:, 0])
        tokens = wanted
    scores = torch.stack(log_p, 1).numpy() if log_p else np.zeros((len(rows), 0), np.float32)
    return [scores[column, :len(row)] for column, row in enumerate(rows)]


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
