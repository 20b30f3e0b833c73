"""From text to a checkpoint of concepts."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.qwem.concepts import ConceptSettings, find_concepts, find_text, take_eigenpairs
from core.checkpoints.embeddings import list_concepts, load_concepts
from core.errors import CorpusError, TrainingError, WordglassError
from tests.training.toy_counts import draw_articles, find_ids, make_counts, make_target, solve, write_text

ARTICLES = draw_articles()


@pytest.fixture
def settings(scratch_cache, tmp_path):
    text = write_text(tmp_path / "my text.txt", ARTICLES)
    return ConceptSettings(corpus=str(text), vocabulary=40, window=4, dimension=10)


def test_the_checkpoint_holds_mstars_eigenpairs(settings):
    said, told = [], []
    card = find_concepts(settings, say=said.append, report=lambda *row: told.append(row))
    loaded = load_concepts(card.id)
    values, vectors = solve(make_target(make_counts()))
    rows = find_ids([list(loaded.words)])[0]  # ours go by count, the toy's by number
    assert not np.array_equal(rows, np.arange(40))
    np.testing.assert_allclose(loaded.values, values[:10], rtol=1e-4)
    np.testing.assert_allclose(np.abs((loaded.vectors * vectors[rows, :10]).sum(0)), 1, atol=1e-3)
    assert loaded.word_counts.sum() == sum(map(len, ARTICLES)) == card.corpus.n_tokens
    assert card.corpus.name == "my text.txt" and card.corpus.n_articles == 60 and len(card.corpus.sha256) == 64
    assert set(card.seconds) == {"count", "target", "eigenpairs"} and card.max_residual < 1e-3
    assert card.settings["window"] == 4 and "corpus" not in card.settings and "/" not in card.model_dump_json()
    assert len(said) == 3 and {row[0] for row in told} == {"read", "count"}
    assert take_eigenpairs(loaded).values is loaded.values


def test_a_second_run_counts_nothing_and_finds_the_same(settings):
    first, told = find_concepts(settings), []
    again = find_concepts(settings, report=lambda *row: told.append(row))
    narrow = find_concepts(replace(settings, window=2))
    assert again.id == first.id != narrow.id and not told
    assert {c.id for c in list_concepts()[0]} == {first.id, narrow.id}


def test_a_killed_run_goes_on(settings):
    def kill(stage, done, total):
        if stage == "count":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_concepts(settings, report=kill)
    assert list_concepts() == ([], [])
    interrupted = find_concepts(settings)
    write_text(find_text(settings.corpus).with_name("other.txt"), ARTICLES)
    other = find_concepts(replace(settings, corpus=settings.corpus.replace("my text", "other")))
    assert interrupted.id == other.id


def test_a_vocabulary_larger_than_the_text_takes_every_word(settings):
    card = find_concepts(replace(settings, vocabulary=10_000, dimension=200))
    assert card.vocabulary_size == len({w for a in ARTICLES for w in a}) and card.dimension <= card.vocabulary_size


@pytest.mark.parametrize(("changes", "says"), [
    ({"window": 0}, "window is 0"), ({"dimension": 41}, "does not fit a vocabulary of 40"), ({"dimension": 0}, "0"),
    ({"vocabulary": 0}, "vocabulary"), ({"min_count": 10**6}, "vocabulary"), ({"min_count": 0}, "min_count")])
def test_bad_settings_are_refused_with_a_remedy(settings, changes, says):
    with pytest.raises(WordglassError, match=says) as caught:
        find_concepts(replace(settings, **changes))
    assert caught.value.remedy and list_concepts() == ([], [])


@pytest.mark.parametrize("content", [b"", b"word", b"1 2 3", b"\xff\xfe\xfd caf\xe9 text here"])
def test_texts_that_give_no_concepts_are_refused(settings, content):
    find_text(settings.corpus).write_bytes(content)
    with pytest.raises((CorpusError, TrainingError)) as caught:
        find_concepts(settings)
    assert caught.value.remedy


def test_absent_texts_are_said(scratch_cache):
    with pytest.raises(CorpusError, match="no corpus named"):
        find_text("no-such-text")
    with pytest.raises(CorpusError, match="lisp-demo is no running text.*wiki-en, text8, or give the path"):
        find_text("lisp-demo")
