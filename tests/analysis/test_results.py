"""Stored results, one a checkpoint."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import load_file

from core.analysis.results import ResultKind, load_result, result_folder, save_result
from core.errors import AnalysisError


@dataclass(frozen=True)
class Toy:
    checkpoint_id: str
    names: tuple[str, ...]
    values: np.ndarray


@dataclass(frozen=True)
class Other:
    checkpoint_id: str


KIND = ResultKind("-toy", Toy)


def make(checkpoint_id, n=3):
    return Toy(checkpoint_id, ("a", "b"), np.arange(n))


def test_a_result_comes_back_by_its_checkpoint(scratch_cache):
    assert KIND.save(make("lstm-8-x")) == "lstm-8-x-toy"
    back = KIND.load("lstm-8-x")
    assert back.names == ("a", "b") and back.values.tolist() == [0, 1, 2]


@pytest.fixture(scope="module")
def one_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tmp_path_factory.mktemp("results")))
        yield


INTEGERS = st.sampled_from([np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64])


@given(values=INTEGERS.flatmap(lambda t: arrays.arrays(t, arrays.array_shapes(min_side=0, max_side=3))))
def test_whole_numbers_come_back_as_they_were(one_cache, values):
    back = load_result(KIND.save(Toy("lstm-8-x", (), values)), Toy).values
    assert back.dtype == values.dtype and np.array_equal(back, values)


@pytest.mark.parametrize("values, n_bytes", [([0, 255], 1), ([-128, 127], 1), ([-128, 128], 2), ([0, 65_536], 4),
                                             ([-1, 2**40], 8)])
def test_whole_numbers_take_as_few_bytes_as_hold_them(scratch_cache, values, n_bytes):
    save_result("x", Toy("x", (), np.array(values)), parents={})
    assert load_file(result_folder("x") / "arrays.safetensors")["values"].itemsize == n_bytes


@pytest.mark.parametrize("manifest", ["[]", '{"widened": []}', '{"widened": {"absent": "int64"}}',
                                      '{"widened": {"values": "no type"}}'])
def test_a_damaged_manifest_is_named(scratch_cache, manifest):
    name = KIND.save(make("lstm-8-x"))
    (result_folder(name) / "manifest.json").write_text(manifest)
    with pytest.raises(AnalysisError, match="lstm-8-x-toy"):
        load_result(name, Toy)


def test_what_it_was_made_from_is_kept(scratch_cache):
    name = KIND.save(make("lstm-8-x"), pairs="abc")
    assert load_result(name, Toy, parents={"pairs": "abc"}).checkpoint_id == "lstm-8-x"
    with pytest.raises(AnalysisError, match="other weights"):
        load_result(name, Toy, parents={"pairs": "abd"})


def test_an_absent_result_and_one_of_another_type_are_named(scratch_cache):
    KIND.save(make("lstm-8-x"))
    with pytest.raises(AnalysisError, match="no stored results for lstm-9-toy"):
        KIND.load("lstm-9")
    with pytest.raises(AnalysisError, match="another version"):
        ResultKind("-toy", Other).load("lstm-8-x")


def test_all_of_a_system_are_listed_by_name_and_the_damaged_left_out(scratch_cache):
    assert KIND.load_all("lstm") == []
    for checkpoint_id in ("lstm-8-b", "lstm-8-a", "lstm-8-c", "bilm-8-a"):
        KIND.save(make(checkpoint_id))
    ResultKind("-other", Other).save(Other("lstm-8-d"))
    (result_folder("lstm-8-c-toy") / "manifest.json").write_text("{")
    assert [found.checkpoint_id for found in KIND.load_all("lstm")] == ["lstm-8-a", "lstm-8-b"]
