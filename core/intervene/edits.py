"""What can be done to c: set, scale or exchange cells, ablate one cell a column, snap the updates to levels."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.errors import AnalysisError

ACTIONS = ("set", "scale", "swap")


@dataclass(frozen=True)
class CellEdit:
    """Act on chosen cells of c, in every sentence of a batch.

    Attributes
    ----------
    action : {"set", "scale", "swap"}
        Put ``values`` in place of the cells, multiply the cells by ``values``, or exchange the first cell
        with the second, the third with the fourth, ….
    cells : tuple of int
    values : tuple of float
        One a cell; empty for ``swap``.
    first : int
        Index of the token after whose reading the cells are changed.
    once : bool
        At that token alone, after which the model goes on freely; else after every token from there on.
        Exchanging is always once: doing it again would undo it.
    """

    action: str
    cells: tuple[int, ...]
    values: tuple[float, ...] = ()
    first: int = 0
    once: bool = False

    def check(self, hidden_size: int) -> None:
        """Make sure the edit fits a model.

        Raises
        ------
        AnalysisError
            Unknown action, cells the model does not have or that stand twice, or another number of values.
        """
        if self.action not in ACTIONS:
            raise AnalysisError("“{action}” is no action on a cell.", "Choose one of: {known}.",
                                action=self.action, known=", ".join(ACTIONS))
        for cell in self.cells:
            if not 0 <= cell < hidden_size:
                raise AnalysisError("There is no cell {cell}; this model has cells 0 to {last}.",
                                    "Choose another cell.", cell=cell, last=hidden_size - 1)
        paired = len(self.cells) % 2 == 0 if self.action == "swap" else len(self.values) == len(self.cells)
        if not paired or len(set(self.cells)) != len(self.cells) or not np.isfinite(self.values).all():
            raise AnalysisError("The cells and values of this edit do not pair up.",
                                "Give each cell once, with one finite value; exchange two different cells.")

    @cached_property
    def _columns(self) -> Tensor:
        return torch.tensor(self.cells, dtype=torch.long)

    @cached_property
    def _values(self) -> Tensor:
        return torch.tensor(self.values, dtype=torch.float32)

    def __call__(self, t: int, c: Tensor, *, gate: Tensor, before: Tensor) -> bool:
        if t < self.first or not self.cells or (t > self.first and (self.once or self.action == "swap")):
            return False
        own = self._columns
        if self.action == "set":
            c[:, own] = self._values
        elif self.action == "scale":
            c[:, own] *= self._values
        else:
            c[:, own] = c[:, own.view(-1, 2).flip(1).reshape(-1)]
        return True


@dataclass(frozen=True)
class ColumnAblation:
    """Hold another cell in every column of a batch, from the first token on.

    Attributes
    ----------
    cells : int64 tensor of shape (B,)
        -1 leaves a column untouched.
    values : float32 tensor of shape (B,)
        What each cell is held at: 0, or its mean.
    """

    cells: Tensor
    values: Tensor
    first: int = 0

    @cached_property
    def _rows(self) -> Tensor:
        return torch.nonzero(self.cells >= 0).squeeze(1)

    def __call__(self, t: int, c: Tensor, *, gate: Tensor, before: Tensor) -> bool:
        c[self._rows, self.cells[self._rows]] = self.values[self._rows]
        return True


@dataclass(frozen=True)
class Snap:
    """Replace every update ``c_up = i * g`` by the nearest of a few levels: ``c = f * c + level``.

    Attributes
    ----------
    levels : float32 array of shape (H, k) or (1, k)
        Rising; one row for each cell, or one for all.
    """

    levels: np.ndarray
    first: int = 0

    def check(self, hidden_size: int) -> None:
        """Make sure there are levels for this model; raises `AnalysisError`."""
        if self.levels.ndim != 2 or len(self.levels) not in (1, hidden_size) or not self.levels.size:
            raise AnalysisError("These levels are not for a model of {n} cells.",
                                "Give one row of levels for all cells, or one a cell.", n=hidden_size)

    @cached_property
    def _steps(self) -> tuple[Tensor, Tensor, Tensor]:
        levels = torch.from_numpy(np.ascontiguousarray(self.levels, np.float32)).t()  # k, H
        return levels[0], (levels[1:] + levels[:-1]) / 2, levels[1:] - levels[:-1]

    def nearest(self, values: Tensor) -> Tensor:
        """The level nearest to each value, (B, H)."""
        lowest, middles, jumps = self._steps
        snapped = lowest.expand_as(values).clone()
        for middle, jump in zip(middles, jumps, strict=True):
            snapped.addcmul_((values > middle).to(values.dtype), jump.expand_as(values))
        return snapped

    def __call__(self, t: int, c: Tensor, *, gate: Tensor, before: Tensor) -> bool:
        i, f, g, _ = gate.split(c.shape[1], dim=1)
        torch.mul(f, before, out=c).add_(self.nearest(i * g))
        return True


def fit_levels(values: np.ndarray, k: int, *, rounds: int = 60) -> np.ndarray:
    """k levels for each row by one-dimensional k-means (Lloyd on sorted values), rising.

    Two starts, equal shares and equal distances; the one that leaves less variance wins.

    Parameters
    ----------
    values : array of shape (R, n)

    Returns
    -------
    float32 array of shape (R, k)
    """
    ordered = torch.from_numpy(np.sort(values, axis=1).astype(np.float64))
    rows, n = ordered.shape
    empty = ordered.new_zeros(rows, 1)
    sums = torch.cat([empty, ordered.cumsum(1)], 1)
    squares = torch.cat([empty, (ordered ** 2).cumsum(1)], 1)
    shares = (torch.arange(k) + 0.5) / k
    low, high = ordered[:, :1], ordered[:, -1:]
    starts = (ordered[:, (shares * n).long().clamp(max=n - 1)], low + (high - low) * shares[None])
    best, least = starts[0], ordered.new_full((rows,), torch.inf)
    for levels in starts:
        for _ in range(rounds):
            edges = _find_edges(ordered, levels)
            counts = edges.diff(dim=1)
            totals = sums.gather(1, edges).diff(dim=1)
            levels = torch.where(counts > 0, totals / counts.clamp(min=1), levels)
        edges = _find_edges(ordered, levels)
        counts, totals = edges.diff(dim=1), sums.gather(1, edges).diff(dim=1)
        rest = (squares.gather(1, edges).diff(dim=1) - 2 * levels * totals + counts * levels ** 2).sum(1)
        best = torch.where((rest < least)[:, None], levels, best)
        least = torch.minimum(rest, least)
    return best.sort(dim=1).values.float().numpy()


def _find_edges(ordered: Tensor, levels: Tensor) -> Tensor:
    """Where each level's share of the sorted values begins, and the end; (R, k + 1)."""
    levels = levels.sort(dim=1).values
    middles = ((levels[:, 1:] + levels[:, :-1]) / 2).contiguous()
    inner = torch.searchsorted(ordered, middles, right=True)
    rows, n = ordered.shape
    return torch.cat([inner.new_zeros(rows, 1), inner, inner.new_full((rows, 1), n)], 1)
