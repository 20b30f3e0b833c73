"""Home: what the lab is, one cell that counts, what is here, where to start."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from core.figures.lstm.miniature import draw_miniature, fit_scale, lay_out_words
from core.reproduce.studies import is_plain
from core.ui import evidence, frame
from core.ui.cards import list_cards
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.lstm.cached import DEMO, get_checkpoint, get_picked, get_sentences
from core.ui.messages import guard, show_error
from core.ui.output import page_header, show_figure
from core.ui.registry import find_page, list_pages

# Document and number in the demo treebank: flat, wide, deep, and deep again with the same words to the right.
SENTENCES = {"flat": ("prepositional-attachment", 11), "wide": ("coordination", 13),
             "deep": ("centre-embedding", 6), "right": ("centre-embedding", 7)}
RECIPE = """from core.analysis.lstm.trajectory import compute_trajectory
from core.checkpoints.store import load_checkpoint
from core.figures.lstm.miniature import draw_miniature, fit_scale, lay_out_words
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
        st.page_link(entry.path, label=label, icon=entry.icon, query_params=query)


def show_miniature(card) -> None:
    """One cell over one sentence, with depth behind it."""
    names = {"flat": tr("short and flat"), "wide": tr("coordinated"), "deep": tr("embedded in the middle"),
             "right": tr("branching right")}
    chosen = pick_segment(tr("A sentence that is"), list(SENTENCES), "mini", "deep", format=names.get)
    sentences = get_sentences(card.id, DEMO)
    number = next(i for i, s in enumerate(sentences) if (s.document, s.number) == SENTENCES[chosen])
    trajectory, tree = get_picked(card.id, DEMO, number)
    sentence, counter = trajectory.sentence, evidence.find_counter(card.id, trajectory)
    values = trajectory.states["layer0.c"][:, counter.cell]
    offset, slope = fit_scale(values, sentence.depth)
    layout = lay_out_words(sentence, tree, pos_brackets=get_checkpoint(card.id).pos_brackets)
    title = f"c[{counter.cell}]" if slope > 0 else tr("c[{cell}], axis turned over", cell=counter.cell)
    figure = draw_miniature(sentence, values, layout, scale=(offset, slope), cell_title=title, depth_title=tr("depth"))
    show_figure(
        figure, key="miniature", recipe=RECIPE.format(id=card.id, number=number, cell=counter.cell),
        alt=tr("Cell {cell} rises and falls with the bracket depth of “{words}”: |r| = {r:.3f}.", cell=counter.cell,
               words=sentences[number].text, r=counter.r),
        table=lambda: pd.DataFrame({"token": sentence.tokens, "depth": sentence.depth, f"c_{counter.cell}": values}))
    st.markdown(
        tr("Correlation with depth: **{r:.3f}** here.", r=counter.r) if counter.held_out is None else
        tr("Correlation with depth: **{r:.3f}** here, **{held_out:.3f}** on documents it has not read; the best cell "
           "of an untrained LSTM reaches {untrained:.3f}.", **asdict(counter)))
    link("trajectories", tr("Open on the trajectories page"), kind=str(card.kind), model=card.id, src=DEMO,
         s=str(number), rank="hand", cells=[str(counter.cell)])


def show_story(cards) -> None:
    """Two sentences, then the figure they promise."""
    st.markdown(tr("**Wordglass opens up small language models and shows, cell by cell, what they have learnt from "
                   "text.** Every figure is computed here from checkpoints that you can train again, and every "
                   "claim stands beside its control."))
    if not cards:
        st.info(tr("There is no checkpoint yet, so there is nothing to draw. Train the smallest one in a few minutes:"))
        st.code("python -m core.training lstm --kind 1", language="bash", wrap_lines=True)
        return
    n = int(cards[0].model["hidden_size"])
    st.header(tr("A cell that counts"), anchor=False)
    st.markdown(
        tr("This LSTM of {n} cells has read brackets only, never the words. Nobody told it to count, yet one cell "
           "(the line) climbs with every bracket that opens and falls with every one that closes (grey).", n=n)
        if cards[0].kind == 1 else
        tr("Among the {n} cells of this LSTM, this one follows the nesting depth best. Nobody told it to.", n=n))
    show_miniature(cards[0])


def show_systems() -> None:
    """The five systems, with what is here and what is not."""
    st.header(tr("Five questions about sequence models"), anchor=False)
    grid = st.grid(3, min_column_width=250, gap="small", border=True)
    for n, (name, question, paper, section) in enumerate(evidence.list_systems()):
        pages = [entry for entry in list_pages() if entry.section == section]
        # the first is twice as wide, so that five cards fill three columns
        with grid.cell(column_span=2 if n == 0 else 1), st.container(gap="xsmall"):
            st.markdown(f"**{name}**\n\n{question}\n\n:small[:gray[{paper}]]")
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.badge(tr("here") if pages else tr("not here yet"), color="green" if pages else "gray")
                for entry in pages:
                    link(entry.stem, tr(entry.title))


def show_checkpoints(cards) -> None:
    """What each checkpoint has read and what it knows."""
    if not cards:
        return
    st.header(tr("What the checkpoints know"), anchor=False)
    number = st.column_config.NumberColumn
    st.dataframe(
        evidence.tabulate_checkpoints(cards), hide_index=True, placeholder="–", alt=tr("The checkpoints, a row each"),
        column_config={
            "kind": st.column_config.TextColumn(tr("reads"), pinned=True),
            "units": number(tr("units"), format="localized"), "corpora": tr("corpora"),
            "perplexity": number(tr("perplexity"), format="%.2f", help=tr("On documents the model has not read")),
            "depth": number(tr("|r| depth"), format="%.3f", help=tr("Best cell of c, scored on other documents")),
            "VP": number(tr("|r| VP"), format="%.3f", help=tr("The same for the depth of verb phrases")),
            "ED": number(tr("ED predicted"), format="percent", help=tr("Share of sentence ends that were predicted")),
            "epochs": tr("epochs"), "seconds": number(tr("training, s"), format="%.0f"),
            "MB": number("MB", format="%.1f"), "id": "id"})


def show_starts() -> None:
    """Concrete first steps for three kinds of reader."""
    st.header(tr("Where to start"), anchor=False)
    learner, teacher, researcher = st.columns(3, gap="medium")
    with learner:
        st.markdown("**" + tr("To learn") + "**")
        link("trajectories", tr("Watch a counter climb and fall"), kind="1", rank="depth")
        link("learning", tr("See the counter being born"))
        link("word_roles", tr("Is “that” one word?"))
        link("predictions", tr("What comes after an open bracket?"), kind="1")
    with teacher:
        st.markdown("**" + tr("To teach") + "**")
        link("trajectories", tr("A garden path, word by word"), kind="4", src=DEMO, s="164")
        link("correlations", tr("Which cell counts verb phrases?"), kind="4", cprop="VP")
        link("interventions", tr("Hold the counter: does the sentence still end?"), kind="1")
        link("nested_code", tr("Brackets of Lisp, deeper than in training"))
    with researcher:
        st.markdown("**" + tr("To investigate") + "**")
        link("claims", tr("Claims, intervals and controls"))
        link("claims", tr("What does not hold here"), verdict="fails")
        link("interventions", tr("Which cells are needed, which merely follow?"), kind="1", iview="rank")
        link("patterns", tr("Where else do these cells switch on?"), kind="4")


frame.ensure()
page_header("home")
cards, faults = list_cards("lstm")
for fault in faults:
    show_error(fault.error)
plain_first = sorted(cards, key=lambda card: not is_plain(card))
for show, *what in ((show_story, plain_first), (show_systems,), (show_checkpoints, plain_first), (show_starts,)):
    with guard():  # a part that fails leaves the others
        show(*what)
