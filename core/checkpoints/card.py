"""The card beside the weights: where they come from, what they know, how to trust them."""

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = 1
# Folders of core.checkpoints.embeddings, of core.checkpoints.cnn, of core.checkpoints.seq2seq and core.checkpoints.bilm
EMBEDDINGS, CLASSIFIERS, TRANSLATORS, BILMS = "qwem-", "cnn-", "seq2seq-", "bilm-"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CorpusCard(_Part):
    """One training corpus, as the registry knew it."""

    name: str
    licence: str
    sha256: str
    n_trees: int
    n_words: int


class FileCard(_Part):
    """A file of the checkpoint folder."""

    name: str
    n_bytes: int
    sha256: str


class Scores(_Part):
    """Next-token quality on one part of the split, from the shipped (rounded) weights."""

    perplexity: float  # exp of the mean cross entropy in nats
    n_tokens: int      # tokens predicted
    n_documents: int


class CheckpointCard(_Part):
    """Everything a reader must know about a checkpoint (JSON beside the weights)."""

    schema_version: int = SCHEMA
    id: str
    system: str                                  # "lstm", later "seq2seq", "bilm", …
    kind: int = Field(ge=1, le=5)                # linearisation
    model: dict[str, int | float]                # LSTMConfig
    tree_rules: dict[str, str | bool]            # TreeRules
    training: dict[str, str | int | float | bool | list[str]]  # settings of the run
    corpora: list[CorpusCard]
    split: dict[str, list[str]]                  # part → documents
    epochs: int
    seconds: float                               # training time, wall clock
    history: list[dict[str, float]] = Field(default_factory=list)  # per epoch
    scores: dict[str, Scores]                    # part → quality
    weights: FileCard
    vocabulary: FileCard
    snapshots: FileCard | None = None            # weights after every epoch (small models)
    versions: dict[str, str]


class TextCard(_Part):
    """The text that embeddings were made from, as the registry or the reader knew it."""

    name: str
    licence: str
    sha256: str       # of the file as it lay on disk; empty for a folder
    n_tokens: int     # words, also those outside the vocabulary
    n_articles: int


Settings = dict[str, str | int | float | bool]


class ConceptsCard(_Part):
    """Eigenpairs of a target matrix, their words and counts."""

    schema_version: int = SCHEMA
    id: str
    corpus: TextCard
    settings: Settings                # of the count, the target and the eigenpairs
    vocabulary_size: int
    dimension: int                    # eigenpairs kept
    seconds: dict[str, float]         # stage → wall clock
    max_residual: float               # the largest ‖M v - λ v‖ / λ, in the precision it was computed in
    square_sum: float | None = None   # ‖M‖², the squares of all eigenvalues
    files: dict[str, FileCard]
    versions: dict[str, str]


class VectorsCard(_Part):
    """Word vectors that another program has trained."""

    schema_version: int = SCHEMA
    id: str
    program: str                      # "gensim 4.4.0"
    corpus: TextCard
    settings: Settings
    vocabulary_size: int
    dimension: int
    seconds: float                    # training alone
    files: dict[str, FileCard]
    versions: dict[str, str]


class LabelledCard(_Part):
    """The labelled sentences that a text CNN learned from."""

    name: str
    licence: str
    sha256: str                       # of the sentences and labels as they were read
    n_sentences: int
    label_names: list[str]


class CNNCard(_Part):
    """A text CNN, its weights after every epoch, and how its saliency moved."""

    schema_version: int = SCHEMA
    id: str
    corpus: LabelledCard
    vectors: str                      # where the word vectors come from
    n_found: int                      # words that have a vector there; the others were drawn
    model: dict[str, int | float | str | list[int]]  # TextCNNConfig
    training: dict[str, int | float | str | list[int]]  # CNNTraining
    parts: dict[str, int]             # sentences learned from, kept back and tested on
    epochs: list[int]                 # whose weights are kept; 0 is the start
    history: list[dict[str, float]]   # per epoch: loss of what was learned, accuracy on it and on the test
    seconds: dict[str, float]         # training, recording
    files: dict[str, FileCard]
    versions: dict[str, str]


class PairsCard(_Part):
    """The sentence pairs that an encoder–decoder learned from."""

    name: str
    licence: str
    sha256: str                       # of the training pairs as they were read
    source_language: str
    target_language: str
    n_pairs: dict[str, int]           # part → pairs


class Seq2SeqCard(_Part):
    """An encoder–decoder."""

    schema_version: int = SCHEMA
    id: str
    corpus: PairsCard
    reverse: bool                     # whether it reads the source backwards
    lower_source: bool                # whether it reads the source in lower case
    model: dict[str, int | float]     # Seq2SeqConfig
    training: dict[str, str | int | float | bool | list[str]]  # Seq2SeqTraining
    epochs: int
    seconds: float                    # training time, wall clock
    history: list[dict[str, float]]   # per epoch
    perplexity: dict[str, float]      # part → exp of the mean cross entropy a target token, of the rounded weights
    files: dict[str, FileCard]
    versions: dict[str, str]


class BiLMCard(_Part):
    """A bidirectional language model."""

    schema_version: int = SCHEMA
    id: str
    corpus: TextCard
    model: dict[str, int | float | str | list[list[int]]]  # BiLMConfig and its CharacterConfig, side by side
    training: dict[str, int | float | str]                 # BiLMTraining
    n_words: dict[str, int]           # part → words and ends of sentences, all predicted
    steps: int
    seconds: float                    # training time, wall clock
    history: list[dict[str, float]]   # per epoch
    perplexity: dict[str, dict[str, float]]  # part → direction → exp of the mean cross entropy a word, rounded weights
    files: dict[str, FileCard]
    versions: dict[str, str]


class RunCard(_Part):
    """A gradient run, recorded."""

    schema_version: int = SCHEMA
    id: str
    corpus: TextCard
    settings: Settings                # GradientTraining
    vocabulary_size: int
    lr: float                         # time of a step
    tau: float                        # τ₁
    n_steps: int
    seconds: float
    files: dict[str, FileCard]
    versions: dict[str, str]
