"""Claims in one picture: what a paper reports, what ours gives, and what the controls give."""

import re
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FAINT, NEUTRAL, VECTOR_COLOURS
from core.reproduce.claims import ClaimRecord

VERDICTS = ("holds", "fails", "open")  # open: not measured
_LOOK = {"holds": (VECTOR_COLOURS["c_up"], "circle"), "fails": (VECTOR_COLOURS["c"], "x")}
_NUMBER = re.compile(r"(?:about )?(-?\d+(?:\.\d+)?)( ?%)?")
_CONTROL = re.compile(r"(.*?) ?(-?\d+(?:\.\d+)?)")
_ROW = 46  # px: a label and its interval
_REACH = 2.0  # nearly all claims are shares, correlations and ratios; a perplexity among them would crush the rest


def read_verdict(record: ClaimRecord) -> str:
    """``holds``, ``fails`` or ``open``."""
    if record.ours is None or record.holds is None:
        return "open"
    return "holds" if record.holds else "fails"


def read_reported(record: ClaimRecord) -> float | None:
    """The reported value where it is a number; a share where it is in per cent.

    >>> read_reported(ClaimRecord("", "", "", "", "about 100 %")), read_reported(ClaimRecord("", "", "", "", "high"))
    (1.0, None)
    """
    found = _NUMBER.fullmatch(record.reported.strip())
    if found is None:
        return None
    return float(found[1]) / 100 if found[2] else float(found[1])


def read_controls(record: ClaimRecord) -> list[tuple[str, float]]:
    """Names and values of the controls.

    >>> read_controls(ClaimRecord("", "", "", "", "", control="closing 0.9, precision 0.8 and 0.7"))
    [('closing', 0.9), ('precision', 0.8), ('precision', 0.7)]
    """
    pairs: list[tuple[str, float]] = []
    for part in re.split(r", | and (?=-?\d)", record.control):
        found = _CONTROL.fullmatch(part)
        if found is not None and (found[1] or pairs):
            pairs.append((found[1] or pairs[-1][0], float(found[2])))
    return pairs


def draw_claims(records: Sequence[ClaimRecord], labels: Sequence[str], *,
                names: Sequence[str] = ("holds", "does not hold", "not measured", "reported", "control"),
                control_names: dict[str, str] | None = None) -> go.Figure:
    """One row a claim, the first on top; a value too large for the common axis is written beside its label.

    Parameters
    ----------
    labels : sequence of str
        Written above each row; translated, as are `names` (three verdicts, reported, control).
    control_names : dict, optional
        Shown names of controls by their names in the records.
    """
    figure, rows = go.Figure(), -np.arange(len(records), dtype=np.float32)
    verdicts = [read_verdict(record) for record in records]
    _add_controls(figure, records, rows, names[4], control_names or {})
    _add_reported(figure, records, rows, names[3])
    for verdict, name in zip(_LOOK, names, strict=False):
        _add_ours(figure, [(r, y) for r, y, v in zip(records, rows, verdicts, strict=True)
                           if v == verdict and _is_near(r.ours)], verdict, name)
    low, high = _find_range(records)
    labels = [label if _is_near(r.ours) else f"{label} · {_write_far(r)}"
              for r, label in zip(records, labels, strict=True)]
    for y, label, verdict in zip(rows, labels, verdicts, strict=True):
        text = label + (f" · <i>{names[2]}</i>" if verdict == "open" else "")
        figure.add_annotation(x=0, xref="paper", y=float(y) + 0.36, text=text, showarrow=False, xanchor="left",
                              font={"size": 12})
        figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=float(y), y1=float(y), layer="below",
                         line={"width": 1, "color": FAINT})
    figure.update_layout(
        height=_ROW * len(records) + 110, hovermode="closest", margin={"l": 8, "r": 8, "t": 8, "b": 40},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "traceorder": "reversed"},
        xaxis={"range": [low, high], "zeroline": False, "showgrid": True, "gridcolor": FAINT,
               "fixedrange": True},
        yaxis={"range": [-len(records) + 0.5, 0.75], "visible": False, "fixedrange": True})
    return figure


def _is_near(value: float | None) -> bool:
    """Whether a number fits the common axis; nothing does."""
    return value is None or abs(value) <= _REACH


def _write_far(record: ClaimRecord) -> str:
    colour, symbol = _LOOK.get(read_verdict(record), (NEUTRAL, "circle"))
    mark = f'<span style="color:{colour}">{"✖" if symbol == "x" else "●"}</span>'
    return f"{mark} <b>{record.ours:.1f}</b> [{record.low:.1f}, {record.high:.1f}]"


def _add_ours(figure: go.Figure, pairs: list[tuple[ClaimRecord, float]], verdict: str, name: str) -> None:
    if not pairs:
        return
    colour, symbol = _LOOK[verdict]
    ours = np.array([[r.ours, r.low, r.high] for r, _ in pairs], np.float32)
    figure.add_scatter(
        x=ours[:, 0], y=[y for _, y in pairs], name=name, mode="markers", customdata=ours[:, 1:],
        marker={"symbol": symbol, "size": 11, "color": colour},
        error_x={"type": "data", "symmetric": False, "array": ours[:, 2] - ours[:, 0], "thickness": 2.4,
                 "arrayminus": ours[:, 0] - ours[:, 1], "width": 5, "color": colour},
        hovertemplate=f"%{{x:.3f}} [%{{customdata[0]:.3f}}, %{{customdata[1]:.3f}}]<extra>{name}</extra>")


def _add_reported(figure: go.Figure, records: Sequence[ClaimRecord], rows: np.ndarray, name: str) -> None:
    pairs = [(value, y) for r, y in zip(records, rows, strict=True) if (value := read_reported(r)) is not None
             and _is_near(value)]
    if pairs:
        x, y = np.array(pairs, np.float32).T
        figure.add_scatter(x=x, y=y, name=name, mode="markers",
                           marker={"symbol": "diamond-open", "size": 15, "color": VECTOR_COLOURS["h"],
                                   "line": {"width": 2}},
                           hovertemplate=f"%{{x:.3g}}<extra>{name}</extra>")


def _add_controls(figure: go.Figure, records: Sequence[ClaimRecord], rows: np.ndarray, title: str,
                  shown: dict[str, str]) -> None:
    found = [(value, float(y), shown.get(name, name)) for r, y in zip(records, rows, strict=True)
             for name, value in read_controls(r) if _is_near(value)]
    if found:
        x, y, texts = zip(*found, strict=True)
        figure.add_scatter(x=np.array(x, np.float32), y=np.array(y, np.float32), text=texts, name=title,
                           mode="markers", marker={"symbol": "line-ns-open", "size": 10, "color": NEUTRAL,
                                                   "line": {"width": 2}},
                           hovertemplate=f"%{{text}}: %{{x:.3f}}<extra>{title}</extra>")


def _find_range(records: Sequence[ClaimRecord]) -> tuple[float, float]:
    values = [0.0, 1.0]
    for record in records:
        ends = (record.ours, record.low, record.high) if _is_near(record.ours) else ()
        values += [v for v in ends if v is not None]
        values += [v for v in (read_reported(record), *(v for _, v in read_controls(record)))
                   if v is not None and _is_near(v)]
    margin = 0.03 * (max(values) - min(values))
    return min(values) - margin, max(values) + margin
