"""``python -m core.training lstm --kind 4``: train, resume, save a checkpoint."""

import sys
from typing import Annotated

import tyro

from core.errors import WordglassError
from core.training.lstm import LSTMTraining, train_lstm


def main() -> int:
    """Run the training named on the command line; 0 when a checkpoint was written."""
    settings = tyro.extras.subcommand_cli_from_dict({"lstm": _lstm}, prog="python -m core.training")
    try:
        card = train_lstm(settings)
    except WordglassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from the last saved state.", file=sys.stderr)
        return 130
    test = card.scores["test"]
    print(f"{card.id}: test perplexity {test.perplexity:.3f} over {test.n_tokens:,} tokens of "
          f"{test.n_documents} documents; {card.epochs} epochs in {card.seconds:,.0f} s")
    return 0


def _lstm(settings: Annotated[LSTMTraining, tyro.conf.arg(name="")] = LSTMTraining()) -> LSTMTraining:
    """An LSTM language model on linearised treebanks."""
    return settings


if __name__ == "__main__":
    sys.exit(main())
