"""What people type: Penn Treebank tokens, or an error that says where and why."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TextError, TreeSyntaxError
from core.settings import MAX_TEXT_CHARACTERS, MAX_TREE_DEPTH, MAX_TYPED_TOKENS
from core.tokens.linearise import ED, ST, Kind
from core.tokens.sentences import read_typed_sentence, tokenise_words

WORDS = Kind.WORDS
TREE = "(S (NP (NN rain)) (VP (VBZ falls)) (. .))"


@pytest.mark.parametrize(("text", "expected"), [
    ("They'll go, won't they?", "They 'll go , wo n't they ?"),
    ("She can't; I cannot.", "She ca n't ; I can not ."),
    ("I'd've gone, but it's John's.", "I 'd 've gone , but it 's John 's ."),
    ("the dogs' bowls", "the dogs ' bowls"),
    ("DON'T! He's", "DO N'T ! He 's"),
    ("U.S. exports rose 3.5% to $1,000.", "U.S. exports rose 3.5 % to $ 1,000 ."),
    ("Mr. Smith met Dr. O'Neil at 10:30.", "Mr. Smith met Dr. O'Neil at 10:30 ."),
    ("O'Neil's D'Angelo; five o'clock", "O'Neil 's D'Angelo ; five o'clock"),
    ("a well-known 10-year bond of the 1990s", "a well-known 10-year bond of the 1990s"),
    ("a 1,000-year-old 5th of 1990--2000", "a 1,000-year-old 5th of 1990 -- 2000"),
    ("1/2 of AT&T", "1/2 of AT&T"),
    ("wait... -- now", "wait ... -- now"),
    ('He said "yes" and “no”.', "He said `` yes '' and `` no '' ."),
    ("It’s (yet) [so] {far}", "It 's -LRB- yet -RRB- -LSB- so -RSB- -LCB- far -RCB-"),
    ("naïve cafés", "naïve cafés"),
    ("cafe\u0301", "café"),
    ("  tabs\tand\nlines  ", "tabs and lines"),
    ("日本語の文です。", "日本語の文です 。"),
    ("fine 😀!", "fine 😀 !"),
    ("", ""),
])
def test_words_are_split_as_the_penn_treebank_does(text, expected):
    assert tokenise_words(text) == expected.split()


@given(st.lists(st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=127), min_size=1, max_size=7)
                .filter(lambda w: w.lower() != "cannot"), min_size=1, max_size=9))
def test_plain_words_stay_as_they_are(words):
    assert tokenise_words(" ".join(words)) == words


@given(st.text(max_size=60))
def test_nothing_that_is_no_blank_is_lost(text):
    def letters(s):
        return [c for c in s if c.isalnum()]

    words = [w for w in tokenise_words(text) if w not in ("-LRB-", "-RRB-", "-LSB-", "-RSB-", "-LCB-", "-RCB-")]
    assert all(word and not any(c.isspace() for c in word) for word in words)
    assert letters("".join(words)) == letters(unicodedata.normalize("NFC", text))


def test_a_tree_is_read_for_every_kind():
    for kind in Kind:
        sentence, tree = read_typed_sentence(f"  ( {TREE} )\n", kind)
        assert str(tree) == TREE and sentence.tokens[0] == ST and sentence.tokens[-1] == ED
    assert read_typed_sentence(TREE, WORDS)[0].tags[1:-1] == ("NN", "VBZ", ".")
    assert read_typed_sentence(TREE, Kind(4), pos_brackets=True)[0].tokens[2:6] == ("(NP", "(NN", "rain", "NN)")


def test_function_tags_and_traces_are_dropped():
    _, tree = read_typed_sentence("(S (NP-SBJ-1 (NN rain)) (VP (VBZ falls) (NP (-NONE- *-1))))", Kind(4))
    assert str(tree) == "(S (NP (NN rain)) (VP (VBZ falls)))"


@pytest.mark.parametrize(("text", "words"), [
    ("Rain falls.", ["Rain", "falls", "."]), ("日本語 ok", ["日本語", "ok"]),
    ("🌧 👍🏽 falls", ["🌧", "👍", "🏽", "falls"]),
    ("(I know.)", ["-LRB-", "I", "know", ".", "-RRB-"]), ("a (b) c", ["a", "-LRB-", "b", "-RRB-", "c"]),
    ("<b>bold</b>", ["<", "b", ">", "bold", "<", "/", "b", ">"]), (")(", ["-RRB-", "-LRB-"]),
])
def test_raw_sentences_need_no_tree(text, words):
    sentence, tree = read_typed_sentence(text, WORDS)
    assert tree is None and list(sentence.tokens) == [ST, *words, ED]


@pytest.mark.parametrize(("text", "position"), [
    ("(S (NN rain)", 0), ("(S (NP (NN rain))", 0), ("(S (NN rain)))", 13), ("rain falls", 0), ("(S (NN a)) x", 11),
    ("(S (NN a)) (S (NN b))", 11), ("😀 (S (NN a))", 0), ("(" * (MAX_TREE_DEPTH + 1), MAX_TREE_DEPTH),
])
def test_a_tree_that_is_none_is_pointed_at(text, position):
    with pytest.raises(TreeSyntaxError) as caught:
        read_typed_sentence(text, Kind(4))
    assert caught.value.fields["position"] == position


@pytest.mark.parametrize("kind", [Kind(1), Kind(4), WORDS])
@pytest.mark.parametrize(("text", "says"), [
    ("", "no text"), (" \n\t ", "no text"), ("\u3000", "no text"), ("word " * 10_000, f"at most {MAX_TEXT_CHARACTERS}"),
    ("rain\0falls", "control characters"), ("\x1b[31mred", "control characters"), ("\x7fELF\2\1", "control characters"),
    ("(S (-NONE- *))", "Nothing but traces"), ("(S" + " (NP a b)" * (MAX_TYPED_TOKENS // 2) + ")", "tokens; at most"),
])
def test_what_cannot_be_read_is_refused_with_a_reason(text, says, kind):
    with pytest.raises(TextError, match=says):
        read_typed_sentence(text, kind)


@given(st.text(max_size=80), st.sampled_from(Kind))
def test_any_text_gives_a_sentence_or_a_text_error(text, kind):
    try:
        sentence, _ = read_typed_sentence(text, kind)
    except TextError as error:
        assert str(error) and error.remedy
    else:
        assert 2 <= len(sentence.tokens) <= MAX_TYPED_TOKENS
        assert sentence.tokens[0] == ST and sentence.tokens[-1] == ED
