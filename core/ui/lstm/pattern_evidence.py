"""What the places of a pattern prove: how many there are without it, and what they share beyond chance."""

import pandas as pd
import streamlit as st

from core.figures.lstm.patterns import SHIFTED, TRAINED, UNTRAINED, draw_enrichment, draw_reach
from core.ui.language import tr
from core.ui.lstm.cached import get_checkpoint, get_encoded
from core.ui.lstm.findings import name_property
from core.ui.lstm.matches import N_SCORED, Found, Query, search_untrained
from core.ui.lstm.pattern_query import write_recipe
from core.ui.output import show_figure, show_numbers


def _name_feature(name: str) -> str:
    return {"token": tr("first token"), "tag": tr("tag of the first token"), "last_tag": tr("tag of the last token"),
            "depth": tr("depth at the first token"), "rise": tr("change of depth"),
            "VP_depth": name_property("VP")}[name]


def show_evidence(query: Query, found: Found) -> None:
    """How many places there are without a pattern, and what the places share beyond chance."""
    st.header(tr("What it proves"), anchor=False)
    bare = search_untrained(query)
    n, k = get_encoded(query.checkpoint, query.source).n_tokens, len(found.pattern.cells)
    names = {TRAINED: tr("this LSTM"), UNTRAINED: tr("untrained LSTM"), SHIFTED: tr("shifted cells")}
    most, n_cells = (k + 1) // 2, get_checkpoint(query.checkpoint).model.config.hidden_size
    show_numbers([
        (tr("cells in the pattern"), f"{k:,}", tr("of {n:,}", n=n_cells),
         tr("On throughout the selection, and off beside it where you ask for that.")),
        (tr("all cells agree"), f"{found.reach[k]:,}", tr("in {n:,} tokens", n=n),
         tr("Tokens where a place starts on which every cell of the pattern agrees, the selection itself included.")),
        (tr("half of them agree"), f"{found.reach[most]:,}", tr("shifted cells: {n:,}", n=int(found.shifted[most])),
         tr("The control: every cell's row shifted against the text by a distance of its own. Each cell is on as often "
            "and as long as before, but not together with the others.")),
        (tr("untrained LSTM"), "–" if bare is None else f"{len(bare.pattern.cells):,}", tr("cells on alike"),
         tr("The same network with its first, random weights, at the threshold that leaves as many values on."))],
        columns=4)
    left, right = st.columns(2, gap="large")
    reaches = {TRAINED: found.reach} | ({UNTRAINED: bare.reach} if bare else {}) | {SHIFTED: found.shifted}
    with left:
        if k == 1:
            st.info(tr("One cell is no pattern: that it is on elsewhere says how often it is on, no more. Ask for more "
                       "cells with a lower threshold or fewer tokens."), icon=":material/info:")
        figure = draw_reach(reaches, dict.fromkeys(reaches, n), names=names,
                            x_title=tr("share of the pattern's cells that agree, at least"),
                            y_title=tr("places in 1,000 tokens"))
        show_figure(figure, key="reach", table=lambda: pd.DataFrame([
            {"run": name, "cells": m, "places": int(v)} for name, r in reaches.items() for m, v in enumerate(r)]),
            alt=tr("Number of places that reach each agreement, for this LSTM, an untrained one and shifted cells."),
            recipe=write_recipe(query, "from core.figures.lstm.patterns import SHIFTED, TRAINED, draw_reach",
                                f"shifted = scan_pattern(bits, pattern, tolerance={query.tolerance}, shift_seed=0)\n"
                                "reaches = {TRAINED: agreement.reach(), SHIFTED: shifted.reach()}\n"
                                "draw_reach(reaches, dict.fromkeys(reaches, len(values)), "
                                "names={TRAINED: TRAINED, SHIFTED: SHIFTED}).show()"))
    if not len(found.places):
        return
    shares = {TRAINED: found.enrichment} | ({UNTRAINED: bare.enrichment} if bare and len(bare.places) else {})
    with right:
        features = {f: _name_feature(f) for f in found.enrichment.features}
        figure = draw_enrichment(shares, names=names, features=features, base_name=tr("random places"),
                                 x_title=tr("share of places that are like the selection"))
        show_figure(figure, key="enrichment", table=lambda: pd.DataFrame([
            {"model": key, "feature": f, "share": e.share[i], "low": e.low[i], "high": e.high[i], "base": e.base[i],
             "places": e.n} for key, e in shares.items() for i, f in enumerate(e.features)]),
            alt=tr("How many of the first {n} places share the selection's token, tags and depth, with intervals, "
                   "beside random places.", n=found.enrichment.n),
            recipe=write_recipe(query, "from core.analysis.lstm.heldout import group_tokens\n"
                                "from core.figures.lstm.patterns import TRAINED, draw_enrichment\n"
                                "from core.search.enrichment import FEATURES, measure_enrichment",
                                f"places = rank_places(agreement, pattern.length, limit={N_SCORED})\n"
                                "found = measure_enrichment(places, sentences, group_tokens(sentences), sentence, "
                                f"{query.run})\n"
                                "draw_enrichment({TRAINED: found}, names={TRAINED: TRAINED}, "
                                "features={f: f for f in FEATURES}).show()"))
    st.markdown(say_finding(found, bare))


def say_finding(found: Found, bare: Found | None) -> str:
    """Which features the first places share beyond chance, and whether an untrained network does as well."""
    e = found.enrichment
    above = [i for i in range(len(e.features)) if e.low[i] > e.base[i]]
    if e.n < 10:
        return tr("There are only {n} places: too few to conclude from.", n=e.n)
    if not above:
        return tr("The first {n} places share nothing of this list with the selection beyond chance.", n=e.n)
    own = bare.enrichment if bare is not None and len(bare.places) else None
    shown = ", ".join(f"{_name_feature(e.features[i])} {e.share[i]:.0%} ({e.base[i]:.0%})" for i in above)
    text = tr("Of the first {n} places, more than chance share with the selection: **{shown}** (random places in "
              "brackets).", n=e.n, shown=shown)
    if own is None:
        return text + " " + tr("The untrained LSTM gives no pattern to compare with.")
    learned = [f for f in (e.features[i] for i in above)
               if e.low[e.features.index(f)] > own.high[own.features.index(f)]]
    if not learned:
        return text + " " + tr("An untrained LSTM finds places that are as much alike: the input alone explains it.")
    return text + " " + tr("Above an untrained LSTM as well: {features}.",
                           features=", ".join(_name_feature(f) for f in learned))
