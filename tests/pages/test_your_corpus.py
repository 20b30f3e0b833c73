"""The page for a reader's own text, without a browser."""

import hashlib
from functools import partial

import numpy as np
import pytest

from core.analysis.qwem.own_text import MAX_BYTES, TextSettings, compute_text_concepts, write_demo_text
from core.jobs import texts
from core.ui.qwem import your_corpus
from tests.pages import opened
from tests.pages.opened import figures, shown

open_page = partial(opened.open_page, "your_corpus")

TOPICS = [[f"{name}{chr(97 + i)}" for i in range(12)] for name in ("sea", "kitchen")]


def two_topics(n: int = 200) -> str:
    rng = np.random.default_rng(0)
    return "\n\n".join(" ".join(rng.choice(TOPICS[i % 2], 10)) for i in range(n))


def paste(text: str, **query):
    at = open_page(usrc="paste", **query)
    return at.text_area(key="utext").set_value(text).run()


def test_the_demo_is_counted_and_held_against_noise():
    at = open_page()
    assert not at.exception and not at.error
    found = compute_text_concepts(write_demo_text())
    assert [m.value for m in at.metric][:3] == [f"{found.n_tokens:,}", f"{found.n_articles}", f"{found.firm.sum()}"]
    assert at.metric[4].value == f"{found.space.values[0]:,.4g}" and len(figures(at)) == 4
    assert any(f"{found.firm.sum()} of 50" in m.value for m in at.markdown)
    assert at.code[-1].value.startswith("python -m core.training qwem --corpus")


def test_a_pasted_text_shows_its_two_topics():
    at = paste(two_topics())
    assert not at.exception and not at.error
    assert any("1 of" in m.value and "stronger than noise" in m.value for m in at.markdown)
    red, blue = figures(at)[0]["data"]
    assert {w[:3] for w in red["text"]} != {w[:3] for w in blue["text"]}
    assert {w[:3] for w in red["text"]} | {w[:3] for w in blue["text"]} == {"sea", "kit"}
    assert any("24 words come 2 times" in m.value for m in at.markdown)  # a vocabulary larger than the text
    assert "utext" not in at.query_params
    at.slider(key="uk").set_value(3).run()
    assert any("no stronger than noise" in m.value for m in at.markdown)


@pytest.mark.parametrize(("widget", "key", "value"), [
    ("segmented_control", "uv", 200), ("segmented_control", "um", 5), ("segmented_control", "ud", 20),
    ("slider", "uwin", 3), ("slider", "uk", 4), ("text_input", "uw", "village"), ("segmented_control", "un", 8)])
def test_every_choice_moves_something(widget, key, value):
    at = open_page()
    before = shown(at)
    getattr(at, widget)(key=key).set_value(value).run()
    assert not at.exception and not at.error and shown(at) != before


def test_an_uploaded_file_is_read():
    at = open_page(usrc="upload")
    assert "Paste or upload" in at.info[0].value and not figures(at)
    at.file_uploader(key="ufile").set_value(("t.txt", two_topics().encode(), "text/plain")).run()
    assert not at.exception and not at.error and at.metric[0].value == "2,000"


@pytest.mark.parametrize(("data", "problem"), [
    ("naïve café ".encode("latin-1") * 50, "not UTF-8"), (b"PK\x03\x04" + b"x" * 99, "packed"),
    ("a b ".encode("utf-16-le") * 9, "UTF-16"), (b" ", "no text"), (b"x " * (MAX_BYTES // 2 + 1), "MB")])
def test_a_file_that_is_no_text_is_answered(data, problem):
    at = open_page(usrc="upload")
    at.file_uploader(key="ufile").set_value(("t.bin", data, "")).run()
    assert not at.exception and problem in at.error[0].value and not figures(at)
    assert at.code[-1].value.startswith("python -m")  # the command is there all the same


@pytest.mark.parametrize("text", ["word", "one two", "same same same", "12 34 !?"])
def test_a_text_too_short_is_answered(text):
    at = paste(text)
    assert not at.exception and len(at.error) == 1 and not figures(at)


@pytest.mark.parametrize("text", ["red green red green\n\nsalt pepper salt pepper", "a b a b a b c c"])
def test_a_few_words_draw_or_are_answered(text):
    at = paste(text)
    assert not at.exception and len(at.error) <= 1 and len(figures(at)) == (0 if at.error else 4)


def test_japanese_text_is_cut_where_scripts_change():
    at = paste("猫が魚を食べる。犬が肉を食べる。\n\n船が海を渡る。鳥が空を渡る。\n\n" * 20)
    assert not at.exception and not at.error
    assert {"猫", "魚", "が"} <= set(figures(at)[2]["data"][0]["text"])
    at.segmented_control(key="ucut").set_value("blanks").run()
    assert not at.exception and "猫" not in figures(at)[2]["data"][0]["text"]


def test_markup_in_a_word_cannot_be_pasted():
    at = paste("<script>alert</script> " * 30 + "safe words here and there " * 30)
    assert not at.exception and not at.error and "<script" not in shown(at)


def test_the_same_text_is_counted_once(monkeypatch):
    counted = []
    monkeypatch.setattr(your_corpus, "compute_text_concepts",
                        lambda *a: counted.append(a[1]) or compute_text_concepts(*a))
    at = open_page()
    at.slider(key="uk").set_value(4).run()
    open_page()
    assert counted == [TextSettings()]
    at.slider(key="uwin").set_value(3).run()
    assert len(counted) == 2


def test_a_pasted_text_outlives_a_look_at_the_demo():
    at = paste(two_topics())
    at.segmented_control(key="usrc").set_value("demo").run()
    at.segmented_control(key="usrc").set_value("paste").run()
    assert at.text_area(key="utext").value == two_topics() and len(figures(at)) == 4


@pytest.mark.parametrize("query", [
    {"usrc": "../x", "uv": "7", "uwin": "999", "ud": "-1", "ucut": "<b>", "uk": "1e9", "ulens": "1,2,3"},
    {"uk": "nan", "uw": "<script>", "um": "", "note": "<b>"}])
def test_bad_links_are_harmless(query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(figures(at)) >= 3


@pytest.mark.parametrize("source", ["demo", "paste"])
def test_recipes_run(source, monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr("plotly.graph_objects.Figure.show", lambda self: drawn.append(self))
    at = open_page() if source == "demo" else paste(two_topics())
    (tmp_path / "my-text.txt").write_text(two_topics(), "utf-8")
    monkeypatch.chdir(tmp_path)
    recipes = [code.value for code in at.code][:4]
    for recipe in recipes:
        exec(recipe, {})
    assert len(drawn) == 4
    assert list(drawn[0].data[0].text) == figures(at)[0]["data"][0]["text"]


def test_page_speaks_japanese():
    at = open_page("ja-JP")
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown] + [s.value for s in [*at.header, *at.subheader]] + [at.title[0].value]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())


def train(at, monkeypatch):
    """Where the button leads."""
    led = []

    def switch(path, *, query_params):
        led.append((path.stem, query_params))
        your_corpus.st.stop()

    monkeypatch.setattr(your_corpus.st, "switch_page", switch)
    at.button(key="utrain").click().run()
    assert not at.exception and not at.error
    return led[0]


def long_text() -> str:
    words = [a + b for a in "abcdefgh" for b in "aeiouxyz"]
    return "\n\n".join(" ".join(np.random.default_rng(i).choice(words, 20)) for i in range(60))


def test_the_demo_leads_to_a_training_on_it(scratch_cache, monkeypatch):
    assert train(open_page(), monkeypatch) == ("dynamics", {"lvtext": "demo", "lvv": "540", "lvwin": "8"})
    assert texts.list_texts() == []


def test_a_pasted_text_is_kept_only_when_it_is_trained_on(scratch_cache, monkeypatch):
    at = paste(long_text())
    assert texts.list_texts() == []
    stem, query = train(at, monkeypatch)
    digest = hashlib.sha256(long_text().encode()).hexdigest()
    assert (stem, query) == ("dynamics", {"lvtext": "own", "lvv": "60", "lvwin": "8", "lvdig": digest})
    assert texts.find_text_file(digest).read_text() == long_text()


def test_japanese_is_kept_as_it_was_cut(scratch_cache, monkeypatch):
    signs = [chr(0x4e00 + i) for i in range(60)]
    at = paste("\n\n".join("が".join(np.random.default_rng(i).permutation(signs)) for i in range(9)))
    _, query = train(at, monkeypatch)
    assert " が " in texts.find_text_file(query["lvdig"]).read_text()


def test_a_text_with_too_few_words_offers_no_training():
    at = paste(two_topics())  # 24 words
    assert all(button.key != "utrain" for button in at.button)
