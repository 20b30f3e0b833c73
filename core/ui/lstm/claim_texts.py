"""How Claims speaks of LSTMs and syntax."""

import re

from core.reproduce.claims import ClaimRecord
from core.ui.language import tr

SEED = "000"
_VIEWS = {
    "depth_r": ("correlations", {"cprop": "depth"}), "vp_r": ("correlations", {"cprop": "VP"}),
    "c_beats_h": ("correlations", {"cprop": "depth", "cvec": "h"}), "ed_accuracy": ("predictions", {}),
    "close_beats_open": ("predictions", {}), "generalisation": ("nested_code", {"nmat": "dyck-1"}),
    **dict.fromkeys(("vp_depth_r2_linear", "vp_depth_r2_lasso", "vp_depth_r2_single", "vp_depth_c_best"),
                    ("regression", {"rgprop": "VP"})),
    "vp_overlap": ("phrases", {}), "vp_l1_accuracy": ("phrases", {}),
    "pos_cup_beats_c": ("parts_of_speech", {"ysize": "all"}), "pos_cup_beats_c_plane": ("parts_of_speech", {}),
    "cup_levels": ("distributions", {"dvec": "c_up"}), "depth_r_kept": ("interventions", {"iview": "snap"})}
_SPLIT = re.compile(r"by document; (\d+) test documents(?:; (\d+) seeds)?")


def system_name() -> str:
    """As the menu calls it."""
    return tr("LSTM and syntax")


def seed_name() -> str:
    """The document its claims come from."""
    return tr("slides of Shibata, Uchiumi and Mochihashi, “How LSTM Encodes Syntax”")


def find_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    """Page and parameters that show what a claim is about; an empty stem where there is none."""
    stem, query = _VIEWS.get(record.id.rpartition(".")[2], ("", {}))
    if not record.checkpoint:
        return "", {}
    own = {"nmodel": record.checkpoint} if stem == "nested_code" else {}
    return stem, {"kind": record.checkpoint.split("-")[1], "model": record.checkpoint} | query | own


def control_name(name: str) -> str | None:
    """A control in the reader's language, or None for what another system writes."""
    names = {"lowest seed": tr("lowest seed"), "highest seed": tr("highest seed"),
             "rotated labels": tr("rotated labels"), "untrained LSTM": tr("untrained LSTM"),
             "given position": tr("given position"), "untrained c_up": tr("c_up, untrained LSTM"),
             "embedding": tr("embedding"), "shuffled labels": tr("shuffled labels"),
             "share of ED among all tokens": tr("share of ED among all tokens"), "precision": tr("precision"),
             "closing": tr("closing brackets"), "opening": tr("opening brackets"),
             "words only": tr("words only"), "majority class": tr("majority class"),
             "best on the path": tr("best on the path"), "share of cells": tr("share of cells"),
             "share of cells within one standard error": tr("share of cells within one standard error"),
             "position only": tr("position only"), "control task": tr("control task"), "linear": tr("all cells"),
             "single cell": tr("best single cell"), "least squares": tr("least squares"),
             "random levels": tr("random levels")}
    return names.get(name)


def split_name(split: str) -> str | None:
    """The part that was measured, or None where there is nothing to say of it."""
    if not (found := _SPLIT.fullmatch(split)):
        return None
    part = tr("test part, {n} documents, split by document", n=int(found[1]))
    return f"{part}; {tr('{n} training seeds', n=int(found[2]))}" if found[2] else part


def describe_method() -> str:
    """How the numbers are made."""
    return tr("What has to be chosen, such as the best cell, is chosen on one half of the documents and "
              "scored on the other half. The interval (95 %) is Student's over the training seeds where "
              "there are several, else from 1,000 resamples of whole documents. No document was read in "
              "training.")


def explain_plot() -> str:
    """How to read the plot of claims."""
    return tr("A filled mark is our value on text the model has not read, its bar the 95 % interval. The "
              "open diamond is the reported value, where a number was printed: does our bar reach it? "
              "The grey strokes are controls; point at one for its name. Rotated labels and the untrained "
              "LSTM should lie far from our mark, the value given the position close to it.")
