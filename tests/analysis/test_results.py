"""Stored results, one a checkpoint."""

from dataclasses import dataclass

import numpy as np
import pytest

from core.analysis.results import ResultKind, load_result, result_folder
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
