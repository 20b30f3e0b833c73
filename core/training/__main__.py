"""``python -m core.training {lstm,qwem,qwem-run,cnn,saliency,seq2seq,bilm}``: train, resume, save what came of it.

The entry stands above the layer it lies in: concepts are counted, solved and compared by `core.analysis.qwem`, and the
experiment on saliency is led by `core.analysis.saliency`.
"""

import sys
from typing import Annotated

import tyro

from core.analysis.qwem.concepts import ConceptSettings, find_concepts
from core.analysis.qwem.runs import record_run
from core.analysis.saliency.recording import RecordedTraining, record_corpus
from core.analysis.saliency.seeds import ExperimentSettings, run_seeds
from core.errors import WordglassError
from core.training.bilm import BiLMTraining
from core.training.bilm_finish import train_bilm
from core.training.lstm import LSTMTraining, train_lstm
from core.training.progress import Progress
from core.training.qwem import GradientTraining
from core.training.seq2seq import Seq2SeqTraining, train_seq2seq


def main() -> int:
    """Run the training named on the command line; 0 when a checkpoint was written."""
    commands = {"lstm": _lstm, "qwem": _qwem, "qwem-run": _qwem_run, "cnn": _cnn, "saliency": _saliency,
                "seq2seq": _seq2seq, "bilm": _bilm}
    settings = tyro.extras.subcommand_cli_from_dict(commands, prog="python -m core.training")
    try:
        print(_train(settings))
    except WordglassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from the last saved state.", file=sys.stderr)
        return 130
    return 0


def _train(settings: LSTMTraining | ConceptSettings | GradientTraining | RecordedTraining
           | ExperimentSettings | Seq2SeqTraining | BiLMTraining) -> str:
    """Train, and say in a line what came of it."""
    if isinstance(settings, BiLMTraining):
        card = train_bilm(settings)
        forward, backward = card.perplexity["test"].values()
        return (f"{card.id}: test perplexity {forward:.1f} forward, {backward:.1f} backward over "
                f"{card.n_words['test']:,} words; {card.steps:,} steps in {card.seconds:,.0f} s")
    if isinstance(settings, Seq2SeqTraining):
        card = train_seq2seq(settings)
        return (f"{card.id}: test perplexity {card.perplexity['test']:.3f} over {card.corpus.n_pairs['test']:,} pairs; "
                f"{card.epochs} epochs in {card.seconds:,.0f} s")
    if isinstance(settings, ExperimentSettings):
        names = run_seeds(settings, say=_say)
        return f"{len(names)} seeds: {names[0]} … {names[-1]}"
    if isinstance(settings, RecordedTraining):
        card = record_corpus(settings, say=_say)
        return (f"{card.id}: accuracy {card.history[-1]['test']:.3f} on {card.parts['t3']:,} sentences; "
                f"{card.seconds['training']:.0f} s of training, {card.seconds['recording']:.0f} s of recording")
    if isinstance(settings, ConceptSettings):
        card = find_concepts(settings, say=_say, report=_CountProgress())
        return (f"{card.id}: {card.dimension} eigenpairs of {card.vocabulary_size:,} words, residuals up to "
                f"{card.max_residual:.1e} λ; {card.corpus.n_tokens:,} tokens in {sum(card.seconds.values()):,.1f} s")
    if isinstance(settings, GradientTraining):
        card = record_run(settings, say=_say, report=_CountProgress())
        return f"{card.id}: {card.n_steps:,} steps of {card.vocabulary_size:,} words in {card.seconds:,.0f} s"
    card = train_lstm(settings)
    test = card.scores["test"]
    return (f"{card.id}: test perplexity {test.perplexity:.3f} over {test.n_tokens:,} tokens of "
            f"{test.n_documents} documents; {card.epochs} epochs in {card.seconds:,.0f} s")


class _CountProgress:
    """A `core.tokens.cooccurrence.Report`: a line of progress a stage."""

    def __init__(self):
        self.stages: dict[str, Progress] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self.stages:
            self.stages[stage] = Progress(total, unit={"read": "bytes"}.get(stage, "tokens"))
            self.stages[stage].resume_at(done)
        progress = self.stages[stage]
        progress.done = done
        progress.report(f"{stage} {done / max(total, 1):4.0%}", force=done >= total)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _lstm(settings: Annotated[LSTMTraining, tyro.conf.arg(name="")] = LSTMTraining()) -> LSTMTraining:
    """An LSTM language model on linearised treebanks."""
    return settings


def _qwem(settings: Annotated[ConceptSettings, tyro.conf.arg(name="")] = ConceptSettings()) -> ConceptSettings:
    """Concepts of a text: co-occurrence, M*, its eigenpairs."""
    return settings


def _qwem_run(settings: Annotated[GradientTraining, tyro.conf.arg(name="")] = GradientTraining()) -> GradientTraining:
    """A recorded gradient training of QWEM or SGNS, to hold against the closed form."""
    return settings


def _cnn(settings: Annotated[RecordedTraining, tyro.conf.arg(name="")] = RecordedTraining()) -> RecordedTraining:
    """A text CNN on labelled sentences, with the saliency of every word after every epoch."""
    return settings


def _saliency(settings: Annotated[ExperimentSettings, tyro.conf.arg(name="")] = ExperimentSettings(),
              ) -> ExperimentSettings:
    """Both phases of learning from unsettled words, over many seeds."""
    return settings


def _seq2seq(settings: Annotated[Seq2SeqTraining, tyro.conf.arg(name="")] = Seq2SeqTraining()) -> Seq2SeqTraining:
    """An encoder–decoder LSTM on sentence pairs, the source reversed or not."""
    return settings


def _bilm(settings: Annotated[BiLMTraining, tyro.conf.arg(name="")] = BiLMTraining()) -> BiLMTraining:
    """ELMo's bidirectional language model, from characters, on running text."""
    return settings


if __name__ == "__main__":
    sys.exit(main())
