"""Cells in the order of how closely they follow a property."""

import numpy as np

from core.analysis.lstm.correlation import PROPERTIES


def rank_cells(r: np.ndarray, name: str) -> list[int]:
    """All cells by falling |r| with one property.

    Parameters
    ----------
    r : array of shape (H, P)
        Correlations, columns as in `PROPERTIES`.

    Examples
    --------
    >>> rank_cells(np.array([[0.1] * 7, [-0.9] * 7, [0.5] * 7]), "VP")
    [1, 2, 0]
    """
    return np.argsort(-np.abs(r[:, PROPERTIES.index(name)]), kind="stable").tolist()
