"""Errors reach the reader as text, whatever their fields hold."""

from hypothesis import given
from hypothesis import strategies as st_
from streamlit.testing.v1 import AppTest

from core.ui.messages import point_at, quote_code


@given(st_.text(max_size=300))
def test_quoted_text_cannot_leave_its_code_span(text):
    quoted = quote_code(text)
    fence = quoted[:len(quoted) - len(quoted.lstrip("`"))]
    inside = quoted[len(fence):-len(fence)]
    assert fence and quoted.endswith(fence) and "\n" not in quoted
    assert fence not in inside.strip() and not inside.startswith("`") and not inside.endswith("`")


@given(st_.text(max_size=200), st_.integers(0, 200))
def test_caret_stands_under_the_character(text, position):
    position = min(position, len(text))
    shown, caret = point_at(text, position).split("\n")
    assert caret.strip(" ") == "^" and len(shown) <= 62
    if position < len(text) and text.isascii() and text.isprintable():
        assert shown[len(caret) - 1] == text[position]


def test_caret_counts_wide_characters_twice():
    assert point_at("木の]", 2) == "木の]\n    ^"


def failing_page():
    import streamlit as st

    from core.errors import TextError
    from core.ui.messages import guard, show_error

    with guard():
        raise TextError("The text has {n} characters; at most {limit} are read.", "Shorten it to one sentence.",
                        n=5000, limit=4000)
    with guard():
        raise RuntimeError("secret /etc/path")
    show_error(TextError("“{word}” at character {position} stands outside every bracket.",
                         "Remove `{word}`, or add the opening bracket it belongs to.", word="[a](b)*`", position=2),
               text="(S]")
    with guard():
        st.stop()
    st.write("not reached")


def test_guard_shows_errors_and_lets_streamlit_stop():
    at = AppTest.from_function(failing_page).run()
    first, second, third = (error.value for error in at.error)
    assert first == "**The text has 5000 characters; at most 4000 are read.**\n\nShorten it to one sentence."
    assert "`RuntimeError`" in second and "secret" not in second
    assert third.startswith("**“`` [a](b)*` ``” at character 2") and "Remove `[a](b)*ˋ`," in third
    assert at.code[0].value == "(S]\n  ^"
    assert not at.exception and not at.markdown
