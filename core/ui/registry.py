"""The pages of the lab. Adding a page is one line here and one script in ``pages/``."""

from dataclasses import dataclass
from pathlib import Path

from core import settings


@dataclass(frozen=True)
class PageEntry:
    """One page: texts are English msgids, translated where they are shown."""

    stem: str      # file stem in pages/, URL and name of its test
    title: str
    question: str  # what the page lets a reader find out, one sentence
    icon: str      # Material symbol, served by Streamlit itself
    section: str   # heading in the menu; "" puts the page above all headings

    @property
    def path(self) -> Path:
        return settings.ROOT / "pages" / f"{self.stem}.py"


PAGES = (
    PageEntry("home", "Home", "What do sequence models learn, and where can you see it?", ":material/home:", ""),
    PageEntry("trajectories", "Cell trajectories", "How does a single LSTM cell move while the model reads?",
              ":material/timeline:", "LSTM and syntax"),
    PageEntry("correlations", "Correlations", "Which cells follow a syntactic property, and how closely?",
              ":material/grid_on:", "LSTM and syntax"),
    PageEntry("predictions", "Predictions", "What does the model expect next, and how sure is it?",
              ":material/stacked_bar_chart:", "LSTM and syntax"),
    PageEntry("learning", "Watch it learn", "When does a cell begin to count, and what becomes of the others?",
              ":material/model_training:", "LSTM and syntax"),
    PageEntry("distributions", "Distributions", "Which values do gates and states take, and are they nearly discrete?",
              ":material/bar_chart:", "LSTM and syntax"),
    PageEntry("sparsity", "Sparse LSTMs", "How few cells can do the work, and what do the survivors follow?",
              ":material/blur_on:", "LSTM and syntax"),
    PageEntry("phrases", "Inside or outside", "Does one cell know whether the model is inside a phrase?",
              ":material/data_array:", "LSTM and syntax"),
    PageEntry("regression", "Depth regression", "Can the depth be read off the whole state, and from how few cells?",
              ":material/show_chart:", "LSTM and syntax"),
    PageEntry("parts_of_speech", "Parts of speech", "Does the model sort words into classes, and where does it show?",
              ":material/category:", "LSTM and syntax"),
    PageEntry("word_roles", "One word, many roles", "Does one word look different to the model in each of its roles?",
              ":material/bubble_chart:", "LSTM and syntax"),
    PageEntry("interventions", "Act on a cell",
              "What does the model do when one of its cells is held, moved or snapped?",
              ":material/tune:", "LSTM and syntax"),
    PageEntry("patterns", "Search by pattern", "Where else do the same cells switch on together?",
              ":material/pattern:", "LSTM and syntax"),
    PageEntry("nested_code", "Code and deep nesting",
              "Does a cell count the brackets of Lisp, and how deep can it count?",
              ":material/data_object:", "LSTM and syntax"),
    PageEntry("translate", "Translate", "How does an encoder–decoder turn a sentence into another, word by word?",
              ":material/translate:", "Sequence to sequence"),
    PageEntry("reversal", "The reversal trick", "Does a model translate better when it reads backwards, and why?",
              ":material/swap_horiz:", "Sequence to sequence"),
    PageEntry("sentence_vectors", "Sentence vectors", "What does the one vector for a sentence keep of it?",
              ":material/scatter_plot:", "Sequence to sequence"),
    PageEntry("lengths", "Length and rarity", "Do long sentences and rare words cost quality?",
              ":material/straighten:", "Sequence to sequence"),
    PageEntry("tables", "Tables", "What do direction, beam width and ensembles bring, and what did the paper find?",
              ":material/table_chart:", "Sequence to sequence"),
    PageEntry("meanings", "Meanings", "Which meanings of one word does the model keep apart, and at which layer?",
              ":material/hub:", "ELMo"),
    PageEntry("layers", "What each layer keeps", "Which layer knows grammar, which one meaning, and what does a mix of "
              "all bring?", ":material/layers:", "ELMo"),
    PageEntry("characters", "Characters", "How does a word become a vector from its letters alone, known or not?",
              ":material/abc:", "ELMo"),
    PageEntry("language_model", "Both ways", "What does each direction expect of a text, and what surprises it?",
              ":material/sync_alt:", "ELMo"),
    PageEntry("concepts", "Concepts", "Which concepts does word2vec learn, and which words make them up?",
              ":material/lightbulb:", "What word2vec learns"),
    PageEntry("dynamics", "Learning dynamics",
              "In which order does it learn its concepts, and can one say so before training?",
              ":material/stairs:", "What word2vec learns"),
    PageEntry("analogies", "Analogies and directions",
              "Which relations between words become directions, and which come first?",
              ":material/arrow_split:", "What word2vec learns"),
    PageEntry("your_corpus", "Your corpus", "Which concepts does a text of your own hold?",
              ":material/upload_file:", "What word2vec learns"),
    PageEntry("saliency", "A sentence learns",
              "Which words does a text CNN look at, and when does it make up its mind?",
              ":material/highlight:", "Saliency over training"),
    PageEntry("unsettled", "Unsettled words",
              "Whose saliency never comes to rest, and is that more than rarity or doubt?",
              ":material/waves:", "Saliency over training"),
    PageEntry("selection", "Does it pay?",
              "Do sentences with unsettled words teach more than others?",
              ":material/balance:", "Saliency over training"),
    PageEntry("try_it", "Try it",
              "How does saliency move when a network learns your own labelled sentences?",
              ":material/play_circle:", "Saliency over training"),
    PageEntry("filters", "Filters", "Which word sequences make the filters of a text CNN answer?",
              ":material/filter_alt:", "Saliency over training"),
    PageEntry("claims", "Claims", "Which published findings hold when you measure them again?",
              ":material/fact_check:", "Evidence"),
)


def list_pages() -> tuple[PageEntry, ...]:
    """The entries whose script exists, in menu order."""
    return tuple(entry for entry in PAGES if entry.path.is_file())


def find_page(stem: str) -> PageEntry:
    """The entry of one page.

    Raises
    ------
    KeyError
        If no page has this stem.
    """
    for entry in PAGES:
        if entry.stem == stem:
            return entry
    raise KeyError(f"No page {stem!r}; the registry has {', '.join(entry.stem for entry in PAGES)}.")
