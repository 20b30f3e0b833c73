"""Where a model is trained, and in which precision."""

import pytest
import torch

from core.training.device import choose_device, choose_dtype


@pytest.mark.parametrize(("wanted", "present", "chosen"), [
    ("auto", True, "cuda"), ("auto", False, "cpu"), ("cpu", True, "cpu"), ("cuda", False, "cuda")])
def test_auto_takes_the_gpu_that_is_there_and_a_wish_is_kept(monkeypatch, wanted, present, chosen):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: present)
    assert choose_device(wanted).type == chosen


@pytest.mark.parametrize(("wanted", "units", "chosen"), [
    ("auto", 100, torch.float32), ("auto", 500, torch.bfloat16), ("float32", 500, torch.float32),
    ("bfloat16", 100, torch.bfloat16)])
def test_auto_rounds_the_products_of_large_models_alone(wanted, units, chosen):
    assert choose_dtype(wanted, units) is chosen
