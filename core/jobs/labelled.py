"""Labelled sentences for a training that a reader starts: from a table of the reader's own, and as many as wished."""

import hashlib
from dataclasses import replace

import numpy as np

from core.corpora.labelled import LabelledSentences, read_table
from core.errors import JobError
from core.jobs.texts import MAX_BYTES, text_path
from core.tokens.labelled import split_three, split_words

OWN = "own"  # a table that the reader brought
LEAST = 40               # sentences: 18 are learned from, 4 tested on
MAX_WORDS = 400          # of a sentence; what comes later is left out


def read_kept(digest: str) -> bytes:
    """The reader's own table.

    Raises
    ------
    JobError
        It is not kept, or not any more.
    """
    path = text_path(digest)
    try:
        data = path.read_bytes()
    except OSError:
        raise JobError("This table is not kept here, or not any more.",
                       "Give it again on the page Try it, and train from there.") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise JobError("The kept table has changed.", "Give it again on the page Try it, and train from there.")
    return data


def read_own(data: bytes, *, text_column: str = "", label_column: str = "") -> LabelledSentences:
    """Labelled sentences of a table that the reader brought, see `read_table`; long ones are cut to `MAX_WORDS`."""
    sentences = read_table(data, name=OWN, text_column=text_column, label_column=label_column, max_bytes=MAX_BYTES)
    return replace(sentences, texts=tuple(_cut(text) for text in sentences.texts))


def _cut(text: str) -> str:
    words = split_words(text) if len(text) > MAX_WORDS else ()
    return " ".join(words[:MAX_WORDS]) if len(words) > MAX_WORDS else text


def draw_sentences(sentences: LabelledSentences, most: int) -> LabelledSentences:
    """At most so many sentences, at random, in their order."""
    if len(sentences) <= most:
        return sentences
    rows = np.sort(np.random.default_rng(0).permutation(len(sentences))[:most])
    labels = sentences.labels[rows]
    labels.setflags(write=False)
    return replace(sentences, texts=tuple(sentences.texts[i] for i in rows), labels=labels,
                   phenomena=tuple(sentences.phenomena[i] for i in rows) if sentences.phenomena else ())


def check_sentences(sentences: LabelledSentences, *, seed: int) -> None:
    """Refuse what nothing can be learned from.

    Raises
    ------
    JobError
        Too few sentences, or a class of which none falls into T1.
    """
    if len(sentences) < LEAST:
        raise JobError("There are {n} sentences; {least} are wanted at least.", "Add some: less than half of them are "
                       "learned from, a tenth tests the network.", n=len(sentences), least=LEAST)
    t1 = split_three(len(sentences), seed=seed).t1
    learned, all_ = (np.bincount(labels, minlength=len(sentences.label_names))
                     for labels in (sentences.labels[t1], sentences.labels))
    for name, n, total in zip(sentences.label_names, learned, all_, strict=True):
        if n == 0:
            raise JobError("The label “{label}” has {total} of {n} sentences, and none of these falls into the part "
                           "that is learned from.", "Add sentences with this label, leave it out, or choose another "
                           "seed.", label=name[:60], total=int(total), n=len(sentences))
