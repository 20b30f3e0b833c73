"""Phrases over tokens, for drawing."""

from hypothesis import given

from core.corpora.trees import parse_tree
from core.tokens.linearise import Kind, linearise
from core.tokens.spans import Span, find_spans
from tests.strategies import trees

TREE = parse_tree("(S (NP (DT the) (NN cat)) (VP (VBZ sits)))")


def test_bracket_kinds_span_their_brackets():
    spans = find_spans(linearise(TREE, Kind.BRACKETS), TREE, Kind.BRACKETS)
    assert spans == [Span("S", 1, 6, 1), Span("NP", 2, 3, 2), Span("VP", 4, 5, 2)]


def test_labels_are_known_without_the_tree_where_tokens_carry_them():
    sentence = linearise(TREE, Kind.TAGGED_BRACKETS)
    assert find_spans(sentence, None, Kind.TAGGED_BRACKETS) == find_spans(sentence, TREE, Kind.TAGGED_BRACKETS)


def test_words_span_their_phrases():
    spans = find_spans(linearise(TREE, Kind.WORDS), TREE, Kind.WORDS)
    assert spans == [Span("S", 1, 3, 1), Span("NP", 1, 2, 2), Span("VP", 3, 3, 2)]
    assert find_spans(linearise(TREE, Kind.WORDS), None, Kind.WORDS) == []


@given(trees())
def test_every_phrase_is_inside_the_one_above_it(tree):
    for kind in Kind:
        sentence = linearise(tree, kind)
        spans = find_spans(sentence, tree, kind)
        assert all(0 < s.first <= s.last < len(sentence.tokens) - 1 for s in spans)
        for span in spans:
            assert span.level == 1 or any(s.level == span.level - 1 and s.first <= span.first and span.last <= s.last
                                          for s in spans)
