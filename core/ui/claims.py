"""What Claims says about a claim: verdict, controls, method and where to see it, in the reader's language."""

import re
from collections.abc import Sequence

import streamlit as st

from core.figures.claims import read_controls, read_verdict
from core.reproduce.claims import ClaimRecord
from core.reproduce.systems import SYSTEMS
from core.ui.elmo.claim_texts import VIEWS as ELMO_VIEWS
from core.ui.elmo.claim_texts import control_names as elmo_controls
from core.ui.elmo.claim_texts import describe_method as describe_elmo
from core.ui.elmo.claim_texts import split_name as elmo_split
from core.ui.language import tr

_SPLIT = re.compile(r"by document; (\d+) test documents(?:; (\d+) seeds)?")
_FAMILIES = re.compile(r"(\d+) families, (\d+) word pairs")
_RUN = re.compile(r"(?:one training run|(\d+) seeds), (\d+) words")
_DRAWN = re.compile(r"T1, T2, T3 drawn anew for each seed; (\d+) seeds")
_MEAN = re.compile(r"mean of (\d+) alone")
_TEST = re.compile(r"test 2016; (?:(\d+) seeds|(sentences drawn again)|(\d+) words and more)")
_LEARNED = re.compile(r"learned from ([\d,]+), ([\w-]+); (\d+) seeds")


@st.cache_data(ttl=20, max_entries=4, show_spinner=False)
def list_claims(system: str) -> list[ClaimRecord]:
    """Claims of one system from stored results; a new result shows within 20 s."""
    return SYSTEMS[system].measure()


def system_name(system: str) -> str:
    """A system of claims, as the menu calls it."""
    return {"lstm": tr("LSTM and syntax"), "qwem": tr("What word2vec learns"),
            "saliency": tr("Saliency over training"), "s2s": tr("Sequence to sequence"),
            "elmo": tr("ELMo")}.get(system, system)


def verdict_name(verdict: str) -> str:
    """A verdict in words."""
    return {"holds": tr("holds"), "fails": tr("does not hold"), "open": tr("not measured")}[verdict]


def verdict_mark(record: ClaimRecord) -> str:
    """A verdict as sign and words, for tables."""
    verdict = read_verdict(record)
    return {"holds": "✓", "fails": "✗", "open": "–"}[verdict] + " " + verdict_name(verdict)


def control_name(name: str) -> str:
    """The name of a control in the reader's language."""
    names = {"lowest seed": tr("lowest seed"), "highest seed": tr("highest seed"),
             "rotated labels": tr("rotated labels"), "untrained LSTM": tr("untrained LSTM"),
             "given position": tr("given position"),
             "untrained c_up": tr("c_up, untrained LSTM"), "embedding": tr("embedding"),
             "shuffled labels": tr("shuffled labels"),
             "share of ED among all tokens": tr("share of ED among all tokens"), "precision": tr("precision"),
             "closing": tr("closing brackets"), "opening": tr("opening brackets"),
             "words only": tr("words only"), "majority class": tr("majority class"),
             "best on the path": tr("best on the path"), "share of cells": tr("share of cells"),
             "share of cells within one standard error": tr("share of cells within one standard error"),
             "position only": tr("position only"), "control task": tr("control task"), "linear": tr("all cells"),
             "single cell": tr("best single cell"), "least squares": tr("least squares"),
             "random levels": tr("random levels"), "rank 50": tr("50 dimensions"), "rank 100": tr("100 dimensions"),
             "largest start": tr("largest start"), "smallest start": tr("smallest start"),
             "closed form": tr("closed form"), "unrelated directions": tr("unrelated directions"),
             "half of the final accuracy": tr("half of the final accuracy"),
             "half of the direction": tr("half of the direction"), "half of the SNR": tr("half of the SNR"),
             "with a prior": tr("M* with a prior"), "confidence taken out": tr("confidence taken out"),
             "share of epochs": tr("share of epochs in which wrong sentences move more"),
             "scatter of one seed": tr("scatter of one seed's difference"),
             "T2h less T2l": tr("T2h less T2l"), "T2h less phase one": tr("T2h less phase one"),
             "nothing taken out": tr("nothing taken out"), "with frequency": tr("wac with word frequency"),
             "with doubt": tr("wac with low confidence"),
             "explained": tr("share of wac that frequency and low confidence explain"),
             "fixed (3)": tr("fixed vectors, height 3"), "learned (3)": tr("learned vectors, height 3"),
             "learned (3 to 5)": tr("learned vectors, heights 3 to 5"), "forward": tr("forward"),
             "reversed": tr("reversed"), "beam of 1": tr("beam of 1"), "of 2": tr("beam of 2"),
             "of 12": tr("beam of 12"), "together": tr("together"), "longest": tr("longest fifth"),
             "all": tr("all sentences"), "bag of words": tr("bag of words"), "untrained": tr("untrained encoder"),
             "1 layer": tr("1 layer"), "2 layers": tr("2 layers"),
             "captions forward": tr("captions, forward"), "captions reversed": tr("captions, reversed"),
             "everyday forward": tr("everyday sentences, forward"),
             "everyday reversed": tr("everyday sentences, reversed")} | elmo_controls()
    if found := _MEAN.fullmatch(name):
        return tr("mean of {n} models alone", n=int(found[1]))
    return names.get(name, name)


def show_controls(record: ClaimRecord) -> str:
    """The controls of a claim as one line."""
    return ", ".join(f"{control_name(name)} {value:.3f}" for name, value in read_controls(record))


def show_split(record: ClaimRecord) -> str:
    """The part of the corpus that was measured."""
    if found := _FAMILIES.fullmatch(record.split):
        return tr("{families} families, {pairs} word pairs", families=int(found[1]), pairs=int(found[2]))
    if found := _RUN.fullmatch(record.split):
        return (tr("{seeds} training seeds, {n:,} words", seeds=int(found[1]), n=int(found[2])) if found[1] else
                tr("one training run, {n:,} words", n=int(found[2])))
    if found := _DRAWN.fullmatch(record.split):
        return tr("T1, T2 and T3 drawn anew for each of {n} seeds", n=int(found[1]))
    if found := _LEARNED.fullmatch(record.split):
        return tr("T3, learned from {learned} sentences with {vectors}; {n} training seeds", learned=found[1],
                  vectors=found[2], n=int(found[3]))
    if found := _TEST.fullmatch(record.split):
        part = tr("test sentences of 2016")
        return (tr("{part}, {n} training seeds", part=part, n=int(found[1])) if found[1] else
                tr("{part}, drawn again 1,000 times", part=part) if found[2] else
                tr("{part}, {n} words and more", part=part, n=int(found[3])))
    if record.split == "quadruples drawn again":
        return tr("phrases of our grammar, quadruples drawn again 1,000 times")
    found = _SPLIT.fullmatch(record.split)
    if not found:
        return elmo_split(record.split) or record.split
    part = tr("test part, {n} documents, split by document", n=int(found[1]))
    return f"{part}; {tr('{n} training seeds', n=int(found[2]))}" if found[2] else part


def describe_method(system: str) -> str:
    """How the numbers of a system are made, in two sentences."""
    methods = {"lstm": tr("What has to be chosen, such as the best cell, is chosen on one half of the documents and "
                          "scored on the other half. The interval (95 %) is Student's over the training seeds where "
                          "there are several, else from 1,000 resamples of whole documents. No document was read in "
                          "training."),
               "qwem": tr("Intervals (95 %) of accuracies are drawn over word pairs, for questions share their pairs; "
                          "differences draw the same pairs for both sides. Those of training runs are Student's "
                          "over training seeds. Held to be "
                          "true: accuracy from 52 % (the paper read a hundred times as much text), half-rise within "
                          "2 % of τ, overlap from 99 %, and from 50 % with word2vec's own loss; differences and "
                          "ratios by their whole interval."),
               "saliency": tr("Every seed draws the split, the start, the order and the dropout anew, and all models "
                              "of a seed share them. Intervals (95 %) are Student's over seeds, of differences taken "
                              "within each seed, over the last ten epochs. No epoch is chosen on the test sentences. "
                              "Held to be true: what the whole interval says; accuracy from 76 %, for the vectors have "
                              "50 dimensions instead of 300."),
               "s2s": tr("All models have the same settings and differ in seed and direction alone; directions are "
                         "compared within a seed, with Student's interval (95 %). Other intervals draw the test "
                         "sentences again, the same for both sides. BLEU is sacrebleu's, divided by 100. The epoch "
                         "is chosen on the validation part. Held to be true: what the whole interval says; BLEU from "
                         "0.33."),
               "elmo": describe_elmo()}
    return methods.get(system, "")


def explain_plot(records: Sequence[ClaimRecord]) -> str:
    """How to read the plot of some claims."""
    systems = {record.id.partition(".")[0] for record in records}
    if "lstm" in systems:
        return tr("A filled mark is our value on text the model has not read, its bar the 95 % interval. The "
                  "open diamond is the reported value, where a number was printed: does our bar reach it? "
                  "The grey strokes are controls; point at one for its name. Rotated labels and the untrained "
                  "LSTM should lie far from our mark, the value given the position close to it.")
    if "qwem" in systems:
        return tr("A filled mark is our value, its bar the 95 % interval where there is scatter. The open "
                  "diamond is the reported value, where a number was printed: does our bar reach it? The grey "
                  "strokes are comparisons; point at one for its name. The paper counted two billion words: "
                  "with fewer, accuracies fall short of its own, and differences between methods shrink.")
    if systems & {"s2s", "elmo"}:
        return tr("A filled mark is our value, its bar the 95 % interval. The open diamond is the reported value, "
                  "where a number was printed, of another corpus: compare the side of 0 or 1 on which it lies, not "
                  "its place. The grey strokes are comparisons; point at one for its name.")
    return tr("A filled mark is our mean over the seeds, its bar the 95 % interval. The open diamond is the reported "
              "value, where a number was printed, of one run. The grey strokes are comparisons; point at one for its "
              "name. Differences of accuracy lie near 0: on which side does the whole bar lie?")


def seed_name(seed: str) -> str:
    """The document a claim comes from."""
    names = {"000": tr("slides of Shibata, Uchiumi and Mochihashi, “How LSTM Encodes Syntax”"),
             "001": tr("paper of Sutskever, Vinyals and Le on sequence to sequence learning"),
             "002": tr("paper of Peters et al. on deep contextualised word representations"),
             "003": tr("paper of Karkada, Simon, Bahri and DeWeese on what word2vec learns"),
             "004": tr("Japanese paper on word saliency during the training of a text CNN")}
    return names.get(seed, seed)


def find_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    """Page and parameters that show what a claim is about; an empty stem where there is none."""
    views = {"depth_r": ("correlations", {"cprop": "depth"}), "vp_r": ("correlations", {"cprop": "VP"}),
             "c_beats_h": ("correlations", {"cprop": "depth", "cvec": "h"}), "ed_accuracy": ("predictions", {}),
             "close_beats_open": ("predictions", {}),
             "generalisation": ("nested_code", {"nmat": "dyck-1", "nmodel": record.checkpoint}),
             **dict.fromkeys(("vp_depth_r2_linear", "vp_depth_r2_lasso", "vp_depth_r2_single", "vp_depth_c_best"),
                             ("regression", {"rgprop": "VP"})),
             "vp_overlap": ("phrases", {}), "vp_l1_accuracy": ("phrases", {}),
             "pos_cup_beats_c": ("parts_of_speech", {"ysize": "all"}),
             "pos_cup_beats_c_plane": ("parts_of_speech", {}),
             "cup_levels": ("distributions", {"dvec": "c_up"}), "depth_r_kept": ("interventions", {"iview": "snap"})}
    if record.id.startswith("qwem."):
        return _find_word2vec_view(record)
    if record.id.startswith("saliency."):
        of_words = record.id.rpartition(".")[2] in ("wrong_moves_more", "wac_partial_frequency")
        return "unsettled" if of_words else "selection", {}
    if record.id.startswith("s2s."):
        return _TRANSLATION_VIEWS[record.id.rpartition(".")[2]], {}
    if record.id.startswith("elmo."):
        return ELMO_VIEWS[record.id.rpartition(".")[2]], {"bilm": record.checkpoint} if record.checkpoint else {}
    stem, query = views.get(record.id.rpartition(".")[2], ("", {}))
    if not record.checkpoint:
        return "", {}
    return stem, {"kind": record.checkpoint.split("-")[1], "model": record.checkpoint} | query


_TRANSLATION_VIEWS = {
    "reversal_ppl": "reversal", "reversal_bleu": "tables", "bleu_m30k_2016": "tables", "beam_helps": "tables",
    "ensemble_helps": "tables", "long_sentences_hold": "lengths", "word_order_sensitivity": "sentence_vectors",
    "voice_invariance": "sentence_vectors", "depth_helps": "reversal"}


def _find_word2vec_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    of_run = record.id.rpartition(".")[2] in ("tau_ratio", "subspace_overlap_top5", "sgns_subspace_overlap",
                                              "steps_sharpen")
    if of_run:
        return "dynamics", {"dyrun": record.checkpoint} if record.checkpoint else {}
    return "analogies", {"qwem": record.checkpoint} if record.checkpoint.count("-") == 2 else {}
