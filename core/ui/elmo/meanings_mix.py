"""The sliders of the meanings page: which layers, in which parts, from which side."""

import streamlit as st

from core.analysis.elmo.mixing import Mix, from_shares
from core.ui.controls import pick_number, pick_segment, pick_switch
from core.ui.language import tr

OWN, EQUAL = "own", "equal"
_PRESET = "_mnpreset"  # says what the sliders hold; they are in the URL, it is not


def layer_name(k: int) -> str:
    """Layer 0 is the word by its characters alone."""
    return tr("layer {k}", k=k) if k else tr("word alone")


def pick_mix(n_layers: int) -> tuple[Mix, tuple[float, ...]]:
    """A mix, and its raw shares before they are brought to a sum of 1.

    Parameters
    ----------
    n_layers : int
        L + 1, the word alone among them.
    """
    keys = [f"mns{k}" for k in range(n_layers)]
    top = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
    columns = st.columns(n_layers + 1, gap="medium")
    raw = []
    for k, (column, key) in enumerate(zip(columns, keys, strict=False)):
        with column:
            raw.append(pick_number(f"s{_lower(k)} · {layer_name(k)}", 0.0, 1.0, key, default=1.0, step=0.05,
                                   format="%.2f"))
    with columns[-1]:
        gamma = pick_number(tr("γ · length of everything"), 0.1, 3.0, "mng", default=1.0, step=0.1, format="%.1f",
                            help=tr("Multiplies every vector. Distances grow with it, and so does the picture; no "
                                    "angle changes, so no cosine, no neighbour and no purity."))
    with top:
        _pick_preset(keys, raw)
        sides = pick_segment(tr("Direction"), ("both", "forward", "backward"), "mnside", "both", format=_side_name,
                             help=tr("Half of each vector comes from the network that read the sentence up to the "
                                     "word, the other half from the one that read it backwards from its end."))
        normalise = pick_switch(tr("normalise layers"), "mnnorm", help=tr(
            "First brings all values of a layer to mean 0 and variance 1, so that a layer with longer vectors does not "
            "outweigh the others at equal shares."))
    if not any(raw):
        st.info(tr("All shares are 0. A mix needs at least one layer; equal parts are shown."), icon=":material/info:")
        raw = [1.0] * n_layers
    return from_shares(tuple(raw), gamma=gamma, normalise=normalise, sides=sides), tuple(raw)


def _lower(k: int) -> str:
    return chr(0x2080 + k)


def _side_name(side: str) -> str:
    return {"both": tr("both"), "forward": tr("forward"), "backward": tr("backward")}[side]


def _list_presets(n_layers: int) -> dict[str, tuple[float, ...]]:
    single = {str(k): tuple(float(i == k) for i in range(n_layers)) for k in range(n_layers)}
    return {EQUAL: (1.0,) * n_layers} | single


def _pick_preset(keys: list[str], raw: list[float]) -> None:
    """Sets the sliders, and follows them."""
    presets = _list_presets(len(keys))
    total = sum(raw) or 1.0
    now = next((name for name, shares in presets.items() if all(
        abs(share / sum(shares) - own / total) < 1e-9 for share, own in zip(shares, raw, strict=True))), OWN)
    st.session_state[_PRESET] = now
    names = {EQUAL: tr("equal parts"), OWN: tr("own mix")}
    st.segmented_control(tr("Layers"), [*presets, *([OWN] if now == OWN else [])], key=_PRESET, required=True,
                         wrap=True, on_change=_apply_preset, args=(keys,),
                         format_func=lambda name: names.get(name) or layer_name(int(name)))


def _apply_preset(keys: list[str]) -> None:
    shares = _list_presets(len(keys)).get(st.session_state[_PRESET])
    for key, share in zip(keys, shares or (), strict=False):
        st.session_state[key] = share


def say_mix(mix: Mix) -> str:
    """The shares in numbers, which sum to 1."""
    return " + ".join(f"{share:.2f} · {layer_name(k)}" for k, share in enumerate(mix.shares) if share > 0)
