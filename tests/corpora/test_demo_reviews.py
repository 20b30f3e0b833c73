"""The demo reviews are balanced, varied and clean, so that what a classifier learns is what it read."""

import csv
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

import core.corpora
from core.corpora.labelled import read_demo_reviews

FILE = Path(core.corpora.__path__[0]) / "demo_reviews.tsv"
LABELS = {"positive", "negative"}
PHENOMENA = {"plain", "negation", "contrast", "irony", "comparison", "understatement", "mixed", "hypothetical",
             "rare-word", "intensifier"}

with FILE.open(encoding="utf-8", newline="") as lines:
    HEADER, *ROWS = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
SENTENCES = [row[-1] for row in ROWS]


def words_of(sentence: str) -> list[str]:
    return re.findall(r"[a-z]+(?:['-][a-z]+)*", sentence.lower())


def test_every_line_has_the_columns_of_the_header():
    assert HEADER == ["label", "phenomenon", "sentence"]
    assert len(ROWS) >= 400 and all(len(row) == 3 and all(row) for row in ROWS)
    assert all(field == field.strip() for row in ROWS for field in row)


def test_half_of_the_reviews_are_positive():
    counts = Counter(label for label, _, _ in ROWS)
    assert set(counts) == LABELS and counts["positive"] == counts["negative"]


def test_every_phenomenon_comes_often_enough_with_both_labels():
    counts = Counter((phenomenon, label) for label, phenomenon, _ in ROWS)
    assert {phenomenon for phenomenon, _ in counts} == PHENOMENA
    for phenomenon in PHENOMENA:
        assert counts[phenomenon, "positive"] == counts[phenomenon, "negative"] >= 12, phenomenon
    assert counts["plain", "positive"] + counts["plain", "negative"] <= 0.35 * len(ROWS)


def test_reviews_are_single_sentences_of_6_to_30_words():
    for sentence in SENTENCES:
        assert 6 <= len(words_of(sentence)) <= 30, sentence
        assert sentence[0].isupper() and re.fullmatch(r"[^.?!]+[.?!]", sentence), sentence


def test_the_text_is_plain_ascii_without_quotation_marks():
    for sentence in SENTENCES:
        assert re.fullmatch(r"[A-Za-z0-9 ,.;:?!'-]+", sentence) and "  " not in sentence, sentence
        assert not re.search(r"(?<![A-Za-z])'|'(?![A-Za-z])", sentence), sentence  # apostrophes only inside words


def test_no_two_reviews_share_more_than_60_percent_of_their_words():
    sets = [frozenset(words_of(sentence)) for sentence in SENTENCES]
    assert len(set(sets)) == len(sets)
    for (i, a), (j, b) in combinations(enumerate(sets), 2):
        assert len(a & b) <= 0.6 * min(len(a), len(b)), (SENTENCES[i], SENTENCES[j])


def test_opinion_words_recur_and_stand_under_both_labels():
    seen = {label: Counter(w for own, _, s in ROWS if own == label for w in set(words_of(s))) for label in LABELS}
    for word in ("good", "warm", "charming", "moving", "clever", "funny"):
        assert seen["positive"][word] >= 10 and seen["positive"][word] > 2 * seen["negative"][word] > 0, word
    for word in ("dull", "clumsy", "tedious", "flat", "bland", "predictable"):
        assert seen["negative"][word] >= 10 and seen["negative"][word] > seen["positive"][word] > 0, word


def test_the_reader_gives_what_the_file_holds():
    reviews = read_demo_reviews()
    assert reviews.texts == tuple(SENTENCES) and reviews.phenomena == tuple(row[1] for row in ROWS)
    assert [reviews.label_names[i] for i in reviews.labels] == [row[0] for row in ROWS]


def test_a_bag_of_words_learns_much_but_not_all():
    model = make_pipeline(CountVectorizer(), LogisticRegression(max_iter=1000))
    labels = [row[0] for row in ROWS]
    folds = [StratifiedKFold(5, shuffle=True, random_state=seed) for seed in range(3)]
    accuracy = np.mean([cross_val_score(model, SENTENCES, labels, cv=fold) for fold in folds])
    assert 0.62 <= accuracy <= 0.85
