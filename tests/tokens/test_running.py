"""Sentences of running text: the tricky ends, no word lost, and words as the slower way cuts them."""

from itertools import groupby, islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.corpora.articles import Article, iterate_article_lines
from core.tokens import running
from core.tokens.running import MAX_WORDS, iterate_sentences, split_sentences, tokenise_paragraph
from core.tokens.sentences import tokenise_words

GOLD = """\
It rained all day. | The river rose.
Did it rain? | Yes! | We stayed in.
Dr. Ito and Mrs. Bell met Mr. Hale. | They spoke in St. Ives.
She left the U.K. in May. | He did not.
The poems are by J. R. Hale. | He lived in D.C. until 1911.
It was World War I. | After it came peace.
Gen. Hale and Prof. Bell wrote to Sen. Ito. | Rev. Moss did not.
See No. 5 and Vol. 2, pp. 7 to 9. | No. | Not today.
He said no. | 5 men agreed.
It costs 3.50 or 4.25 francs. | Ten per cent is 0.1 of it.
The mill opened in 1850. | 1851 was dry.
In 1850. | In 1851.
"Come in." | She opened the door.
"Is it late?" he asked. | "Not yet!" said she. | "Good."
He wrote "the end." | "Now," he said, "we rest."
They left (it was late). | (Nobody saw them.) | We stayed.
It is so [see above]. | [The rest is lost.] | More follows.
He waited... and waited. | Nobody came.
So it was; The Times said so: Nobody came.
He works at Hale & Co. in town, e.g. on Mondays, i.e. twice.
They met at 5 p.m. on Jan. 5 and at 6 a.m. on Feb. 6.
What?! | No!!! | Why?
the cat sat. it purred. | The dog barked.
'Stay here.' | 'I shall.' | They stayed.
The dogs' house burned. | It was old.
The site is at example.org. | The code is in main.py now.
It fell (c. 1500) and rose c. 1600. | Élan helped.
The speed is 5 m. per second. | That is slow.
"""
# Where a reader would end a sentence and the rules do not: nothing tells these from “U.S. Army”, “B. Hale”.
TOGETHER = """\
They left the U.S. The rest stayed.
It was plan B. The first had failed.
Well... We do not know.
"""

TEXT = st.text(st.sampled_from("aAbéI.?!,;:'\"“”’-()[]{}&0123 \n\t\u0301\u00a0\u2028“") |
               st.characters(exclude_categories=["Cs"]), max_size=60)
WORDS = st.lists(st.sampled_from(["the", "The", ".", "?", "!", "''", "``", "-LRB-", "-RRB-", "'", "J", "I", "No", "5",
                                  "U.S.", "Gen", "...", ";"]), max_size=60)


@pytest.mark.parametrize("line", GOLD.splitlines())
def test_sentences_end_where_a_reader_ends_them(line):
    wanted = [tokenise_words(part) for part in line.split(" | ")]
    found = split_sentences(tokenise_paragraph(line.replace(" | ", " ")))
    assert [" ".join(words) for words in found] == [" ".join(words) for words in wanted]


@pytest.mark.parametrize("line", TOGETHER.splitlines())
def test_an_abbreviation_an_initial_or_an_ellipsis_ends_no_sentence(line):
    assert split_sentences(tokenise_paragraph(line)) == [tokenise_words(line)]


@given(words=WORDS | st.lists(st.sampled_from(["The", "a", "'", "."]), min_size=150, max_size=400))
def test_no_word_is_lost_and_no_sentence_is_long(words):
    sentences = split_sentences(words)
    assert [word for sentence in sentences for word in sentence] == words
    assert all(0 < len(sentence) <= MAX_WORDS for sentence in sentences)


@given(words=WORDS)
def test_a_sentence_is_not_cut_again(words):
    for sentence in split_sentences(words):
        assert split_sentences(sentence) == [sentence]


@given(words=WORDS)
def test_ends_stand_where_the_rules_say(words):
    """Read from the other side: before each cut stands a stop with closing marks, behind it what may begin one."""
    cut = 0
    for sentence in split_sentences(words)[:-1]:
        cut += len(sentence)
        stop = next(word for word in reversed(sentence) if word not in ("''", "-RRB-", "'"))
        assert stop in (".", "?", "!") and words[cut] in ("The", "``", "-LRB-", "'", "J", "I", "No", "5", "U.S.", "Gen")


def test_long_sentences_are_cut():
    words = ["word"] * (2 * MAX_WORDS + 1) + [".", "The", "end", "."]
    assert [len(s) for s in split_sentences(words)] == [MAX_WORDS, MAX_WORDS, 2, 3]
    assert split_sentences([]) == []


@given(text=TEXT)
@example(text='He "said" "it\n"twice""')
@example(text="a \u0301b caf\u0065\u0301 \u2000\u1fef “x” ’tis can't\x1ccannot\x85don’t")
@example(text="O'Clock o'clock OD'Ab 1,2:3-4th Mr.Smith U.S.A. Co.")
def test_words_are_those_of_the_slower_way(text):
    assert tokenise_paragraph(text) == tokenise_words(text)
    assert tokenise_paragraph(text) == tokenise_words(text)  # now from what was kept


def test_few_pieces_are_kept(monkeypatch):
    kept = running._Pieces()
    monkeypatch.setattr(running, "_PIECES", kept)
    monkeypatch.setattr(running, "_KEPT_PIECES", 4)
    for text in ("a b c d e f g a", "x" * 10_000, "it's e f's"):
        assert tokenise_paragraph(text) == tokenise_words(text)
        assert 0 < len(kept) <= 4 and not any(len(piece) > 100 for piece in kept)


def test_sentences_know_their_article_and_end_with_their_paragraph():
    articles = [Article("A", ("One day. It rained", 'He said "no')), Article("B", ()), Article("C", ('"Yes." No.',))]
    assert [(title, " ".join(words)) for title, words in iterate_sentences(articles)] == [
        ("A", "One day ."), ("A", "It rained"), ("A", "He said `` no"), ("C", "`` Yes . ''"), ("C", "No .")]


@pytest.mark.needs_corpus("wiki-articles")
def test_wikipedia_is_cut_into_the_same_words_and_sentences_of_usual_length():
    articles = list(islice(iterate_article_lines(), 400))
    assert len({article.title for article in articles}) == len(articles)
    found = {title: list(rows) for title, rows in groupby(iterate_sentences(articles), key=lambda pair: pair[0])}
    for article in articles:
        words = [word for _, sentence in found.get(article.title, []) for word in sentence]
        assert words == [w for paragraph in article.paragraphs for w in tokenise_words(paragraph)]
    lengths = [len(sentence) for _, sentence in iterate_sentences(articles)]
    assert 20 < sum(lengths) / len(lengths) < 32 and sum(n >= MAX_WORDS for n in lengths) < len(lengths) / 200
