"""Words of French, English and other scripts, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.demo_pairs import read_demo_pairs
from core.tokens.languages import detokenise, tokenise, writes_rightwards


@pytest.mark.parametrize("text, words", [
    ("L'homme qu'elle aime s'en va.", ["L'", "homme", "qu'", "elle", "aime", "s'", "en", "va", "."]),
    ("Aujourd’hui, c’est lundi", ["Aujourd'hui", ",", "c'", "est", "lundi"]),
    ("Où est-il\u202f?", ["Où", "est", "-il", "?"]), ("Viendra-t-elle\u00a0!", ["Viendra", "-t-elle", "!"]),
    ("Peut-être ma grand-mère", ["Peut-être", "ma", "grand-mère"]),
    ("à 10:30 pour 3,5 km", ["à", "10:30", "pour", "3,5", "km"]),
    ("e\u0301te\u0301", ["été"]), ("«\u00a0Oui\u00a0»...", ["«", "Oui", "»", "..."])])
def test_french_words(text, words):
    assert tokenise(text, "fr") == words


@pytest.mark.parametrize("text, words", [
    ("今日は、寒い。", ["今", "日", "は", "、", "寒", "い", "。"]), ("カレー", ["カ", "レー"]),
    ("Ich möchte 3,5 Äpfel!", ["Ich", "möchte", "3,5", "Äpfel", "!"]), ("שלום עולם", ["שלום", "עולם"]),
    ("ภาษา", ["ภ", "า", "ษ", "า"])])
def test_other_scripts(text, words):
    assert tokenise(text, "xx") == words


def test_our_own_sentences_come_back_as_they_were():
    for pair in read_demo_pairs():
        assert detokenise(tokenise(pair.french, "fr"), "fr") == pair.french
        assert detokenise(tokenise(pair.english, "en"), "en") == pair.english.replace('"', "”")


@given(st.text(max_size=80), st.sampled_from(["en", "fr", "xx"]))
def test_any_text_is_cut_into_words_without_blanks(text, language):
    words = tokenise(text, language)
    assert all(word and not any(c.isspace() for c in word) for word in words)
    assert isinstance(detokenise(words, language), str)


def test_japanese_is_joined_without_blanks():
    text = "今日は、寒いです。"
    assert detokenise(tokenise(text, "ja"), "ja") == text


def test_the_direction_of_writing_is_seen():
    assert not writes_rightwards("… שלום") and writes_rightwards("a") and writes_rightwards("123")
