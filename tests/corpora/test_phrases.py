"""Quadruples of phrases: what is swapped, what keeps its meaning, and which words they may use."""

import gzip
import re
import zipfile
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.phrases import GRAMMARS, generate_quadruples, paper_phrases
from core.corpora.registry import find_corpus
from core.errors import TextError

STYLES = tuple(GRAMMARS)
PERSON = r"(?:(?:an?|the|my) )?[a-z]+"
ACTIVE = re.compile(rf"(?P<first>{PERSON}) (?P<verb>(?:is )?[a-z]+) (?P<second>{PERSON})(?P<tail>(?: .+)?)")
PASSIVE = re.compile(rf"(?P<first>{PERSON}) (?P<be>is being|is|was) (?P<participle>[a-z]+) by (?P<second>{PERSON})"
                     r"(?P<tail>(?: .+)?)")
IRREGULAR = {"held", "caught", "led", "fed", "hit", "taught", "thrown", "hurt", "beaten", "bitten", "chosen",
             "forgiven", "driven"}
STRONG = {"threw": "thrown", "beat": "beaten", "bit": "bitten", "chose": "chosen", "forgave": "forgiven",
          "drove": "driven"}
EVERYTHING = {style: frozenset(" ".join((*g.nouns, *g.tails, *(w for verb in g.verbs for w in verb), "is was being by"))
                               .split()) for style, g in GRAMMARS.items()}
styles, seeds = st.sampled_from(STYLES), st.integers(0, 2**32 - 1)


def words_of(quadruple) -> list[str]:
    return " ".join(vars(quadruple).values()).split()


@given(styles, seeds)
def test_the_swapped_phrase_swaps_the_two_people_and_nothing_else(style, seed):
    for q in generate_quadruples(20, known=EVERYTHING[style], style=style, seed=seed):
        for plain, swapped, pattern in ((q.active, q.active_swapped, ACTIVE), (q.passive, q.passive_swapped, PASSIVE)):
            a, b = pattern.fullmatch(plain).groupdict(), pattern.fullmatch(swapped).groupdict()
            assert a["first"] != a["second"]
            assert b == a | {"first": a["second"], "second": a["first"]}
            assert Counter(plain.split()) == Counter(swapped.split())


@given(styles, seeds)
def test_the_passive_says_the_same_in_the_same_tense(style, seed):
    for q in generate_quadruples(20, known=EVERYTHING[style], style=style, seed=seed):
        active, passive = ACTIVE.fullmatch(q.active).groupdict(), PASSIVE.fullmatch(q.passive).groupdict()
        assert (passive["second"], passive["first"], passive["tail"]) == (active["first"], active["second"],
                                                                          active["tail"])
        verb, participle = active["verb"], passive["participle"]
        assert participle.endswith("ed") or participle in IRREGULAR
        tense = "is being" if verb.startswith("is ") else "is" if verb.endswith("s") else "was"
        assert passive["be"] == tense
        if tense == "was":
            assert participle == STRONG.get(verb, verb)
        elif tense == "is being":
            assert verb.endswith("ing") and verb.removeprefix("is ")[0] == participle[0]


@given(styles, seeds, st.data())
def test_no_word_is_unknown(style, seed, data):
    unknown = data.draw(st.sets(st.sampled_from(sorted(EVERYTHING[style] - {"a", "is", "by"})), max_size=40))
    known = EVERYTHING[style] - unknown
    for q in generate_quadruples(5, known=sorted(known), style=style, seed=seed):
        assert known.issuperset(words_of(q))


@pytest.mark.parametrize("style", STYLES)
def test_a_seed_fixes_the_quadruples(style):
    known = EVERYTHING[style]
    first, again, other = (generate_quadruples(50, known=k, style=style, seed=seed)
                           for k, seed in ((known, 1), (sorted(known, reverse=True), 1), (known, 2)))
    assert first == again and set(first) != set(other)


@pytest.mark.parametrize("style", STYLES)
def test_no_phrase_comes_twice_in_all_that_can_be_made(style):
    nouns = [noun.split()[-1] for noun in GRAMMARS[style].nouns[8:12]]
    known = {*nouns, *"a an the my is was being by pushes pushed pushing hits hit hitting at school home night".split()}
    with pytest.raises(TextError) as refused:
        generate_quadruples(10**6, known=known, style=style)
    possible = refused.value.fields["possible"]
    tails = {"captions": 2, "everyday": 3}[style]
    assert possible == 6 * 2 * 3 * tails  # pairs of four people, verbs, tenses, tails with none
    drawn = generate_quadruples(possible, known=known, style=style)
    assert len({phrase for q in drawn for phrase in vars(q).values()}) == 4 * possible


def test_either_of_two_people_may_act_first():
    known = "a man woman pushes is pushed by".split()
    seen = {generate_quadruples(1, known=known, style="captions", seed=seed)[0].active for seed in range(20)}
    assert seen == {"a man pushes a woman", "a woman pushes a man"}


def test_too_few_words_are_refused_with_the_number_that_can_be_made():
    known = "a man woman pushes is pushed by".split()
    with pytest.raises(TextError, match="make 1 quadruples of phrases, fewer than 2"):
        generate_quadruples(2, known=known, style="captions")
    with pytest.raises(TextError, match="make 0 quadruples"):
        generate_quadruples(1, known=(), style="everyday")
    assert generate_quadruples(0, known=(), style="everyday") == ()


@pytest.mark.parametrize("style", STYLES)
def test_the_grammars_are_large_and_repeat_nothing(style):
    grammar = GRAMMARS[style]
    for parts in (grammar.nouns, grammar.verbs, grammar.tails):
        assert len(set(parts)) == len(parts)
    assert len({noun.split()[-1] for noun in grammar.nouns}) == len(grammar.nouns) >= 24
    assert len({verb[0] for verb in grammar.verbs}) == len(grammar.verbs) >= 24
    assert all(re.fullmatch(r"an [aeiou].*|a [^aeiou].*|(?!an? ).+", noun) for noun in grammar.nouns)


def test_the_paper_has_two_meanings_in_three_wordings_a_panel():
    phrases = paper_phrases()
    assert len({phrase.text for phrase in phrases}) == 12
    assert set(Counter((phrase.panel, phrase.meaning) for phrase in phrases).values()) == {3}
    of = {phrase.text: phrase.meaning for phrase in phrases}
    for verb in ("admires", "respects", "is in love with"):
        assert of[f"Mary {verb} John"] == of["Mary admires John"] != of[f"John {verb} Mary"]
    assert (of["I gave her a card in the garden"] == of["In the garden, I gave her a card"]
            == of["She was given a card by me in the garden"] != of["I was given a card by her in the garden"]
            == of["In the garden, she gave me a card"] == of["She gave me a card in the garden"])


def assert_five_hundred(lines: Iterable[str], style: str) -> None:
    counts = Counter(word for line in lines for word in re.findall(r"[a-z]+", line.lower()))
    known = {word for word, n in counts.items() if n >= 2}
    drawn = generate_quadruples(500, known=known, style=style)
    assert len(set(drawn)) == 500 and all(known.issuperset(words_of(q)) for q in drawn)


@pytest.mark.needs_corpus("multi30k")
def test_the_words_of_multi30k_make_five_hundred():
    with gzip.open(find_corpus("multi30k") / "train.en.gz", "rt", encoding="utf-8") as lines:
        assert_five_hundred(lines, "captions")


@pytest.mark.needs_corpus("fra-eng")
def test_the_words_of_tatoeba_make_five_hundred():
    path = find_corpus("fra-eng")
    data = zipfile.ZipFile(path).read("fra.txt") if path.suffix == ".zip" else path.read_bytes()
    assert_five_hundred((line.split("\t")[0] for line in data.decode().splitlines()), "everyday")
