"""Progress bars move, disappear, and say what they need."""

import pytest

from utils.progress import progress


def test_bar_counts_and_disappears(capsys):
    seen = list(progress(range(5), "epochs"))
    written = capsys.readouterr()
    assert seen == [0, 1, 2, 3, 4]
    assert written.err == ""
    assert "epochs:   0 %" in written.out and "of 5" in written.out
    assert written.out.rsplit("\r", 1)[-1] == "", "the bar leaves nothing behind"


def test_bar_can_be_moved_by_hand():
    with progress(total=10, text="steps") as bar:
        bar.update(4)
        assert bar.n == 4


def test_bar_without_length_is_refused():
    with pytest.raises(ValueError, match="how many there are"):
        progress()
