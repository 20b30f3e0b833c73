"""Home: what the lab is, one cell that counts, what is here, where to start."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.correlation import compute_correlations
from core.errors import AnalysisError
from core.figures.miniature import draw_miniature, fit_scale, lay_out_words
from core.ui import frame
from core.ui.cached import DEMO, HELD_OUT, get_checkpoint, get_held_out, get_picked, get_sentences, list_cards
from core.ui.controls import pick_segment
from core.ui.evidence import list_scores, size_of
from core.ui.language import tr
from core.ui.messages import guard, show_error
from core.ui.output import page_header, show_figure
from core.ui.pickers import kind_name
from core.ui.registry import find_page, list_pages

# Document and number in the demo treebank: flat, wide, deep, and deep again with the same words to the right.
SENTENCES = {"flat": ("prepositional-attachment", 11), "wide": ("coordination", 13),
             "deep": ("centre-embedding", 6), "right": ("centre-embedding", 7)}
RECIPE = """from core.analysis.trajectory import compute_trajectory
from core.checkpoints.store import load_checkpoint
from core.figures.miniature import draw_miniature, fit_scale, lay_out_words
from core.states.sources import list_sentences, read_source
from core.tokens.linearise import linearise

checkpoint = load_checkpoint("{id}")
tree = list_sentences(read_source("demo", checkpoint.card))[{number}].tree
sentence = linearise(tree, checkpoint.kind)
values = compute_trajectory(checkpoint, sentence).states["layer0.c"][:, {cell}]
draw_miniature(sentence, values, lay_out_words(sentence, tree), scale=fit_scale(values, sentence.depth)).show()
"""


def link(stem: str, label: str, **query) -> None:
    """A link to a page of the lab, if it is here."""
    entry = find_page(stem)
    if entry in list_pages():
        st.page_link(entry.path, label=label, icon=entry.icon, query_params={k: v for k, v in query.items()})


def choose_cell(card, states: np.ndarray, depth: np.ndarray) -> tuple[int, dict | None]:
    """The cell that counts best: from held-out text where that is stored, else on this sentence."""
    try:
        best = get_held_out(card.id, HELD_OUT).best_cell("c", "depth")
        return int(best["cell"]), best
    except (AnalysisError, ValueError):  # ValueError: the stored cell is NaN, its property was constant
        r = compute_correlations(states, depth[:, None].astype(np.float32))[:, 0]
        return int(np.abs(r).argmax()), None


def show_miniature(card) -> None:
    """One cell over one sentence, with depth behind it."""
    names = {"flat": tr("short and flat"), "wide": tr("coordinated"), "deep": tr("embedded in the middle"),
             "right": tr("the same, branching right")}
    chosen = pick_segment(tr("A sentence that is"), list(SENTENCES), "mini", "deep", format=names.get)
    sentences = get_sentences(card.id, DEMO)
    number = next(i for i, s in enumerate(sentences) if (s.document, s.number) == SENTENCES[chosen])
    trajectory, tree = get_picked(card.id, DEMO, number)
    sentence, states = trajectory.sentence, trajectory.states["layer0.c"]
    cell, best = choose_cell(card, states, sentence.depth)
    values = states[:, cell]
    r = float(compute_correlations(values[:, None], sentence.depth[:, None].astype(np.float32))[0, 0])
    figure = draw_miniature(
        sentence, values, lay_out_words(sentence, tree, pos_brackets=get_checkpoint(card.id).pos_brackets),
        scale=fit_scale(values, sentence.depth), cell_title=f"c[{cell}]", depth_title=tr("depth"))
    left, right = st.columns([4, 1], gap="medium")
    with left:
        show_figure(
            figure, key="miniature", recipe=RECIPE.format(id=card.id, number=number, cell=cell),
            alt=tr("Cell {cell} rises and falls with the bracket depth of “{words}”: r = {r:.3f}.", cell=cell,
                   words=sentences[number].text, r=r),
            table=lambda: pd.DataFrame({"token": sentence.tokens, "depth": sentence.depth, f"c_{cell}": values}))
    with right:
        st.metric(tr("|r| with depth, here"), f"{abs(r):.3f}")
        if best is not None:
            st.metric(tr("on unread documents"), f"{abs(best['r']):.3f}")
            st.metric(tr("untrained LSTM"), f"{best['untrained']:.3f}")
        link("trajectories", tr("Open on the trajectories page"), kind=str(card.kind), model=card.id, src=DEMO,
             s=str(number), state="c", rank="hand", cells=[str(cell)])


def show_story(cards) -> None:
    """Two sentences, then the figure they promise."""
    st.markdown(tr("**Wordglass opens up small language models and shows, cell by cell, what they have learnt from text.** "
                   "Every figure is computed here from checkpoints that you can train again, and every claim stands "
                   "beside its control."))
    if not cards:
        st.info(tr("There is no checkpoint yet, so there is nothing to draw. Train the smallest one in a few minutes:"),
                icon=":material/info:")
        st.code("python -m core.training lstm --kind 1", language="bash")
        return
    st.subheader(tr("A cell that counts"), anchor=False)
    st.markdown(
        tr("This LSTM of {n} cells has read brackets only, never the words. Nobody told it to count, yet one cell "
           "(the line) climbs with every bracket that opens and falls with every one that closes (grey).",
           n=int(cards[0].model["hidden_size"])) if cards[0].kind == 1 else
        tr("Among the {n} cells of this LSTM, this one follows the nesting depth best. Nobody told it to.",
           n=int(cards[0].model["hidden_size"])))
    show_miniature(cards[0])


def show_systems() -> None:
    """The five systems, with what is here and what is not."""
    st.subheader(tr("Five questions about sequence models"), anchor=False)
    systems = (
        (tr("LSTM and syntax"), tr("Does a language model build a parse of what it reads, and in which cells?"),
         "Shibata, Uchiumi, Mochihashi · COLING 2020", "LSTM and syntax"),
        (tr("Sequence to sequence"), tr("What does one vector keep of a sentence, and why does reversing it help?"),
         "Sutskever, Vinyals, Le · NIPS 2014", "Sequence to sequence"),
        (tr("ELMo"), tr("How does a word's vector change with its context, layer by layer?"),
         "Peters et al. · NAACL 2018", "ELMo"),
        (tr("What word2vec learns"), tr("Which concepts does it learn, and in which order?"),
         "Karkada, Simon, Bahri, DeWeese · NeurIPS 2025", "What word2vec learns"),
        (tr("Saliency over training"), tr("Which words does a text classifier look at while it learns?"),
         tr("after Kim · EMNLP 2014, saliency followed over the epochs"), "Saliency over training"))
    with st.grid(min_column_width=270, gap="small"):
        for name, question, paper, section in systems:
            pages = [entry for entry in list_pages() if entry.section == section]
            with st.container(border=True, gap="xsmall", height="stretch"):
                st.markdown(f"**{name}** &nbsp; " + (f":green-badge[:material/check: {tr('here')}]" if pages else
                                                     f":gray-badge[{tr('not here yet')}]"))
                st.markdown(question)
                st.caption(paper)
                for entry in pages:
                    link(entry.stem, tr(entry.title))


def show_checkpoints(cards) -> None:
    """What each checkpoint has read and what it knows."""
    st.subheader(tr("What the checkpoints know"), anchor=False)
    scores, number = list_scores(), st.column_config.NumberColumn
    rows = [{"kind": kind_name(c.kind), "units": int(c.model["hidden_size"]),
             "corpora": ", ".join(corpus.name for corpus in c.corpora), "perplexity": c.scores["test"].perplexity,
             "depth": getattr(scores.get(c.id), "depth", None), "VP": getattr(scores.get(c.id), "VP", None),
             "ED": getattr(scores.get(c.id), "ED", None), "epochs": c.epochs, "seconds": c.seconds,
             "MB": size_of(c), "id": c.id} for c in cards]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, alt=tr("The checkpoints, a row each"), column_config={
            "kind": st.column_config.TextColumn(tr("reads"), pinned=True),
            "units": number(tr("units"), format="localized"), "corpora": tr("corpora"),
            "perplexity": number(tr("perplexity"), format="%.2f", help=tr("On documents the model has not read")),
            "depth": number(tr("|r| depth"), format="%.3f", help=tr("Best cell of c, on documents it was not chosen on")),
            "VP": number(tr("|r| VP"), format="%.3f", help=tr("The same for the depth of verb phrases")),
            "ED": number(tr("ED predicted"), format="percent", help=tr("Share of sentence ends that were predicted")),
            "epochs": tr("epochs"), "seconds": number(tr("seconds of training"), format="localized"),
            "MB": number("MB", format="%.1f"), "id": "id"})


def show_starts() -> None:
    """Concrete first steps for three kinds of reader."""
    st.subheader(tr("Where to start"), anchor=False)
    learner, teacher, researcher = st.columns(3, gap="medium")
    with learner:
        st.markdown("**" + tr("To learn") + "**")
        link("trajectories", tr("Watch a counter climb and fall"), kind="1", rank="depth")
        link("trajectories", tr("The same count in h: hidden by the gate"), kind="1", rank="depth", state="h")
        link("predictions", tr("What comes after an open bracket?"), kind="1")
    with teacher:
        st.markdown("**" + tr("To teach") + "**")
        link("trajectories", tr("A garden path, word by word"), kind="4", src=DEMO, s="164")
        link("correlations", tr("Which cell counts verb phrases?"), kind="4")
        link("predictions", tr("Closing brackets are easier: see why"), kind="2")
    with researcher:
        st.markdown("**" + tr("To investigate") + "**")
        link("claims", tr("Claims, intervals and controls"))
        link("correlations", tr("Every cell against every phrase"), kind="4")
        link("claims", tr("What does not hold here"), verdict="fails")


frame.ensure()
page_header("home")
with guard():
    cards, faults = list_cards("lstm")
    for fault in faults:
        show_error(fault.error)
    show_story(cards)
with guard():
    show_systems()
if cards:
    with guard():
        show_checkpoints(cards)
with guard():
    show_starts()
