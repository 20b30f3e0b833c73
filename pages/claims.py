"""Claims: what papers report, what ours gives, and whether it holds."""

import json

import pandas as pd
import streamlit as st

from core.figures.claims import VERDICTS, draw_claims, read_controls, read_verdict
from core.reproduce.systems import SYSTEMS
from core.ui import claims, frame
from core.ui.controls import pick_one, pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import page_header, show_figure, show_guide
from core.ui.registry import list_pages

ALL = "all"
COUNTED = "counted"  # the split of a claim that needs no results
RECIPE = """from core.figures.claims import draw_claims
from core.reproduce.systems import SYSTEMS

records = [record for system in SYSTEMS.values() for record in system.measure()]
draw_claims(records, [record.id for record in records]).show()
"""


def pick_records():
    """Claims of the chosen system and verdict."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        system = pick_segment(tr("System"), [ALL, *SYSTEMS], "system", ALL,
                              format=lambda s: tr("all") if s == ALL else claims.system_name(s))
        records = [r for name in SYSTEMS if system in (ALL, name) for r in claims.list_claims(name)]
        counts = {v: sum(read_verdict(r) == v for r in records) for v in VERDICTS}
        verdict = pick_segment(tr("Verdict"), [ALL, *VERDICTS], "verdict", ALL,
                               format=lambda v: f"{tr('all')} ({len(records)})" if v == ALL
                               else f"{claims.verdict_name(v)} ({counts[v]})")
    chosen = [r for r in records if verdict in (ALL, read_verdict(r))]
    return chosen, any(r.ours is not None and r.split != COUNTED for r in records)


def show_plot(records) -> None:
    """Every claim with its interval, the reported value and the controls."""
    controls = {name: claims.control_name(name) for r in records for name, _ in read_controls(r)}
    figure = draw_claims(records, [f"{tr(r.figure)} · {r.id}" for r in records],
                         names=[*map(claims.verdict_name, VERDICTS), tr("reported"), tr("control")],
                         control_names=controls)
    n = {v: sum(read_verdict(r) == v for r in records) for v in VERDICTS}
    show_figure(figure, key="claims", table=pd.DataFrame([r.to_dict() for r in records]), recipe=RECIPE,
                alt=tr("{n} claims, a row each, with our value, its 95 % interval, the reported value and the "
                       "controls: {holds} hold, {fails} do not hold, {open} are not measured.", n=len(records), **n))


def as_table(records) -> pd.DataFrame:
    """The table as it is shown."""
    return pd.DataFrame([{
        "verdict": claims.verdict_mark(r), "claim": tr(r.claim), "reported": tr(r.reported), "ours": r.ours,
        "interval": f"{r.low:.3f} – {r.high:.3f}" if r.ours is not None else None, "n": r.n or None,
        "corpus": r.corpus, "split": claims.show_split(r), "control": claims.show_controls(r),
        "checkpoint": r.checkpoint, "id": r.id} for r in records])


def follow_row(ids: list[str]) -> None:
    """A chosen row becomes the claim below."""
    rows = st.session_state["claims_table"].selection.rows
    if rows:
        st.session_state["claim"] = ids[rows[0]]


def show_table(records) -> None:
    """The table, and its downloads."""
    ids, text, number = [r.id for r in records], st.column_config.TextColumn, st.column_config.NumberColumn
    st.dataframe(
        as_table(records), key="claims_table", hide_index=True, selection_mode="single-row", placeholder="",
        on_select=lambda: follow_row(ids), alt=tr("The claims with reported and measured values"), column_config={
            "verdict": text(tr("verdict"), width=130, pinned=True), "claim": text(tr("claim"), width=350),
            "reported": text(tr("reported"), width=150), "n": number("n", format="localized", width=80),
            "ours": number(tr("ours"), format="%.3f", width=70), "interval": text(tr("95 % interval"), width=120),
            "corpus": text(tr("corpus")), "split": text(tr("part")), "control": text(tr("controls")),
            "checkpoint": text(tr("checkpoint")), "id": text("id")})
    with st.container(horizontal=True, gap="small"):
        st.download_button("JSON", lambda: json.dumps([r.to_dict() for r in records], ensure_ascii=False, indent=1),
                           file_name="claims.json", mime="application/json", key="claims_json", on_click="ignore",
                           type="tertiary", icon=":material/data_object:", help=tr("Save the records as JSON"))
        st.download_button("CSV", lambda: pd.DataFrame([r.to_dict() for r in records]).to_csv(index=False)
                           .encode("utf-8-sig"), file_name="claims-table.csv", mime="text/csv", key="claims_table_csv",
                           on_click="ignore", type="tertiary", icon=":material/table_view:",
                           help=tr("Save the numbers as a table"))


def show_page_link(record) -> None:
    """Where the lab draws what the claim is about."""
    stem, query = claims.find_view(record)
    entry = next((entry for entry in list_pages() if entry.stem == stem), None)
    if entry is not None:
        st.page_link(entry.path, label=tr("See it: {page}", page=tr(entry.title)), icon=entry.icon, query_params=query)


def show_detail(records) -> None:
    """One claim in full: sentence, figure, measurement, command."""
    st.header(tr("One claim"), anchor=False)
    by_id = {r.id: r for r in records}
    record = by_id[pick_one(tr("Claim (or choose a row above)"), list(by_id), "claim",
                            format=lambda i: f"{i} · {tr(by_id[i].figure)}")]
    system = record.id.partition(".")[0]
    with st.container(border=True):
        st.markdown(f"**{tr(record.claim)}**")
        st.caption(tr("From the {seed}, figure “{figure}”; reported there: {reported}", figure=tr(record.figure),
                      seed=claims.seed_name(record.seed), reported=tr(record.reported)))
        left, right = st.columns([1, 2])
        with left:
            value = "–" if record.ours is None else f"{record.ours:.3f}"
            st.metric(claims.verdict_mark(record), value, border=False)
            if record.ours is not None:
                st.caption(tr("95 % interval {low:.3f} to {high:.3f}", low=record.low, high=record.high))
        with right:
            if record.ours is not None:
                st.markdown(tr("n = {n:,}; {corpus}; {split}", n=record.n, corpus=record.corpus,
                               split=claims.show_split(record)))
                st.markdown(tr("Controls: {controls}", controls=claims.show_controls(record)))
            st.markdown(claims.describe_method(system))
        st.caption(tr("The command that measures it again:"))
        st.code(f"python -m core.reproduce {system} --recompute", language="bash", wrap_lines=True)
        show_page_link(record)


frame.ensure()
page_header("claims")
with guard():
    chosen, measured = pick_records()
    if not measured:
        st.info(tr("Nothing is measured yet: no checkpoint has stored results. Train one and measure it:"),
                icon=":material/info:")
        st.code("python -m core.training lstm --kind 1\npython -m core.reproduce lstm --recompute", language="bash",
                wrap_lines=True)
    if not chosen:
        st.info(tr("No claim has this verdict."), icon=":material/info:")
    else:
        if measured:
            show_plot(chosen)
            show_guide(claims.explain_plot(chosen))
        show_table(chosen)
        show_detail(chosen)
