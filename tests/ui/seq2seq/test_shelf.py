"""A shelf keeps what was used last and no more."""

from core.ui.seq2seq.shelf import Shelf


def test_the_oldest_goes_when_the_shelf_is_full():
    shelf = Shelf(2)
    for key in "ab":
        shelf.keep(key, key.upper())
    assert shelf.find("a") == "A"  # used: now b is the oldest
    shelf.keep("c", "C")
    assert [shelf.find(key) for key in "abc"] == ["A", None, "C"]


def test_what_is_kept_again_is_replaced():
    shelf = Shelf(2)
    shelf.keep("a", 1)
    shelf.keep("a", 2)
    shelf.keep("b", 3)
    assert (shelf.find("a"), shelf.find("b")) == (2, 3)
