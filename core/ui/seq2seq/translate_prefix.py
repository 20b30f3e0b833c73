"""Words that the reader has fixed: the translation begins with them and the search goes on from there."""

import streamlit as st

from core.figures.seq2seq.columns import write_share
from core.tokens.linearise import ED, ST, UNK
from core.tokens.vocabulary import Vocabulary
from core.ui import permalink
from core.ui.controls import pick_one, pick_text
from core.ui.language import tr
from core.ui.messages import quote_code
from core.ui.seq2seq.translate_choice import Task

PREFIX = "trp"          # the URL's parameter: one value a word
MAX_PREFIX = 120        # words
_FOR = "_tr_prefix_for"  # the sentence that the words were fixed for
OTHER = -1


def take_prefix(task: Task) -> tuple[str, ...]:
    """Words that are fixed, from the URL or from a click; another sentence drops them."""
    vocabulary = task.translator.vocabulary.target
    if not permalink.went_back() and st.session_state.get(_FOR, task.text) != task.text:
        st.session_state[PREFIX] = ()
    permalink.seed(PREFIX, (), read=lambda texts: tuple(texts[:MAX_PREFIX]),
                   accepts=lambda words: isinstance(words, tuple) and all(_may_stand(w, vocabulary) for w in words))
    st.session_state[_FOR] = task.text
    prefix = st.session_state[PREFIX]
    permalink.note(PREFIX, prefix, (), list(prefix))
    return prefix


def _may_stand(word: str, vocabulary: Vocabulary) -> bool:
    return word in vocabulary and word not in (ST, ED)


def fix_words(words: tuple[str, ...]) -> None:
    """Let translations begin so; markers cannot be fixed."""
    if words and words[-1] == ED:
        st.toast(tr("After the end there is nothing to search; choose a word."), icon=":material/info:")
        return
    st.session_state[PREFIX] = words[:MAX_PREFIX]


def offer_undo() -> None:
    """One click back to the free search."""
    st.button(tr("Undo"), key="trundo", icon=":material/undo:", on_click=fix_words, args=((),),
              help=tr("Back to the free search"))


def offer_words(task: Task, written: tuple[str, ...], choices: list[list[tuple[str, float]]]) -> None:
    """Menus that do what a click in the figures does.

    Parameters
    ----------
    written : tuple of str
        Words of the translation in sight.
    choices : list of lists of (word, probability)
        Most probable words at every step.
    """
    with st.popover(tr("Choose another word"), icon=":material/alt_route:", key="trfix"):
        step = pick_one(tr("At step"), range(len(choices)), "trstep", 0, format=lambda s: f"{s + 1} · " + (
            written[s] if s < len(written) else tr("end")))
        offered = [(word, p) for word, p in choices[step] if word not in (ED, ST)]
        usual = next((i for i, (word, _) in enumerate(offered) if word not in written[step:step + 1]), OTHER)
        chosen = pick_one(tr("Take"), [*range(len(offered)), OTHER], "trword", usual, format=lambda i: tr(
            "another word …") if i == OTHER else f"{_name(offered[i][0])} ({_share(offered[i][1])})")
        typed = pick_text(tr("Word of the target language"), "trother", max_characters=60).strip() \
            if chosen == OTHER else ""
        word = _find_word(typed, task.translator.vocabulary.target) if chosen == OTHER else offered[chosen][0]
        if typed and word is None:
            st.warning(tr("{word} is none of the {n:,} words that the model can write.", word=quote_code(typed),
                          n=len(task.tokens)), icon=":material/warning:")
        st.button(tr("Fix the words up to there"), key="trgo", type="primary", disabled=word is None,
                  on_click=fix_words, args=((*written[:step], word),))


def _find_word(typed: str, vocabulary: Vocabulary) -> str | None:
    """A word of the vocabulary, in the case it is known in; None where there is none."""
    if not typed:
        return None
    word = vocabulary.tokens[int(vocabulary.encode([typed])[0])]
    return None if word in (UNK, ST, ED) else word


def _name(word: str) -> str:
    return "UNK" if word == UNK else word


def _share(p: float) -> str:
    return write_share(p).replace("&lt;", "<")
