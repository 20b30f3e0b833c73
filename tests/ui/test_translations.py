"""The Japanese interface is complete and fits the sources."""

import ast
import re
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from core.ui import language
from core.ui.locale.collect import _texts_of, collect_texts, template_fields


@pytest.fixture(scope="module")
def texts():
    return collect_texts()


@pytest.fixture(scope="module")
def japanese():
    with language.CATALOGUE.open("rb") as file:
        return {m.id: m for m in read_po(file, locale="ja") if m.id}


def listing(lines):
    return "\n" + "\n".join(sorted(lines)) + "\nRun `python -m core.ui.locale`, then fill core/ui/locale/ja.po."


def test_every_text_has_a_translation(texts, japanese):
    missing = [f"{place}: {text}" for text, place in texts.items()
               if text not in japanese or not japanese[text].string or japanese[text].fuzzy]
    assert not missing, listing(missing)


def test_translations_keep_the_fields(japanese):
    wrong = [f"{text} -> {message.string}" for text, message in japanese.items()
             if message.string and template_fields(text) != template_fields(message.string)]
    assert not wrong, listing(wrong)


def find_dead_stars(text):
    """Places of ``**`` that Markdown leaves as they stand: beside a sign within, they need a blank or a sign without
    (CommonMark, left- and right-flanking runs). Fields count as words."""
    def is_sign(c):
        return c not in "{}" and not c.isalnum()

    dead = []
    for k, at in enumerate(m.start() for m in re.finditer(r"\*\*", text)):
        before, after = text[at - 1:at] or " ", text[at + 2:at + 3] or " "
        inner, outer = (after, before) if k % 2 == 0 else (before, after)
        if inner.isspace() or (is_sign(inner) and not is_sign(outer)):
            dead.append(at)
    return dead


def test_stars_that_markdown_would_show_are_found():
    assert find_dead_stars("**確か。**次") == [5] and find_dead_stars("の**「a」**は") == [1, 6]
    assert not find_dead_stars("**確か**。次は**{n}個**、**a** b")


def test_bold_words_are_bold(texts, japanese):
    wrong = [f"{message.string}" for message in japanese.values() if find_dead_stars(message.string)]
    wrong += [text for text in texts if find_dead_stars(text)]
    assert not wrong, "\n".join(wrong)


def test_no_translation_is_left_over(texts, japanese):
    unused = [text for text in japanese if text not in texts]
    assert not unused, listing(unused)


def test_templates_can_be_filled(texts):
    """A stray brace would show the template raw."""
    for text in texts:
        for _, name, _, _ in Formatter().parse(text):
            assert name is None or name.isidentifier(), text


def test_collector_reads_literals_of_every_shape():
    source = '''
tr("one")
tr("two "
   "halves")
tr("left" if x else "right")
tr(variable)
raise errors.TextError("problem {a}", "remedy", a=1)
raise ValueError("not ours")
'''
    assert [text for text, _ in _texts_of(ast.parse(source))] == [
        "one", "two halves", "left", "right", "problem {a}", "remedy"]


@pytest.mark.parametrize(("template", "expected"), [
    ("{n:,} of {total}", "1,234 of {total}"),  # a lacking field stays visible
    ("{n.missing} {n[0]}", "{n.missing} {n[0]}"),
    ("{name!r:>5}", "  'x'"),
    ("open { brace", "open { brace"),
    ("no field", "no field"),
    ("{{literal}} {n}", "{literal} 1234"),
])
def test_filling_a_template_never_raises(template, expected):
    assert language.fill_template(template, {"n": 1234, "name": "x", "surplus": 0}) == expected
