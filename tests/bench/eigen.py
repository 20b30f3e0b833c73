"""The largest eigenpairs of M*: our block Lanczos beside ARPACK, which multiplies one vector at a time."""

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import eigsh

from core.analysis.qwem.eigen import TOLERANCE, compute_eigenpairs
from core.analysis.qwem.target import build_target
from tests.bench.row import Row, time_interleaved


@dataclass(frozen=True)
class Sizes:
    """Counts of words that share topics, by Zipf's law; most pairs never meet."""

    vocabulary: int = 6_000
    topics: int = 300
    pairs: int = 200   # eigenpairs
    repeats: int = 5


def generate_target(sizes: Sizes) -> np.ndarray:
    """M* of generated counts: like that of a text, a slow spectrum over a large negative eigenvalue."""
    rng = np.random.default_rng(0)
    weights = np.exp(2 * rng.standard_normal((sizes.vocabulary, sizes.topics), np.float32))
    weights *= (40 / np.arange(20, sizes.vocabulary + 20) / weights.sum(1))[:, None].astype(np.float32)
    upper = np.triu(rng.poisson(30 * sizes.topics * weights @ weights.T))
    return build_target(upper + upper.T)


def bench_eigen(sizes: Sizes = Sizes()) -> Row:
    """Seconds of both for pairs within the same tolerance."""
    target = generate_target(sizes)
    begin = time.perf_counter()
    values = eigsh(target, sizes.pairs, which="LA", tol=TOLERANCE)[0][::-1]
    other = time.perf_counter() - begin  # seconds need no median
    if not np.allclose(compute_eigenpairs(target, sizes.pairs).values, values, rtol=TOLERANCE):
        raise AssertionError("The two spectra differ.")
    (ours,) = time_interleaved(lambda: compute_eigenpairs(target, sizes.pairs), repeats=sizes.repeats, warm_up=0)
    return Row("qwem.eigen", ours, other, other / ours, 1.0, "s")
