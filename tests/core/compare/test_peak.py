import sys

import numpy as np
import pytest

from stylecore.compare.peak import PeakMemory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a peak anew")
def test_the_peak_is_of_the_while_alone():
    large = np.ones(64_000_000, np.uint8)
    del large
    memory = PeakMemory()
    middling = np.ones(24_000_000, np.uint8)
    middling.sum()
    del middling
    peak = memory.peak()
    assert 20_000_000 < peak.above < 50_000_000
    assert peak.whole > peak.above


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a peak anew")
def test_memory_that_others_have_used_before_counts_as_well():
    """The C library keeps what was freed in pieces like these, for whoever comes next."""
    peaks = []
    for _ in range(2):
        memory = PeakMemory()
        pieces = [np.ones(1_500_000, np.uint8) for _ in range(20)]
        assert len(pieces) == 20
        del pieces
        peaks.append(memory.peak().above)
    assert all(25_000_000 < one < 60_000_000 for one in peaks)


def test_where_the_system_does_not_tell_there_is_none(tmp_path):
    assert PeakMemory(tmp_path / "nothing").peak() == (None, None)
    (tmp_path / "status").write_text("VmHWM:\tmuch\n")
    assert PeakMemory(tmp_path).peak() == (None, None)
