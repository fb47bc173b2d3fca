"""dslint in a shell: exit codes, streams, colours, interruption; and that it is documented."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from dslint.cli import COMMANDS, dslint

Run = Callable[..., tuple[int, str, str]]
Typed = Callable[..., tuple[int, str]]

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
LISTS = [
    ("explain", "unknown-role"),
    ("rules",),
    ("targets",),
    ("targets", "azure"),
    ("models", "--all"),
    ("models", "gpt-4.1-mini"),
    ("config", "show"),
    ("check", str(EXAMPLES / "support-train.jsonl")),
]


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(dslint)
    for name in dslint.list_commands(context):
        command = dslint.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            for each in command.list_commands(context):
                inner = command.get_command(context, each)
                assert inner is not None
                yield f"{name} {each}", inner
        else:
            yield name, command


def options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option)]


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_and_option_has_help_and_is_documented(
    name: str, command: click.Command
) -> None:
    section = PAGE.split(f"\n## dslint {name}\n")[1].split("\n## ")[0]
    assert command.help
    assert f"dslint {name}" in command.help, "the help has no example"
    assert [each.name for each in options(command) if not each.help] == []
    words = [word for option in options(command) for word in option.opts]
    assert [word for word in words if not re.search(rf"`{word}[` ]", section)] == []


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_no_option_is_documented_that_there_is_not(name: str, command: click.Command) -> None:
    section = PAGE.split(f"\n## dslint {name}\n")[1].split("\n## ")[0]
    words = {word for option in options(command) for word in option.opts}
    assert set(re.findall(r"`(--?[a-z][a-z-]*)", section)) <= words


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_printed_and_fits_the_width(run: Run, name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: dslint {name}")
    assert max(map(len, out.splitlines())) <= 100


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version") == (0, "dslint 0.1.0\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chekc",), "no command `chekc`; did you mean `check`"),
        (("rules", "--levle", "warn"), "No such option '--levle'"),
        (("rules", "--level", "fatal"), "'fatal' is not one of"),
        (("explain",), "name something to explain"),
        (("explain", "x", "--all"), "name something to explain"),
        (("explain", "unknown-roll"), "did you mean `unknown-role`"),
        (("explain", "opanai"), "did you mean `openai`"),
        (("explain", "shat"), "did you mean `chat`"),
        (("targets", "azur"), "did you mean `azure`"),
        (("models", "--target", "azur"), "did you mean `azure`"),
        (("models", "gpt-4.1-mimi"), "did you mean `gpt-4.1-mini`"),
        (("rules", "--target", "azur"), "did you mean `azure`"),
        (("rules", "--rulebook", "nowhere"), "is no folder"),
        (("config", "show", "--config", "nowhere.toml"), "no configuration file `nowhere.toml`"),
        (("init", "nowhere"), "does not exist"),
        (("init", "--target", "azur"), "did you mean `azure`"),
        (("ignore", "unknown-role"), "name a rule and a place"),
        (("check", "nowhere.jsonl"), "`nowhere.jsonl` does not exist"),
        (("test", "nowhere"), "does not exist"),
    ],
)
def test_what_cannot_be_done_is_told_on_stderr_and_exits_2(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", LISTS)
def test_a_pipe_gets_no_colours_and_text_of_readable_width(
    run: Run, arguments: tuple[str, ...]
) -> None:
    _, out, _ = run(*arguments)
    assert out
    assert "\x1b" not in out


@pytest.mark.parametrize("arguments", LISTS)
def test_force_color_colours_a_pipe(
    run: Run, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in run(*arguments)[1]


@pytest.mark.parametrize("arguments", LISTS)
def test_a_terminal_gets_colours_and_lines_that_fit(
    typed: Typed, arguments: tuple[str, ...]
) -> None:
    _, screen = typed(*arguments)
    assert "\x1b[" in screen
    text = re.sub(r"\x1b\[[0-9;]*m", "", screen)
    # paths of the examples are as long as the checkout's place makes them
    lines = [line for line in text.splitlines() if str(EXAMPLES) not in line]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("arguments", LISTS)
def test_no_color_takes_colours_from_a_terminal(typed: Typed, arguments: tuple[str, ...]) -> None:
    _, screen = typed(*arguments, NO_COLOR="1")
    colours = re.findall(r"\x1b\[[0-9;]*m", screen)
    # bold, dim, italic and underlined are no colours
    assert {code for each in colours for code in each[2:-1].split(";")} <= set("01234")


def test_ctrl_c_leaves_with_130_and_no_traceback() -> None:
    """It waits for standard input, which nobody closes."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", INTERRUPTIBLE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "\ndslint: interrupted\n"


INTERRUPTIBLE = """
import sys
from dslint.jsonl import source
spool = source.spool
def waiting():
    print("waiting", flush=True)
    return spool()
source.spool = waiting
from dslint.cli import main
main(["check", "-"])
"""


@pytest.mark.skipif(os.name == "nt", reason="a pipe of a shell")
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m dslint explain --all | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("# ")
    assert done.stderr == ""


def test_completion_knows_commands_and_options() -> None:
    around = {
        **os.environ,
        "COMP_WORDS": "dslint check --pro",
        "COMP_CWORD": "2",
        "_DSLINT_COMPLETE": "bash_complete",
    }
    command = [sys.executable, "-m", "dslint"]
    done = subprocess.run(command, env=around, capture_output=True, text=True)
    assert done.stdout == "plain,--profile\n"
