"""Counts of word pairs: against a count in plain Python, however the work is divided, and what is refused."""

import signal
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import core.tokens.cooccurrence as module
from core.corpora.text import iterate_articles
from core.errors import CorpusError, TextError, TrainingError, WordglassError
from core.settings import ROOT
from core.tokens.cooccurrence import CountSettings, count_cooccurrences
from core.tokens.shards import list_shards, save_whole

words = st.sampled_from(["a", "b", "c", "d", "é", "ff"])
articles = st.lists(st.lists(words, max_size=12), max_size=6)
settings = st.builds(CountSettings, window=st.integers(1, 5), weights=st.sampled_from(["linear", "flat"]),
                     vocabulary_size=st.integers(2, 6), min_count=st.integers(1, 2), articles=st.just("line"))


def count_plainly(texts, wanted):
    """The definition: every pair of places of one article, once in each direction."""
    totals = Counter(word for text in texts for word in text)
    ranked = sorted((w for w in totals if totals[w] >= wanted.min_count), key=lambda w: (-totals[w], w))
    ranked = ranked[:wanted.vocabulary_size]
    counts = np.zeros((len(ranked), len(ranked)), np.int64)
    for text in texts:
        kept = [ranked.index(word) for word in text if word in ranked]
        for i, first in enumerate(kept):
            for j, second in enumerate(kept[i + 1:i + 1 + wanted.window], 1):
                weight = wanted.window + 1 - j if wanted.weights == "linear" else 1
                counts[first, second] += weight
                counts[second, first] += weight
    return ranked, [totals[w] for w in ranked], counts


def write(folder, texts):
    folder.mkdir(exist_ok=True)
    path = folder / "corpus.txt"
    path.write_text("\n".join(map(" ".join, texts)) + "\n", "utf-8")
    return path


def as_dense(counts):
    return counts.toarray() if sparse.issparse(counts) else counts


def assert_same(found, other):
    assert found.words == other.words and found.n_tokens == other.n_tokens and found.n_articles == other.n_articles
    assert np.array_equal(found.word_counts, other.word_counts)
    assert found.counts.dtype == other.counts.dtype and np.array_equal(as_dense(found.counts), as_dense(other.counts))


@given(texts=articles, wanted=settings, dense=st.booleans(), part=st.sampled_from([1, 7, 100]),
       block=st.sampled_from([8, 20, 1000]), workers=st.integers(1, 3))
def test_counts_are_those_of_the_definition(tmp_path_factory, texts, wanted, dense, part, block, workers):
    ranked, word_counts, counts = count_plainly(texts, wanted)
    path = write(tmp_path_factory.mktemp("counts"), texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "DENSE_VOCABULARY", 100 if dense else 1)
        options = {"workers": workers, "part_tokens": part, "block_bytes": block}
        for source in (path, texts):
            if not counts.any() or len(ranked) < 2:
                with pytest.raises(CorpusError):
                    count_cooccurrences(source, wanted, **options)
                continue
            found = count_cooccurrences(source, wanted, **options)
            assert list(found.words) == ranked and found.word_counts.tolist() == word_counts
            assert sparse.issparse(found.counts) is not dense and np.array_equal(as_dense(found.counts), counts)
            assert found.n_tokens == sum(map(len, texts)) and found.n_articles == sum(map(bool, texts))
            assert np.issubdtype(found.counts.dtype, np.integer)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Twelve texts of words by a Zipf law, in articles of a few sentences."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("zipf")
    for name in range(12):
        lines = [" ".join(f"w{chr(97 + k % 26)}{chr(97 + k // 26 % 26)}" for k in rng.zipf(1.3, 300) % 500)
                 + ("\n" if rng.random() < 0.4 else "") for _ in range(10)]
        (folder / f"{name:02}.txt").write_text("\n".join(lines), "utf-8")
    return folder


WANTED = CountSettings(window=6, vocabulary_size=300)


@pytest.fixture(scope="module")
def reference(corpus):
    return count_cooccurrences(corpus, WANTED, workers=1)


@pytest.mark.parametrize("dense", [True, False])
def test_a_part_may_hold_no_word_of_the_vocabulary(tmp_path, monkeypatch, dense):
    monkeypatch.setattr(module, "DENSE_VOCABULARY", 100 if dense else 1)
    path = write(tmp_path, [["a", "b", "a", "b"], ["x", "y"], ["b", "z", "a"]])
    found = count_cooccurrences(path, CountSettings(vocabulary_size=2, articles="line", weights="flat"), part_tokens=1,
                                block_bytes=8)
    assert as_dense(found.counts).tolist() == [[2, 5], [5, 2]]


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize(("workers", "part", "block"), [(2, 10**6, 2**20), (5, 1_000, 700), (3, 5_000, 10_000)])
def test_division_of_work_changes_nothing(corpus, reference, monkeypatch, dense, workers, part, block):
    monkeypatch.setattr(module, "DENSE_VOCABULARY", 20_000 if dense else 1)
    found = count_cooccurrences(corpus, WANTED, workers=workers, part_tokens=part, block_bytes=block)
    assert_same(found, reference)
    if not dense:
        assert found.counts.has_canonical_format


def test_counts_are_symmetric_and_add_up(corpus, reference):
    assert np.array_equal(reference.counts, reference.counts.T)
    assert reference.counts.dtype == np.int32 and reference.word_counts.sum() < reference.n_tokens == 36_000
    flat = count_cooccurrences(corpus, CountSettings(window=1, weights="flat", vocabulary_size=10**6, articles="file"))
    assert flat.counts.sum() == 2 * (flat.n_tokens - flat.n_articles) and flat.n_articles == 12


def test_order_of_the_vocabulary_changes_only_the_order(corpus, reference):
    """Other names in the same places: ties, and so rows, come in another order, the counts go along."""
    swapped = str.maketrans("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")
    texts = list(iterate_articles(corpus))
    found = count_cooccurrences([[w.translate(swapped) for w in text] for text in texts], CountSettings(
        window=6, vocabulary_size=10**6))
    whole = count_cooccurrences(texts, CountSettings(window=6, vocabulary_size=10**6))
    order = [found.ids[word.translate(swapped)] for word in whole.words]
    assert order != sorted(order)
    assert np.array_equal(found.counts[np.ix_(order, order)], whole.counts)
    assert np.array_equal(found.word_counts[order], whole.word_counts)


def test_ties_are_alphabetical():
    assert count_cooccurrences([["b", "a", "c", "c"]]).words == ("c", "a", "b")


def test_wide_counts_where_narrow_ones_might_not_do(monkeypatch):
    """A word that stands 100,000 times with a window of 1,000 adds up to more than 2**31."""
    found = count_cooccurrences([["a"] * 20_000 + ["b"]] * 5, CountSettings(window=1_000))
    assert found.counts.dtype == np.int64
    assert found.counts[0, 0] == 5 * 2 * sum((1_001 - j) * (20_000 - j) for j in range(1, 1_001)) > 2**31


@pytest.mark.parametrize("texts", [[], [[]], [["one"]], [["one"] * 9], [["one"], ["two"]]])
def test_texts_with_nothing_to_count(texts, tmp_path):
    with pytest.raises(CorpusError):
        count_cooccurrences(texts)
    with pytest.raises(CorpusError):
        count_cooccurrences(write(tmp_path, texts), CountSettings(articles="line"))


def test_a_vocabulary_larger_than_the_text_is_all_of_it():
    assert len(count_cooccurrences([["a", "b", "a"]], CountSettings(vocabulary_size=10**6))) == 2


@pytest.mark.parametrize("change", [{"window": 0}, {"window": 5_000}, {"weights": "square"}, {"vocabulary_size": 1},
                                    {"min_count": 0}, {"articles": "page"}, {"article_words": -1}])
def test_settings_out_of_range(change):
    with pytest.raises(TrainingError, match=next(iter(change))):
        CountSettings(**change)


@pytest.mark.parametrize("article", [["a b"], [""], ["a", "b\n"], ["a\x01b"], ["a\u3000b"], ["\ud800"], ["", "a"]])
def test_words_with_blanks_are_refused(article):
    with pytest.raises(TextError):
        count_cooccurrences([["fine", "too"], article])


class Stop(Exception):
    """What ends a run half-way."""


def test_a_stopped_count_goes_on_behind_its_shards(corpus, reference, tmp_path):
    def stop(stage, done, total):
        if stage == "count":
            raise Stop
    with pytest.raises(Stop):
        count_cooccurrences(corpus, WANTED, folder=tmp_path, block_bytes=1_000, report=stop)
    shards = list_shards(tmp_path)
    for lost in (*shards[3:5], *shards[-2:], *sorted(tmp_path.glob("*.whole"))[:1], *tmp_path.glob("*11.whole")):
        lost.unlink()  # as if it had been stopped earlier
    kept = {shard: shard.stat().st_mtime_ns for shard in shards[:3] if shard.exists()}
    (tmp_path / ".shard.safetensors.0.part").write_bytes(b"killed while it was written")
    assert_same(count_cooccurrences(corpus, WANTED, folder=tmp_path, block_bytes=1_000), reference)
    assert not list(tmp_path.glob("*.part"))
    assert all(shard.stat().st_mtime_ns == time for shard, time in kept.items())
    assert list_shards(tmp_path) == shards


KILLED = """
import os, pathlib, signal, sys
import core.tokens.shards as shards
from core.tokens.cooccurrence import CountSettings, count_cooccurrences
save, saved = shards.save_file, []

def save_some(arrays, path):
    if len(saved) == 5:
        path.write_bytes(b"half a shard")
        os.kill(os.getpid(), signal.SIGKILL)
    saved.append(save(arrays, path))

shards.save_file = save_some
count_cooccurrences(pathlib.Path(sys.argv[1]), CountSettings(window=6, vocabulary_size=300), workers=1,
                    folder=pathlib.Path(sys.argv[2]), block_bytes=4_000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_a_killed_process_leaves_whole_shards(corpus, reference, tmp_path):
    killed = subprocess.run([sys.executable, "-c", KILLED, corpus, tmp_path], cwd=ROOT, timeout=100, check=False)
    assert killed.returncode == -signal.SIGKILL
    kept = {shard: shard.stat().st_mtime_ns for shard in list_shards(tmp_path)}
    assert len(kept) == 5 and len(list(tmp_path.glob(".*.part"))) == 1
    assert_same(count_cooccurrences(corpus, WANTED, folder=tmp_path, block_bytes=4_000), reference)
    assert len(list_shards(tmp_path)) > 20
    assert all(shard.stat().st_mtime_ns == time for shard, time in kept.items())


def test_shards_of_another_text_are_not_used(corpus, reference, tmp_path):
    count_cooccurrences([["other", "words"]], folder=tmp_path)
    assert_same(count_cooccurrences(corpus, WANTED, folder=tmp_path, block_bytes=500), reference)
    assert_same(count_cooccurrences(corpus, WANTED, folder=tmp_path), reference)


def test_a_damaged_shard_is_named(corpus, tmp_path):
    count_cooccurrences(corpus, WANTED, folder=tmp_path)
    shard = list_shards(tmp_path)[2]
    shard.write_bytes(shard.read_bytes()[:-9])
    with pytest.raises(CorpusError, match=shard.name):
        count_cooccurrences(corpus, WANTED, folder=tmp_path)


def test_faults_of_a_text_come_through_the_threads(corpus, tmp_path):
    for name in "abc":
        (tmp_path / name).write_text("fine words", "utf-8")
    (tmp_path / "d").write_bytes(b"caf\xe9")
    with pytest.raises(CorpusError, match="not UTF-8"):
        count_cooccurrences(tmp_path)


def test_a_folder_that_cannot_be_used(corpus, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CorpusError, match="cannot be used"):
        count_cooccurrences(corpus, WANTED, folder=tmp_path / "file")
    with pytest.raises(CorpusError, match="cannot be written"):
        save_whole(tmp_path / "absent" / "shard.safetensors", {"a": np.zeros(1)})


def test_report_goes_forward(corpus):
    seen = {"read": [], "count": []}
    count_cooccurrences(corpus, WANTED, part_tokens=9_000, report=lambda stage, *numbers: seen[stage].append(numbers))
    for numbers in seen.values():
        assert numbers == sorted(numbers) and numbers[-1][0] == numbers[-1][1] > 0


def test_a_cluster_needs_a_folder(corpus):
    with pytest.raises(WordglassError, match="folder"):
        count_cooccurrences(corpus, scheduler="tcp://127.0.0.1:1")
