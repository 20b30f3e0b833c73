"""Figures wider than a page: they keep their width and are scrolled sideways."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def scroll_wide(key: str, width: int) -> Iterator[None]:
    """A container whose contents are at least `width` pixels wide.

    Parameters
    ----------
    key : str
        ASCII letters, digits and ``-``.
    """
    st.html(f"<style>.st-key-{key} {{overflow-x: auto; overflow-y: hidden}} "
            f".st-key-{key} > * {{min-width: {int(width)}px}}</style>")
    with st.container(key=key, gap="xsmall"):
        yield
