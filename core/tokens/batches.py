"""Padded batches of sentences of like length."""

from collections.abc import Iterator

import numpy as np

from core.tokens.encoded import EncodedSentences

PAD = -1  # target of a padded step; never scored


def plan_batches(lengths: np.ndarray, *, batch_tokens: int,
                 rng: np.random.Generator | None = None) -> list[np.ndarray]:
    """Group sentence indices so that padded size (B × longest) stays within ``batch_tokens``.

    With ``rng``, sentences of nearly equal length are mixed and batches come in random order;
    without it, batches come from short to long.
    """
    jitter = rng.random(len(lengths)) * 2 if rng is not None else 0
    order = np.argsort(lengths + jitter, kind="stable")
    batches, batch, longest = [], [], 0
    for i in order:
        longest_with = max(longest, int(lengths[i]))
        if batch and longest_with * (len(batch) + 1) > batch_tokens:
            batches.append(np.array(batch))
            batch, longest_with = [], int(lengths[i])
        batch.append(i)
        longest = longest_with
    if batch:
        batches.append(np.array(batch))
    if rng is not None:
        rng.shuffle(batches)
    return batches


def pad_batch(data: EncodedSentences, sentences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and next-token targets of some sentences, time first.

    Returns
    -------
    inputs, targets : int64 arrays of shape (T, B)
        T is the longest sentence less one. Padding stands after a sentence's end, is 0 in
        ``inputs`` and ``PAD`` in ``targets``.
    """
    steps = int(data.lengths[sentences].max()) - 1
    inputs = np.zeros((steps, len(sentences)), np.int64)
    targets = np.full((steps, len(sentences)), PAD, np.int64)
    for column, s in enumerate(sentences):
        ids = data.ids[data.starts[s]:data.starts[s + 1]]
        inputs[:len(ids) - 1, column] = ids[:-1]
        targets[:len(ids) - 1, column] = ids[1:]
    return inputs, targets


def iterate_batches(data: EncodedSentences, *, batch_tokens: int,
                    rng: np.random.Generator | None = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Padded (inputs, targets) over all sentences."""
    for sentences in plan_batches(data.lengths, batch_tokens=batch_tokens, rng=rng):
        yield pad_batch(data, sentences)
