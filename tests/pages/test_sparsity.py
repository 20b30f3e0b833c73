"""The page about sparse LSTMs, without a browser: a series of three tiny models."""

import shutil
from functools import partial

import pytest

from core.checkpoints.store import list_checkpoints, load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.reproduce.lstm.sparsity import STUDY, load_sparsity
from core.reproduce.studies import HELD_OUT, run_study
from core.states.sources import encode_source, read_held_out
from core.training.lstm import LSTMTraining, train_lstm
from core.ui.lstm.sparsity import find_series
from tests.pages import opened
from tests.pages.opened import figures

open_page = partial(opened.open_page, "sparsity")

SERIES, SURVIVORS, KEPT = range(3)


@pytest.fixture(scope="module")
def series_folder(tmp_path_factory):
    """Kind 1, eight cells, strengths 0, 0.01 and 0.5, measured on their test documents."""
    folder = tmp_path_factory.mktemp("series") / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        for l1 in (0.0, 0.01, 0.5):
            card = train_lstm(LSTMTraining(kind=1, hidden_size=8, embedding_size=8, corpora=("demo",), epochs=2, l1=l1,
                                           batch_tokens=1024, learning_rate=0.02, device="cpu"),
                              treebanks=(read_demo_treebank(),), keep_snapshots=False)
            checkpoint = load_checkpoint(card.id)
            run_study(STUDY, checkpoint, encode_source(checkpoint, read_held_out(card)), HELD_OUT)
    return folder


@pytest.fixture
def series(series_folder, monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(series_folder))
    return find_series(list_checkpoints("lstm")[0])


def test_a_series_is_found_with_its_plain_model(series):
    assert [s.id for s in series] == ["1-8-activations-2"]
    assert [float(card.training["l1"]) for card in series[0].cards] == [0, 0.01, 0.5]


def test_series_survivors_and_cells_kept_are_drawn(series):
    at = open_page()
    assert not at.exception and not at.error
    drawn = figures(at)
    labels = ",".join(t for t in drawn[SERIES]["data"][0]["text"] if t)  # neighbours share one
    assert sorted(label.strip() for label in labels.split(",")) == ["0", "0.01", "0.5"]
    assert drawn[SURVIVORS]["data"][0]["type"] == "heatmap" and len(drawn[SURVIVORS]["data"][0]["x"]) == 8
    assert len(drawn[KEPT]["data"]) == 4  # and the frequencies
    table = at.dataframe[0].value
    assert table["perplexity"].tolist() == [load_sparsity(card).perplexity for card in series[0].cards]


def test_the_picked_strength_is_ringed_and_its_cells_are_shown(series):
    at = open_page()
    at.segmented_control(key="sl1").set_value(0.5).run()
    assert not at.exception and not at.error
    order = load_sparsity(series[0].cards[2]).order
    assert figures(at)[SURVIVORS]["data"][0]["x"] == [str(cell) for cell in order]
    assert series[0].cards[2].id in at.get("page_link")[0].proto.query_string


def test_other_sentences_are_measured_live(series):
    at = open_page()
    at.selectbox(key="ssrc").set_value("demo").run(timeout=90)
    assert not at.exception and not at.error and len(figures(at)) == 3


@pytest.mark.parametrize("query", [{"sl1": "7"}, {"sl1": "x"}, {"sser": "2-100"}, {"ssrc": "../x"}])
def test_bad_links_are_harmless(series, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(figures(at)) == 3


def test_a_member_without_results_is_named(series, series_folder, scratch_cache):
    shutil.copytree(series_folder, scratch_cache)
    lost = series[0].cards[1].id
    for folder in (scratch_cache / "analysis").glob(f"{lost}*"):
        shutil.rmtree(folder)
    at = open_page()
    assert not at.exception and not at.error and any(lost in c.value for c in at.caption)
    assert [t.strip() for t in figures(at)[SERIES]["data"][0]["text"]] == ["0", "0.5"]


def test_without_a_series_the_page_says_how_to_train_one(tiny_cache):
    at = open_page()
    assert not at.exception and "no series" in at.info[0].value and "--l1 $l1" in at.code[0].value


def test_page_speaks_japanese(series):
    at = open_page("ja-JP")
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown] + [s.value for s in at.header]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
