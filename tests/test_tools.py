"""The maintainers' tools: tutorials never overwrite, reports are built from notebooks, the network is really cut."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import claims as claims_tool
import data as data_tool
import offline
from execute import clean, merge_streams, without_progress
from lab import free_port, has_display, run_in, wait_for
from notebooks import CLAIMS_MIME, ROOT, WIDGET_MIME, NotebookError, Result, find_lecture, table_row
from report import filled
from tutorials import make_tutorial

SOLUTION = ROOT / "solutions/01_linear_regression.ipynb"
NETWORK = "import socket; socket.create_connection(('192.0.2.1', 9), 2)"
LOOPBACK = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname(), 2)"


def tutorial_source(code: str) -> str:
    """Return what becomes of one code cell in a tutorial."""
    return make_tutorial(new_notebook(cells=[new_code_cell(code)])).cells[0].source


def test_solutions_become_stubs():
    code = "def f(x):\n    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION"
    assert tutorial_source(code) == "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


@pytest.mark.parametrize(
    "code",
    [
        "### BEGIN SOLUTION\nx = 42",
        "### Begin Solution\nx = 42\n### End Solution",
        "x = 42\n### END SOLUTION\n",
        "# begin  solution\nx = 42",
        "x = (\n### BEGIN SOLUTION\n42)\n### END SOLUTION",
    ],
)
def test_leaking_solutions_are_caught(code: str):
    with pytest.raises(NotebookError):
        tutorial_source(code)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a small git repository with one solution and its tutorial."""
    for folder in ("solutions", "tutorials"):
        (tmp_path / folder).mkdir()
    (tmp_path / "solutions" / SOLUTION.name).write_bytes(SOLUTION.read_bytes())
    git(tmp_path, "init", "-q")
    assert make(tmp_path).returncode == 0
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "first")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def make(folder: Path) -> subprocess.CompletedProcess[str]:
    """Make the tutorial of a small course."""
    command = [sys.executable, ROOT / "tools/tutorials.py", folder / "solutions" / SOLUTION.name]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def edit(path: Path) -> None:
    """Change the first cell of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source += "\n\nMine."
    path.write_text(nbformat.writes(notebook), encoding="utf-8")


def test_an_edited_tutorial_is_never_overwritten(course: Path):
    tutorial = course / "tutorials" / SOLUTION.name
    edit(course / "solutions" / SOLUTION.name)
    edit(tutorial)
    mine = tutorial.read_bytes()
    done = make(course)
    assert done.returncode == 1 and "was edited: left as it is" in done.stdout
    assert tutorial.read_bytes() == mine


def test_a_tutorial_that_git_does_not_know_is_never_overwritten(course: Path):
    git(course, "rm", "-q", "--cached", f"tutorials/{SOLUTION.name}")
    edit(course / "tutorials" / SOLUTION.name)
    mine = (course / "tutorials" / SOLUTION.name).read_bytes()
    assert make(course).returncode == 1
    assert (course / "tutorials" / SOLUTION.name).read_bytes() == mine


def test_an_unchanged_tutorial_is_renewed(course: Path):
    edit(course / "solutions" / SOLUTION.name)
    assert make(course).returncode == 0
    assert "Mine." in (course / "tutorials" / SOLUTION.name).read_text(encoding="utf-8")


def test_tables_need_their_marks():
    with pytest.raises(ValueError, match="marks of the table 'map'"):
        filled("no marks", {"map": "x"})


def test_claims_are_summed_up_over_seeds():
    claim = {"text": "t", "above": 1.0, "below": None, "condition": "above 1", "holds": True}
    lines = claims_tool.row("01", [claim | {"value": 3.0}, claim | {"value": 2.0}], seeds=2)
    assert lines == "| 01 | t | 2.5 | 0.71 | 2 | above 1 | 2 of 2 |"
    failed = claim | {"value": None, "holds": False}
    assert claims_tool.row("01", [claim | {"value": 3.0}, failed], seeds=3).endswith("| – | above 1 | 1 of 3 |")
    assert claims_tool.row("01", [failed, failed], seeds=2) == "| 01 | t | – | – | – | above 1 | 0 of 2 |"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a table of the claims of two lectures, which the tool takes for its own; lectures are not really run."""
    claim = {"text": "new", "above": 1.0, "below": None, "condition": "above 1", "holds": True, "value": 2.0}
    cell = new_code_cell(outputs=[new_output("display_data", data={CLAIMS_MIME: [claim]})])
    ran = Result(Path("x.ipynb"), new_notebook(cells=[cell]), 1.0, 1.0, "")
    monkeypatch.setattr(claims_tool, "run", lambda path, parameters: ran)
    path = tmp_path / "CLAIMS.md"
    monkeypatch.setattr(claims_tool, "TABLE", path)
    rows = "".join(f"| {lecture} | old | 2 | 0 | 2 | above 1 | 2 of 2 |\n" for lecture in ("01", "02", "03", "99"))
    path.write_text(claims_tool.HEAD.format(seeds="1, 2") + rows, encoding="utf-8")
    return path


def make_claims(monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    """Run the tool for lecture 02."""
    lecture = find_lecture("02")
    monkeypatch.setattr(sys, "argv", ["claims.py", str(lecture), *options])
    claims_tool.main()


def test_the_claims_of_other_lectures_stay(table: Path, monkeypatch: pytest.MonkeyPatch):
    make_claims(monkeypatch, "--seeds", "1", "2")
    rows = [line.split(" | ")[:2] for line in table.read_text(encoding="utf-8").splitlines() if line[2:4].isdigit()]
    assert rows == [["| 01", "old"], ["| 02", "new"], ["| 03", "old"]]


def test_the_claims_of_other_seeds_are_not_mixed(table: Path, monkeypatch: pytest.MonkeyPatch):
    before = table.read_bytes()
    with pytest.raises(SystemExit, match=r"CLAIMS\.md was made with other seeds than 7, 8"):
        make_claims(monkeypatch, "--seeds", "7", "8")
    assert table.read_bytes() == before


def test_a_pipe_does_not_end_a_cell():
    assert table_row(["p(x|z)", "two\nlines"]) == "| p(x\\|z) | two lines |"


def test_streams_are_joined():
    parts = [
        new_output("stream", name=name, text=text) for name, text in (("stdout", "a"), ("stdout", "b"), ("stderr", "c"))
    ]
    assert [(o.name, o.text) for o in merge_streams(parts)] == [("stdout", "ab"), ("stderr", "c")]


def test_progress_bars_are_not_stored():
    bar = "steps:   0 % |\rsteps:  50 % |\r            \r"
    only_a_bar, with_result = (new_output("stream", name="stdout", text=text) for text in (bar, bar + "loss 0.1\n"))
    assert [output.text for output in without_progress([only_a_bar, with_result])] == ["loss 0.1\n"]


def test_stored_notebooks_do_not_change_from_run_to_run():
    widget = new_output("display_data", data={WIDGET_MIME: {"model_id": "random"}, "text/plain": "Run this cell"})
    cell = new_code_cell("live()", outputs=[widget], metadata={"papermill": {"duration": 1.0}, "tags": []})
    notebook = new_notebook(cells=[cell], metadata={"widgets": {"state": "random"}, "papermill": {"duration": 1.0}})
    stored = clean(Result(Path("x.ipynb"), notebook, seconds=1.23, peak_mb=45.6, error=""))
    assert stored.cells[0].outputs[0].data == {"text/plain": "Run this cell"}
    assert stored.cells[0].metadata == {}
    assert stored.metadata == {"language_info": {"name": "python"}, "course": {"seconds": 1.2, "peak_mb": 46}}


def test_a_generator_that_is_not_installed_is_named(tmp_path: Path):
    card = tmp_path / "README.md"
    card.write_text("# Events\n\n- **Needs:** `numpy==0.0.1` and `no-such-generator==8.317`.\n")
    assert data_tool.lacking(tmp_path) == ["numpy==0.0.1", "no-such-generator==8.317"]
    card.write_text("# Events\n")
    assert data_tool.lacking(tmp_path) == []


def test_data_that_differ_are_found(tmp_path: Path):
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "README.md").write_text("# The card")
    (folder / "make.py").write_text("open('numbers.csv', 'w').write('1')")
    differs = "data/set/numbers.csv is not what make.py makes: run it, or change the card"
    assert data_tool.problems(folder) == [differs]
    (folder / "numbers.csv").write_text("2")
    assert data_tool.problems(folder) == [differs]
    (folder / "numbers.csv").write_text("1")
    assert data_tool.problems(folder) == []
    (folder / "old.csv").write_text("1")
    assert data_tool.problems(folder) == ["data/set/old.csv is not made by make.py: remove it, or make it there"]


def test_a_maker_that_fails_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    for name, code in (("bad", "raise SystemExit('no generator')"), ("good", "pass")):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "README.md").write_text("# Events")
        (tmp_path / "data" / name / "make.py").write_text(code)
    monkeypatch.setattr(data_tool, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=r"^data/bad/make\.py fails with exit code 1"):
        data_tool.main()
    told = capfd.readouterr()
    assert "no generator" in told.err and told.out == "bad: differs\ngood: as shipped\n"


def test_display_is_recognised(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("SSH_CONNECTION", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_display()
    monkeypatch.setenv("SSH_CONNECTION", "somewhere")
    assert not has_display()


def answering(content: dict) -> SimpleNamespace:
    """Return what stands for a kernel's client: it gives this answer to the second cell."""
    calls: list[str] = []

    def execute_interactive(source: str, **options: object) -> dict:
        calls.append(source)
        if "timeout" in content:
            raise TimeoutError
        return {"content": content if len(calls) == 2 else {"status": "ok"}}

    return SimpleNamespace(execute_interactive=execute_interactive, calls=calls)


@pytest.mark.parametrize(
    ("content", "said", "run"),
    [
        ({"status": "ok"}, "", 3),
        ({"status": "error", "ename": "ValueError", "evalue": "no"}, "Cell 2 failed (ValueError: no); run it again", 2),
        ({"status": "aborted"}, "Cell 2 failed (aborted: ); run it again", 2),
        ({"timeout": True}, "Cell 1 failed (TimeoutError: no end after 900 s); run it again", 1),
    ],
)
def test_the_cell_that_stops_a_presentation_is_named(content: dict, said: str, run: int):
    notebook = new_notebook(cells=[new_code_cell(source) for source in ("a", "", "b", "c")])
    client = answering(content)
    assert run_in(client, notebook).strip().startswith(said)
    assert client.calls == ["a", "b", "c"][:run]


def test_no_proxy_is_asked_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api").touch()
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    threading.Thread(target=server.handle_request, daemon=True).start()
    wait_for(f"http://127.0.0.1:{server.server_port}", SimpleNamespace(poll=lambda: None))
    server.server_close()


def test_a_lab_that_ends_at_once_is_told():
    with pytest.raises(NotebookError, match="JupyterLab did not start"):
        wait_for("http://127.0.0.1:9", SimpleNamespace(poll=lambda: 1))


def test_a_used_port_is_passed_over():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        used = server.getsockname()[1]
        assert free_port(used) > used


@pytest.mark.skipif(not offline.can_cut(), reason="this machine does not let us cut the network off")
def test_the_network_is_cut_and_loopback_works():
    def inside(code: str) -> int:
        command = [sys.executable, ROOT / "tools/offline.py", sys.executable, "-c", code]
        return subprocess.run(command, capture_output=True).returncode

    assert inside(NETWORK) != 0
    assert inside(LOOPBACK) == 0
    assert inside("import sys; sys.exit(3)") == 3
