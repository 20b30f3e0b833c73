"""How Claims speaks of saliency over training."""

import re

from core.reproduce.claims import ClaimRecord
from core.ui.language import tr

SEED = "004"
_OF_WORDS = ("wrong_moves_more", "wac_partial_frequency")
_DRAWN = re.compile(r"T1, T2, T3 drawn anew for each seed; (\d+) seeds")
_LEARNED = re.compile(r"learned from ([\d,]+), ([\w-]+); (\d+) seeds")


def system_name() -> str:
    """As the menu calls it."""
    return tr("Saliency over training")


def seed_name() -> str:
    """The document its claims come from."""
    return tr("Japanese paper on word saliency during the training of a text CNN")


def find_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    """Page and parameters that show what a claim is about."""
    return "unsettled" if record.id.rpartition(".")[2] in _OF_WORDS else "selection", {}


def control_name(name: str) -> str | None:
    """A control in the reader's language, or None for what another system writes."""
    names = {"confidence taken out": tr("confidence taken out"),
             "share of epochs": tr("share of epochs in which wrong sentences move more"),
             "scatter of one seed": tr("scatter of one seed's difference"),
             "T2h less T2l": tr("T2h less T2l"), "T2h less phase one": tr("T2h less phase one"),
             "nothing taken out": tr("nothing taken out"), "with frequency": tr("wac with word frequency"),
             "with doubt": tr("wac with low confidence"),
             "explained": tr("share of wac that frequency and low confidence explain"),
             "fixed (3)": tr("fixed vectors, height 3"), "learned (3)": tr("learned vectors, height 3"),
             "learned (3 to 5)": tr("learned vectors, heights 3 to 5")}
    return names.get(name)


def split_name(split: str) -> str | None:
    """The part that was measured, or None where there is nothing to say of it."""
    if found := _DRAWN.fullmatch(split):
        return tr("T1, T2 and T3 drawn anew for each of {n} seeds", n=int(found[1]))
    if found := _LEARNED.fullmatch(split):
        return tr("T3, learned from {learned} sentences with {vectors}; {n} training seeds", learned=found[1],
                  vectors=found[2], n=int(found[3]))
    return None


def describe_method() -> str:
    """How the numbers are made."""
    return tr("Every seed draws the split, the start, the order and the dropout anew, and all models "
              "of a seed share them. Intervals (95 %) are Student's over seeds, of differences taken "
              "within each seed, over the last ten epochs. No epoch is chosen on the test sentences. "
              "Held to be true: what the whole interval says; accuracy from 76 %, for the vectors have "
              "50 dimensions instead of 300.")


def explain_plot() -> str:
    """How to read the plot of claims."""
    return tr("A filled mark is our mean over the seeds, its bar the 95 % interval. The open diamond is the reported "
              "value, where a number was printed, of one run. The grey strokes are comparisons; point at one for its "
              "name. Differences of accuracy lie near 0: on which side does the whole bar lie?")
