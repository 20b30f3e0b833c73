"""The encoder–decoder of seed 001: one LSTM reads a sentence, another, started from its last states, writes one.

p(y | x) = Π_t p(y_t | v, y_<t), where v are all h and c of the encoder after its last word (Sutskever, Vinyals and Le
2014, section 2 and equation 1).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.models.lstm import LSTMConfig, LSTMLanguageModel, LSTMReader, State
from core.models.packing import Sequences
from core.models.tied import TiedEmbedding


@dataclass(frozen=True)
class Seq2SeqConfig:
    """Sizes of an encoder–decoder. Both halves have the same units and layers, as in the paper."""

    source_vocabulary_size: int
    target_vocabulary_size: int
    embedding_size: int
    hidden_size: int
    n_layers: int = 1
    dropout: float = 0.3  # see `Seq2Seq`; the paper had 12 million pairs and none
    weight_drop: float = 0.0  # share of the recurrent weights left out of a training step
    tied_scale: float = 0.0  # target words are read by the softmax's rows times this; 0: by a matrix of their own

    def __post_init__(self):
        if self.tied_scale and self.embedding_size != self.hidden_size:
            raise ValueError(f"Tied embeddings have as many numbers as units, not {self.embedding_size} and "
                             f"{self.hidden_size}.")

    def half(self, vocabulary_size: int) -> LSTMConfig:
        """Sizes of one of the two LSTMs."""
        return LSTMConfig(vocabulary_size, self.embedding_size, self.hidden_size, self.n_layers,
                          input_dropout=self.dropout, output_dropout=self.dropout)


class Seq2Seq(nn.Module):
    """An encoder, and a decoder that is a language model started from the encoder's last states.

    Dropout is between layers, before the softmax and on embeddings, where a word of a batch loses the same numbers
    wherever it stands: a word's own dropout, as of Gal and Ghahramani (2016), who drop it whole. So each word is
    multiplied once: an eighth more tokens a second at 1 × 500 with 128 pairs.
    """

    def __init__(self, config: Seq2SeqConfig):
        super().__init__()
        self.config = config
        self.encoder = LSTMReader(config.half(config.source_vocabulary_size))
        self.decoder = LSTMLanguageModel(config.half(config.target_vocabulary_size))
        for half in (self.encoder, self.decoder):
            half.by_word = True
            for layer in half.layers:
                layer.weight_drop = config.weight_drop
        if config.tied_scale:
            self.decoder.embedding = TiedEmbedding(self.decoder.decoder, config.tied_scale)

    def encode(self, source: Sequences, dtype: torch.dtype = torch.float32) -> tuple[State, ...]:
        """(h, c) of every layer after the last word, each (B, H).

        Parameters
        ----------
        source : int64 tensor of shape (T, B), or PackedSequence
            In the order in which it is read. Nothing is padded, so nothing stands between the end of a sentence and
            the start of its translation.
        """
        return self.encoder.read(source, dtype)[1]

    def loss(self, source: Sequences, inputs: Sequences, targets: Tensor,
             dtype: torch.dtype = torch.float32) -> tuple[Tensor, int]:
        """Summed cross entropy in nats over targets ≥ 0, and their number.

        Parameters
        ----------
        source : as in `encode`
        inputs : int64 tensor of shape (T', B), or PackedSequence of N rows
            The translation.
        targets : int64 tensor of shape (T', B) or (N,)
            Its continuation by one token.
        """
        h, _ = self.decoder.read(inputs, dtype, states=self.encode(source, dtype))
        return self.decoder.score(self.decoder.drop_out(h), targets, dtype)

    def open_forget_gates(self, bias: float) -> None:
        """Raise the bias of every forget gate, so that the first words of a sentence are not lost from the start
        (Jozefowicz, Zaremba and Sutskever 2015)."""
        with torch.no_grad():
            for layer in (*self.encoder.layers, *self.decoder.layers):
                hidden = self.config.hidden_size
                layer.b[hidden:2 * hidden] += bias

    def spread_embeddings(self, std: float) -> None:
        """Draw embeddings from N(0, std²): with small ones the gates hardly hear which word was read, and a first
        epoch is lost."""
        nn.init.normal_(self.encoder.embedding.weight, std=std)
        if self.config.tied_scale:
            nn.init.normal_(self.decoder.decoder.weight, std=std / self.config.tied_scale)
        else:
            nn.init.normal_(self.decoder.embedding.weight, std=std)

    def initialise_uniformly(self, bound: float) -> None:
        """Draw every parameter from (-bound, bound), the paper's 0.08."""
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)
