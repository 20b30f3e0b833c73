"""Controls: the URL says what is chosen, nonsense in it changes nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st_
from streamlit.testing.v1 import AppTest

from core.settings import MAX_TEXT_CHARACTERS

DEFAULTS = {"kind": "tree", "cell": 3, "cells": [1], "layers": ["a", "b"], "n": 40, "r": 0.5,
            "gate": "f", "on": False, "text": "the cat"}


def page():
    import streamlit as st

    from core.ui import controls
    from core.ui.language import language

    shown = {"tree": {"en": "Tree", "ja": "木"}, "tags": {"en": "Tags", "ja": "タグ"}}
    st.session_state["values"] = {
        "kind": controls.pick_one("Kind", ("tree", "tags"), "kind", format=lambda k: shown[k][language()]),
        "cell": controls.pick_one("Cell", range(650), "cell", 3),
        "cells": controls.pick_many("Cells", (1, 2, 30), "cells", (1,), max_selections=2),
        "layers": controls.pick_many("Layers", ("a", "b", "c"), "layers", ("a", "b")),
        "n": controls.pick_number("N", 10, 100, "n", default=40, step=10),
        "r": controls.pick_number("R", 0.0, 1.0, "r", default=0.5, step=0.05),
        "gate": controls.pick_segment("Gate", ("i", "f", "o"), "gate", "f"),
        "on": controls.pick_switch("On", "on"),
        "text": controls.pick_text("Text", "text", "the cat", lines=2),
    }


def open_page(query=(), locale="en-GB"):
    at = AppTest.from_function(page, default_timeout=20)
    at.context = {"locale": locale}
    for key, value in dict(query).items():
        at.query_params[key] = value
    at.run()
    assert not at.exception and not at.error and not at.warning
    return at


def values(at):
    return at.session_state["values"]


def test_defaults_hold_and_stay_out_of_the_url():
    at = open_page()
    assert values(at) == DEFAULTS
    assert dict(at.query_params) == {}


def test_link_restores_every_choice():
    at = open_page({"kind": "tags", "cell": "649", "cells": ["30", "2"], "layers": "", "n": "70", "r": "0.25",
                    "gate": "o", "on": "1", "text": "猫 (cat)"})
    assert values(at) == {"kind": "tags", "cell": 649, "cells": [30, 2], "layers": [], "n": 70, "r": 0.25,
                          "gate": "o", "on": True, "text": "猫 (cat)"}


@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
def test_link_means_the_same_in_both_languages(locale):
    assert values(open_page({"kind": "tags"}, locale))["kind"] == "tags"


def test_shown_text_is_not_an_id():
    assert values(open_page({"kind": "Tags"}))["kind"] == "tree"


NONSENSE = {
    "kind": ["", "TREE", "../../etc", "x" * 10_000, "\x00", "木"],
    "cell": ["650", "-1", "3.0", "٣", "9" * 5000],
    "cells": ["4", "1;2", "x" * 10_000],
    "layers": ["A", "a,b", "x" * 10_000],
    "n": ["", "9", "101", "nan", "inf", "-inf", "1e999", "four", "0x20", "9" * 10_000],
    "r": ["", "-0.1", "1.01", "nan", "1e-999999999999z", "."],
    "gate": ["", "g", "i,f", "[]"],
    "on": ["", "true", "2", "yes", "None"],
    "text": ["z" * (MAX_TEXT_CHARACTERS + 1)],
}


@pytest.mark.parametrize("number", range(max(map(len, NONSENSE.values()))))
def test_nonsense_in_the_url_gives_the_defaults(number):
    at = open_page({key: words[number % len(words)] for key, words in NONSENSE.items()})
    assert values(at) == DEFAULTS


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st_.dictionaries(st_.sampled_from(sorted(DEFAULTS)),
                        st_.text(max_size=40) | st_.lists(st_.text(max_size=8), max_size=4)
                        | st_.floats().map(str) | st_.integers().map(str)))
def test_any_url_draws_the_page_with_values_on_offer(query):
    got = values(open_page(query))
    assert got["kind"] in ("tree", "tags") and got["cell"] in range(650) and got["gate"] in ("i", "f", "o")
    assert set(got["cells"]) <= {1, 2, 30} and len(got["cells"]) <= 2
    assert set(got["layers"]) <= {"a", "b", "c"}
    assert got["n"] in range(10, 101, 10) and 0 <= got["r"] <= 1 and isinstance(got["on"], bool)
    assert len(got["text"]) <= MAX_TEXT_CHARACTERS and "\x00" not in got["text"]


def test_number_between_steps_moves_to_the_nearest():
    at = open_page({"n": "67", "r": "0.26"})
    assert values(at)["n"] == 70 and values(at)["r"] == pytest.approx(0.25)


def test_a_choice_outlives_a_change_of_language():
    at = open_page()
    at.selectbox(key="kind").set_value("tags")
    at.multiselect(key="cells").set_value([30])
    at.run()
    at.session_state["lang"] = "ja"
    at.run()
    assert at.selectbox(key="kind").options == ["木", "タグ"]
    assert values(at) | {"kind": "tags", "cells": [30]} == values(at)


def test_choices_are_kept_from_run_to_run():
    at = open_page({"r": "0.75"})
    at.slider(key="n").set_value(90).run()
    at.toggle(key="on").set_value(True).run()
    assert values(at) == DEFAULTS | {"n": 90, "on": True, "r": 0.75}


def changing_page():
    import streamlit as st

    from core.ui import controls

    top = controls.pick_number("Top", 5, 50, "top", default=20)
    n = controls.pick_number("N", 0, top, "n", default=15)
    none = controls.pick_one("None", (), "none")
    one = controls.pick_number("Fixed", 3, 3, "fixed")
    st.session_state["values"] = (n, none, one)


def test_a_value_that_is_no_longer_offered_becomes_the_default():
    at = AppTest.from_function(changing_page).run()
    at.slider(key="n").set_value(18).run()
    assert at.session_state["values"] == (18, None, 3)
    at.slider(key="top").set_value(19).run()  # 18 is still offered
    assert at.session_state["values"][0] == 18
    at.slider(key="top").set_value(10).run()
    assert at.session_state["values"][0] == 10
    assert not at.exception
