"""The page about code and nesting, without a browser."""

import json
from functools import partial

import pytest

from core.checkpoints.store import list_checkpoints, load_checkpoint
from core.corpora.generated import generate_treebank
from core.corpora.library import read_lisp_demo
from core.reproduce.lstm.generalisation import STUDY, load_generalisation
from core.reproduce.studies import is_plain, run_study
from core.states.sources import DEMO, encode_source, list_sources, read_held_out, read_source
from core.training.lstm import LSTMTraining, train_lstm
from core.ui.lstm.pickers import checkpoint_name
from tests.conftest import _cache_at
from tests.pages import opened
from tests.pages.opened import figures

open_page = partial(opened.open_page, "nested_code")


@pytest.fixture(scope="module")
def nested_folder(tmp_path_factory):
    """Tiny models of Lisp brackets and of Dyck-1, the latter with a stored result."""
    common = {"kind": 1, "hidden_size": 8, "embedding_size": 8, "epochs": 1, "batch_tokens": 1024, "device": "cpu"}
    with _cache_at(tmp_path_factory.mktemp("nested") / "cache") as folder:
        train_lstm(LSTMTraining(corpora=("lisp-demo",), seed=3, **common), treebanks=(read_lisp_demo(),))
        card = train_lstm(LSTMTraining(corpora=("dyck-1",), max_depth=3, **common),
                          treebanks=(generate_treebank("dyck-1", depth=3),))
        checkpoint = load_checkpoint(card.id)
        run_study(STUDY, checkpoint, encode_source(checkpoint, read_held_out(card)), "held-out")
        return folder


@pytest.fixture
def nested(nested_folder):
    with _cache_at(nested_folder) as folder:
        yield folder


def card_of(folder, corpus):
    return next(c for c in list_checkpoints()[0] if c.corpora[0].name == corpus)


def test_lisp_comes_first_and_draws_everything(nested):
    at = open_page()
    assert not at.exception and not at.error
    assert at.segmented_control(key="nmat").value == "lisp" and len(figures(at)) == 5
    assert at.code[0].value.startswith("(def") and all(c.proto.alt for c in at.get("plotly_chart"))


def test_numbers_are_those_of_the_stored_result(nested):
    at = open_page(nmat="dyck-1")
    result = load_generalisation(card_of(nested, "dyck-1"))
    values = {m.label: m.value for m in at.metric}
    assert values["Trained to depth"] == f"{result.trained_depth}" == "4"
    assert values["Untrained LSTM"] == f"{result.untrained_r:.3f}"
    assert not [c for c in at.code if c.language == "lisp"] and len(figures(at)) == 5


def test_every_choice_moves_something(nested):
    at = open_page(nmat="dyck-1")
    before = json.dumps(figures(at))
    at.selectbox(key="nform").set_value(0).run()
    after = json.dumps(figures(at))
    assert before != after
    at.segmented_control(key="nwhat").set_value("exact").run()
    assert not at.exception and json.dumps(figures(at)) != after


@pytest.mark.parametrize(("text", "where"), [("(a (b)", "never closed"), ("(a))", "closes nothing"), ("", "no text"),
                                             ("(a) (b)", "2 lists"), ("(a \x00)", "control")])
def test_typed_lisp_is_read_or_its_fault_shown(nested, text, where):
    at = open_page(nform="typed")
    assert not at.error and len(figures(at)) == 5
    at.text_area(key="ntext").set_value(text).run()
    assert not at.exception and where in at.error[0].value and len(figures(at)) == 4


@pytest.mark.parametrize("query", [{"nmat": "x"}, {"nmodel": "../x"}, {"nform": "-4"}, {"nwhat": "<b>"},
                                   {"nform": "typed", "ntext": "x" * 9000}])
def test_bad_links_are_harmless(nested, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(figures(at)) == 5


def test_english_brackets_alone_are_enough(measured):
    at = open_page()
    assert not at.exception and not at.error and at.segmented_control(key="nmat").value == "english"
    assert len(figures(at)) == 5


def test_no_checkpoint_is_said(scratch_cache):
    at = open_page()
    assert not at.exception and "no checkpoint" in at.error[0].value


def test_page_speaks_japanese(nested):
    at = open_page(locale="ja-JP")
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown if "<" not in m.value]
    texts += [s.value for s in at.header] + [m.label for m in at.metric]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())


@pytest.mark.parametrize("stem", ["trajectories", "correlations", "predictions", "distributions", "regression",
                                  "interventions"])
@pytest.mark.parametrize("corpus", ["lisp-demo", "dyck-1"])
def test_other_pages_read_these_models(nested, stem, corpus):
    at = opened.open_page(stem, kind="1", model=card_of(nested, corpus).id, src=DEMO, csrc=DEMO, psrc=DEMO, dsrc=DEMO,
                          rgsrc=DEMO)
    assert not at.exception and not at.error and figures(at)


def test_phrases_of_english_are_not_looked_for_in_lisp(nested):
    at = opened.open_page("phrases", kind="1", model=card_of(nested, "lisp-demo").id, phsrc=DEMO)
    assert not at.exception and not at.error and "nothing to compare" in at.info[0].value


def test_patterns_are_searched_in_lisp(nested):
    at = opened.open_page("patterns", kind="1", model=card_of(nested, "lisp-demo").id)
    assert not at.exception and not at.error and figures(at)


def test_sources_speak_the_language_of_the_checkpoint(nested):
    lisp, dyck = card_of(nested, "lisp-demo"), card_of(nested, "dyck-1")
    assert read_source(DEMO, lisp) == read_lisp_demo().documents
    assert {d.name for d in read_source(DEMO, dyck)} == set(dyck.split["test"])
    assert list_sources(dyck) == (DEMO, "dyck-1") and "gum" not in list_sources(lisp)
    assert not is_plain(lisp) and not is_plain(dyck)
    assert "lisp-demo" in checkpoint_name(lisp) and "seed 3" in checkpoint_name(lisp)
    assert "dyck-1" in checkpoint_name(dyck) and "seed" not in checkpoint_name(dyck)
