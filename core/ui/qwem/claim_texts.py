"""How Claims speaks of word2vec."""

import re

from core.reproduce.claims import ClaimRecord
from core.ui.language import tr

SEED = "003"
_OF_RUNS = ("tau_ratio", "subspace_overlap_top5", "sgns_subspace_overlap", "steps_sharpen")
_FAMILIES = re.compile(r"(\d+) families, (\d+) word pairs")
_RUN = re.compile(r"(?:one training run|(\d+) seeds), (\d+) words")


def system_name() -> str:
    """As the menu calls it."""
    return tr("What word2vec learns")


def seed_name() -> str:
    """The document its claims come from."""
    return tr("paper of Karkada, Simon, Bahri and DeWeese on what word2vec learns")


def find_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    """Page and parameters that show what a claim is about."""
    if record.id.rpartition(".")[2] in _OF_RUNS:
        return "dynamics", {"dyrun": record.checkpoint} if record.checkpoint else {}
    return "analogies", {"qwem": record.checkpoint} if record.checkpoint.count("-") == 2 else {}


def control_name(name: str) -> str | None:
    """A control in the reader's language, or None for what another system writes."""
    names = {"rank 50": tr("50 dimensions"), "rank 100": tr("100 dimensions"), "largest start": tr("largest start"),
             "smallest start": tr("smallest start"), "closed form": tr("closed form"),
             "unrelated directions": tr("unrelated directions"),
             "half of the final accuracy": tr("half of the final accuracy"),
             "half of the direction": tr("half of the direction"), "half of the SNR": tr("half of the SNR"),
             "with a prior": tr("M* with a prior")}
    return names.get(name)


def split_name(split: str) -> str | None:
    """The part that was measured, or None where there is nothing to say of it."""
    if found := _FAMILIES.fullmatch(split):
        return tr("{families} families, {pairs} word pairs", families=int(found[1]), pairs=int(found[2]))
    if found := _RUN.fullmatch(split):
        return (tr("{seeds} training seeds, {n:,} words", seeds=int(found[1]), n=int(found[2])) if found[1] else
                tr("one training run, {n:,} words", n=int(found[2])))
    return None


def describe_method() -> str:
    """How the numbers are made."""
    return tr("Intervals (95 %) of accuracies are drawn over word pairs, for questions share their pairs; "
              "differences draw the same pairs for both sides. Those of training runs are Student's "
              "over training seeds. Held to be "
              "true: accuracy from 52 % (the paper read a hundred times as much text), half-rise within "
              "2 % of τ, overlap from 99 %, and from 50 % with word2vec's own loss; differences and "
              "ratios by their whole interval.")


def explain_plot() -> str:
    """How to read the plot of claims."""
    return tr("A filled mark is our value, its bar the 95 % interval where there is scatter. The open "
              "diamond is the reported value, where a number was printed: does our bar reach it? The grey "
              "strokes are comparisons; point at one for its name. The paper counted two billion words: "
              "with fewer, accuracies fall short of its own, and differences between methods shrink.")
