"""Work spread over cores: in order, each thread with its share, and nothing of it left behind."""

import threading
import time

import pytest
import torch

from core.parallel import map_on_cores


@pytest.fixture(params=[1, 2, 5])
def n_cores(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_results_come_in_order(n_cores):
    def slow(x: int) -> int:
        time.sleep(0.002 * (x % 3))
        return x * x

    assert list(map_on_cores(slow, range(20))) == [x * x for x in range(20)]
    assert list(map_on_cores(slow, [])) == []


def test_each_thread_has_its_share_of_the_cores_and_the_caller_keeps_his(n_cores):
    barrier = threading.Barrier(min(n_cores, 2))

    def ask(_: int) -> tuple[int, int]:
        barrier.wait(timeout=20)
        return threading.get_ident(), torch.get_num_threads()

    found = list(map_on_cores(ask, range(2)))
    assert {share for _, share in found} == {max(1, n_cores // 2)}
    assert len({thread for thread, _ in found}) == min(n_cores, 2)
    assert torch.get_num_threads() == n_cores
    later = []
    other = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    other.start()
    other.join()
    assert later == [n_cores]


def test_an_error_is_raised_and_what_was_not_begun_is_left(n_cores):
    begun = []

    def fail(x: int) -> int:
        begun.append(x)
        if x == 1:
            raise ValueError("one")
        time.sleep(0.01)
        return x

    with pytest.raises(ValueError, match="one"):
        list(map_on_cores(fail, range(200)))
    n_begun = len(begun)
    time.sleep(0.05)
    assert n_begun == len(begun) < 200


def test_a_caller_may_stop(n_cores):
    begun = []
    results = map_on_cores(lambda x: (begun.append(x), time.sleep(0.01)), range(200))
    next(results)
    results.close()
    n_begun = len(begun)
    time.sleep(0.05)
    assert n_begun == len(begun) < 200
