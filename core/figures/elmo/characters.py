"""A word inside the character encoder: the n-grams its filters answered to, its highway gates, and what of its
neighbours is spelling alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.elmo.characters import PADDING_SIGN
from core.analysis.elmo.filter_hits import FilterHit
from core.figures.palette import ACCENT, FAINT, NEUTRAL, VECTOR_COLOURS, write_token
from core.figures.seq2seq.labels import place_texts

LETTER_PX, _ROW_PX, _LEFT, _RIGHT = 32, 30, 84, 84
_BLUE = VECTOR_COLOURS["h"]
_GROUP_GAP = 0.5  # rows between widths
_SIZES = ((230, 300), (520, 300))


@dataclass(frozen=True)
class FilterTexts:
    """What the figure writes, translated."""

    width: str = "width {n}"
    rarity: str = "one word in"
    hover: str = "filter {filter}, width {width}<br>answer {answer}, as high for 1 word in {rarity}"
    padding: str = "answers most to the padding behind the word"


ENGLISH = FilterTexts()


def measure_filters(names: Sequence[str], hits: Sequence[FilterHit]) -> int:
    """Pixels in which no letter of `draw_filters` touches the next."""
    return LETTER_PX * _count_columns(names, hits) + _LEFT + _RIGHT


def draw_filters(names: Sequence[str], hits: Sequence[FilterHit], *, n_words: int = 20_000,
                 texts: FilterTexts = ENGLISH) -> go.Figure:
    """The word across; below it, width by width, the windows of the filters for which it is unusual.

    Parameters
    ----------
    names : sequence of str
        Characters of the word, from `name_characters`.
    hits : sequence of FilterHit
        Widths rising.
    n_words : int
        Words the filters are compared over, where the colours end.
    """
    columns, figure = _count_columns(names, hits), go.Figure()
    shown = [*names, *[PADDING_SIGN] * (columns - len(names))]
    lanes, ticks, depth = _lay_lanes(hits)
    top = np.log10(max(n_words, 10))
    figure.add_scatter(x=np.arange(columns, dtype=np.float32), y=np.zeros(columns, np.float32), mode="text",
                       text=[_write_letter(c, strong=True) for c in shown], textfont={"size": 20}, hoverinfo="skip",
                       showlegend=False)
    figure.add_bar(
        x=np.array([h.width - 0.1 for h in hits], np.float32), y=lanes, orientation="h", width=0.84,
        base=np.array([h.place - 0.45 for h in hits], np.float32), showlegend=False,
        marker={"color": np.array([np.log10(max(h.one_in, 1)) for h in hits], np.float32), "coloraxis": "coloraxis",
                "cornerradius": 7, "line": {"width": 1, "color": [NEUTRAL if h.padding else _BLUE for h in hits]},
                "pattern": {"shape": ["/" if h.padding else "" for h in hits], "fgcolor": NEUTRAL, "fgopacity": 0.5,
                            "size": 6, "solidity": 0.15}},
        text=[_write_hover(h, texts) for h in hits], textposition="none", hovertemplate="%{text}<extra></extra>")
    letters = [(h.place + k, lane, c) for h, lane in zip(hits, lanes.tolist(), strict=True)
               for k, c in enumerate(h.gram)]
    figure.add_scatter(
        x=np.array([x for x, _, _ in letters], np.float32), y=np.array([y for _, y, _ in letters], np.float32),
        mode="text", text=[_write_letter(c) for _, _, c in letters], textfont={"size": 14}, hoverinfo="skip",
        showlegend=False)
    marks = [m for m in range(5) if m <= top]
    figure.update_layout(
        height=int(_ROW_PX * (depth + 1.5)) + 24, margin={"l": _LEFT, "r": 8, "t": 8, "b": 8}, hovermode="closest",
        dragmode=False, barmode="overlay",
        coloraxis={"cmin": 0, "cmax": float(top),
                   "colorscale": [[0, _fade(0.03)], [0.45, _fade(0.25)], [1, _fade(0.75)]],
                   "colorbar": {"title": {"text": texts.rarity, "side": "right"}, "thickness": 10, "outlinewidth": 0,
                                "tickvals": marks, "ticktext": [f"{10 ** m:,}" for m in marks], "len": 0.9}},
        xaxis={"range": [-0.6, columns - 0.4], "visible": False, "fixedrange": True},
        yaxis={"range": [-depth - 0.6, 0.7], "tickvals": [-y for _, y in ticks], "showgrid": False, "zeroline": False,
               "ticktext": [texts.width.format(n=w) for w, _ in ticks], "fixedrange": True})
    return figure


def _count_columns(names: Sequence[str], hits: Sequence[FilterHit]) -> int:
    return max([len(names), *(h.end for h in hits)])


def _lay_lanes(hits: Sequence[FilterHit]) -> tuple[np.ndarray, list[tuple[int, float]], float]:
    """A row for each window, the middle of each width's rows, and how deep the last one lies."""
    lanes, ticks, y, before = [], [], 0.0, None
    for hit in hits:
        y += 1 + (_GROUP_GAP if hit.width != before else 0)
        before = hit.width
        lanes.append(-y)
    for width in dict.fromkeys(h.width for h in hits):
        own = [-lane for lane, h in zip(lanes, hits, strict=True) if h.width == width]
        ticks.append((width, sum(own) / len(own)))
    return np.array(lanes, np.float32), ticks, y


def _write_letter(letter: str, *, strong: bool = False) -> str:
    shown = write_token(letter)
    if letter in ("⊢", "⊣", "·", PADDING_SIGN):
        return f"<span style='color:{NEUTRAL}'>{shown}</span>"
    return f"<b>{shown}</b>" if strong else shown


def _write_hover(hit: FilterHit, texts: FilterTexts) -> str:
    lines = [texts.hover.format(filter=hit.filter, width=hit.width, answer=f"{hit.answer:.2f}",
                                rarity=f"{hit.one_in:,.0f}")]
    return "<br>".join([f"<b>{write_token(''.join(hit.gram))}</b>", *lines, *([texts.padding] if hit.padding else [])])


def _fade(opacity: float) -> str:
    red, green, blue = (int(_BLUE[i:i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


@dataclass(frozen=True)
class GateTexts:
    """What the figure writes, translated."""

    title: str = "highway layer {n}"
    x: str = "dimensions, sorted"
    y: str = "gate"
    word: str = "this word"
    usual: str = "middle of all words"
    band: str = "90 % of all words"


GATES_ENGLISH = GateTexts()


def draw_gates(gates: np.ndarray, usual: np.ndarray, quantiles: np.ndarray, *,
               texts: GateTexts = GATES_ENGLISH) -> go.Figure:
    """How far the gates of each highway layer stand open: a word's against those of many words.

    Parameters
    ----------
    gates : float array of shape (K, F)
        Of the word.
    usual : float array of shape (K, S, Q)
        Quantiles of S words.
    quantiles : float array of shape (Q,)
    """
    n, x = len(gates), (100 * quantiles).astype(np.float32)
    figure = make_subplots(rows=1, cols=n, shared_yaxes=True, horizontal_spacing=0.1,
                           subplot_titles=[texts.title.format(n=k + 1) for k in range(n)])
    for k in range(n):
        low, middle, high = np.quantile(usual[k], (0.05, 0.5, 0.95), axis=0).astype(np.float32)
        where = {"row": 1, "col": k + 1}
        figure.add_scatter(x=np.concatenate([x, x[::-1]]), y=np.concatenate([high, low[::-1]]), fill="toself", **where,
                           fillcolor="rgba(127,135,148,0.28)", line={"width": 0}, name=texts.band, hoverinfo="skip",
                           legendgroup="band", showlegend=not k)
        figure.add_scatter(x=x, y=middle, mode="lines", line={"color": NEUTRAL, "width": 1.5, "dash": "dot"}, **where,
                           name=texts.usual, legendgroup="usual", showlegend=not k,
                           hovertemplate=f"%{{x:.0f}} %: %{{y:.2f}}<extra>{texts.usual}</extra>")
        figure.add_scatter(x=x, y=np.quantile(gates[k], quantiles).astype(np.float32), mode="lines", **where,
                           line={"color": ACCENT, "width": 2.6}, name=texts.word, legendgroup="word",
                           showlegend=not k, hovertemplate=f"%{{x:.0f}} %: %{{y:.2f}}<extra>{texts.word}</extra>")
    figure.update_xaxes(range=[0, 100], title_text=f"{texts.x} (%)", showgrid=False, tickvals=[0, 50, 100])
    figure.update_yaxes(range=[0, 1.02], tickvals=[0, 0.5, 1])
    figure.update_yaxes(title_text=texts.y, col=1)
    figure.update_layout(height=380, hovermode="closest", margin={"l": 52, "r": 24, "t": 92, "b": 48},
                         legend={"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0})
    return figure


def draw_spelling(cosines: np.ndarray, shares: np.ndarray, words: Sequence[str], *, named: Sequence[int],
                  x_title: str = "letters kept", y_title: str = "cosine of character vectors",
                  ) -> go.Figure:
    """Words by how alike they are in spelling (across) and for the character layer (up).

    Parameters
    ----------
    cosines, shares : float arrays of shape (N,)
        Shares between 0 and 1.
    words : sequence of str, length N
    named : sequence of int
        Rows whose words are written, as far as there is room, the first first.
    """
    own = np.zeros(len(words), bool)
    own[list(named)] = True
    shown, figure = np.array([write_token(word) for word in words], object), go.Figure()
    for rows, colour, size in ((~own, FAINT.replace("0.18", "0.45"), 5), (own, ACCENT, 8)):
        figure.add_scatter(
            x=shares[rows].astype(np.float32), y=cosines[rows].astype(np.float32), mode="markers", text=shown[rows],
            marker={"color": colour, "size": size}, showlegend=False,
            hovertemplate=f"<b>%{{text}}</b><br>{y_title} %{{y:.2f}}<br>{x_title} %{{x:.0%}}<extra></extra>")
    low = float(np.floor(min(cosines.min(initial=0), 0) * 5) / 5)
    points = np.column_stack([(shares[list(named)] + 0.03) / 1.06,
                              (cosines[list(named)] - low) / (1.06 - low)])
    places = place_texts(points, [(words[i],) for i in named], sizes=_SIZES)
    for i, place in zip(named, places, strict=True):
        if place is not None and not place.led:
            figure.add_annotation(x=float(shares[i]), y=float(cosines[i]), text=shown[i], showarrow=False,
                                  xshift=place.right, yshift=place.up, font={"size": 12})
    figure.update_layout(
        height=380, hovermode="closest", margin={"l": 56, "r": 8, "t": 8, "b": 48},
        xaxis={"title": {"text": x_title}, "tickformat": ".0%", "range": [-0.03, 1.03], "zeroline": False},
        yaxis={"title": {"text": y_title}, "range": [low, 1.06], "zeroline": False})
    return figure
