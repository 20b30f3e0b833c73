"""The words nearest to one by the character layer, and how much of that is spelling alone."""

import numpy as np
import pandas as pd
import streamlit as st
from scipy import stats

from core.analysis.elmo.characters import read_word
from core.analysis.elmo.reference import embed_words
from core.analysis.elmo.spelling import count_edits, keep_letters, share_trigrams
from core.figures.elmo.characters import draw_spelling
from core.ui.controls import pick_text
from core.ui.elmo.word_choice import MAX_TYPED, OTHERS, TYPED, WordView, get_inside, get_trigrams, get_untrained
from core.ui.language import tr
from core.ui.messages import quote_code
from core.ui.output import show_figure, show_guide
from core.ui.wording import join_sentences, list_words

N_NEAREST, N_CLOUD, MAX_OTHERS = 12, 600, 12
_RECIPE = """\
cosines = reference.compare(inside.vector)
order = np.argsort(-cosines, kind="stable")
order = order[np.array([reference.words[i] != word for i in order])]
rest = order[{n}:]
rows = np.concatenate([order[:{n}], rest[::max(1, -(-len(rest) // {cloud}))]])
words = [reference.words[i] for i in rows]
draw_spelling(cosines[rows], np.array([keep_letters(word, other) for other in words]), words,
              named=range(len(order[:{n}]))).show()"""


def show_neighbours(view: WordView) -> None:
    """Nearest words, the control by spelling, and words of the reader's own."""
    st.header(tr("Nearest words by letters alone"), anchor=False)
    cosines = view.reference.compare(view.inside.vector)
    shares = get_trigrams(view.checkpoint.id).compare([view.word])[0]
    order, spelt = (_rank(view, values) for values in (cosines, shares))
    st.markdown(_say_neighbours(view, cosines, shares, order[:N_NEAREST], spelt[:N_NEAREST]))
    left, right = st.columns([7, 6], gap="medium")
    with left:
        _show_nearest(view, cosines, shares, order[:N_NEAREST])
    with right:
        _show_cloud(view, cosines, order)
    show_guide(tr("If the character layer only compared spelling, the cloud would be a narrow rising band and the "
                  "nearest words would all stand on the right. Named words high up on the left are near although they "
                  "are spelt differently: that is what training, or the mere length and shape of words, has added. "
                  "Letters kept are one less the letters changed, as a share of the longer word; strings shared are "
                  "those of three letters."))
    _show_comparison(view, cosines)


def _rank(view: WordView, values: np.ndarray) -> np.ndarray:
    """Words by falling value, without the word itself; the more frequent first among equals."""
    order = np.argsort(-values, kind="stable")
    return order[order != view.reference.ids.get(view.word, -1)]


def _say_neighbours(view: WordView, cosines: np.ndarray, shares: np.ndarray, near: np.ndarray,
                    spelt: np.ndarray) -> str:
    words, n = view.reference.words, len(near)
    both = len(set(near.tolist()) & set(spelt[shares[spelt] > 0].tolist()))
    return join_sentences([
        tr("The vectors of {word} and of a word at random have a cosine of {mean:.2f} on average; 1 word in 1,000 "
           "reaches {high:.2f}.", word=quote_code(view.word), mean=float(cosines.mean()),
           high=float(np.quantile(cosines, 0.999))),
        tr("**Control:** by shared strings of three letters alone the nearest would be {words}; {both} of the {n} "
           "nearest are the same.", words=list_words(quote_code(words[i]) for i in spelt[:5]), both=both, n=n)
        if shares[spelt].any() else
        tr("**Control:** no word shares a string of three letters with it, so spelling alone would find nothing."),
        _say_untrained(view, near)])


def _say_untrained(view: WordView, near: np.ndarray) -> str:
    encoder, unit = get_untrained(view.checkpoint.id)
    own = _rank(view, unit @ embed_words(encoder, [view.word])[0])[:len(near)]
    return tr("**Untrained:** a layer of the same size that has learned nothing puts {words} first; {both} of the {n} "
              "are the same.", words=list_words(quote_code(view.reference.words[i]) for i in own[:5]),
              both=len(set(own.tolist()) & set(near.tolist())), n=len(near))


def _show_nearest(view: WordView, cosines: np.ndarray, shares: np.ndarray, near: np.ndarray) -> None:
    words = [view.reference.words[i] for i in near]
    table = pd.DataFrame({"word": words, "cosine": cosines[near].astype(np.float64),
                          "edits": [count_edits(view.word, word) for word in words],
                          "shared": 100 * shares[near].astype(np.float64), "place": near + 1})
    column = st.column_config
    said = tr("Nearest words by the character layer")
    st.dataframe(table, hide_index=True, height="content", alt=said, column_config={
        "word": column.TextColumn(tr("word")),
        "cosine": column.ProgressColumn(tr("cosine"), format="%.2f", min_value=0, max_value=1, width=90),
        "edits": column.NumberColumn(tr("edits"), width=55, help=tr("Letters changed, put in, taken out or swapped.")),
        "shared": column.NumberColumn(tr("strings shared"), format="%.0f %%", width=95),
        "place": column.NumberColumn(tr("frequency rank"), format="localized", width=100)})


def _show_cloud(view: WordView, cosines: np.ndarray, order: np.ndarray) -> None:
    rest = order[N_NEAREST:]
    rows = np.concatenate([order[:N_NEAREST], rest[::max(1, -(-len(rest) // N_CLOUD))]])
    words = [view.reference.words[i] for i in rows]
    kept = np.array([keep_letters(view.word, word) for word in words])
    show_figure(
        draw_spelling(cosines[rows], kept, words, named=range(len(order[:N_NEAREST])), x_title=tr("letters kept"),
                      y_title=tr("cosine of character vectors")),
        key="ch-spelling", table=lambda: pd.DataFrame({"word": words, "cosine": cosines[rows], "kept": kept}),
        recipe=view.write_recipe(
            "draw_spelling", _RECIPE.format(n=N_NEAREST, cloud=N_CLOUD),
            imports="from core.analysis.elmo.spelling import keep_letters\n").replace(
                "list_widths, ", "").replace("from core", "import numpy as np\n\nfrom core", 1),
        alt=tr("Words by the letters that they keep of {word} and by the cosine of their character vectors; the {n} "
               "nearest are named.", word=view.word, n=N_NEAREST))
    if np.ptp(kept[N_NEAREST:]) if len(kept) > N_NEAREST + 2 else 0:
        st.caption(tr("Over {n:,} words of all ranks both go together with ρ = {rho:.2f}; 1 would be spelling alone.",
                      n=len(kept) - N_NEAREST, rho=float(stats.spearmanr(
                          kept[N_NEAREST:], cosines[rows][N_NEAREST:]).statistic)).replace("-", "−"))


def _show_comparison(view: WordView, cosines: np.ndarray) -> None:
    """Words of the reader's choice beside the word."""
    st.subheader(tr("Compare spellings"), anchor=False)
    typed = pick_text(tr("Compare with (words with blanks between, at most {n})", n=MAX_OTHERS), "chvs", OTHERS[TYPED],
                      max_characters=2 * MAX_TYPED)
    others = [read_word(text) for text in dict.fromkeys(typed.split()[:MAX_OTHERS])]
    if not others:
        st.info(tr("Type a word or a few."), icon=":material/info:")
        return
    own, rows, usual = view.inside.vector, [], np.sort(cosines)
    for other in others:
        vector = get_inside(view.checkpoint.id, other.word).vector
        cosine = float(own @ vector / max(float(np.linalg.norm(own) * np.linalg.norm(vector)), 1e-12))
        rows.append({"word": other.word, "cosine": cosine, "edits": count_edits(view.word, other.word),
                     "shared": 100 * share_trigrams(view.word, other.word),
                     "nearer": 100 * float(np.searchsorted(usual, cosine) / len(usual)),
                     "known": other.word in view.reference.ids})
    column = st.column_config
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("Words of your choice beside the word"), column_config={
        "word": column.TextColumn(tr("word"), width=150),
        "cosine": column.ProgressColumn(tr("cosine"), format="%.2f", min_value=0, max_value=1, width=110),
        "nearer": column.NumberColumn(tr("nearer than"), format="%.2f %%", width=100, help=tr(
            "The share of all words that are farther from the word than this one.")),
        "edits": column.NumberColumn(tr("edits"), width=60),
        "shared": column.NumberColumn(tr("strings shared"), format="%.0f %%", width=100),
        "known": column.CheckboxColumn(tr("known"), width=70, help=tr(
            "Whether it is among the words that the model can predict, or with which a published one is compared."))})
