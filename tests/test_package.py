"""What is installed and shipped: the wheel, the image's recipe and the service's, as they are."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.cli.call import CANNOT_START
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
SITE = Path(sysconfig.get_paths()["purelib"])
STOP_MARGIN_S = 10
pytestmark = pytest.mark.timeout(180)


def instructions(name: str) -> list[str]:
    """The arguments of each such line of the Dockerfile, lines that go on joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return [line.removeprefix(name).strip() for line in text.splitlines() if line.startswith(name)]


def copied() -> list[str]:
    """What the image's build takes out of this tree."""
    sources = [line.split()[:-1] for line in instructions("COPY ") if "--from" not in line]
    return [source.removeprefix("./") for line in sources for source in line]


def run(*command: object, cwd: Path, **environment: str) -> str:
    """Run with nothing of this checkout on the path; give what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(
        [str(part) for part in command],
        check=False, cwd=cwd, env=clean | environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built the way the image builds it, from nothing but what the image copies."""
    folder = tmp_path_factory.mktemp("build")
    for name in copied():
        source, target = ROOT / name, folder / "src" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    pip = (sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check")
    offline = ("--no-index", "--no-deps", "--no-build-isolation")
    run(*pip, "wheel", "--quiet", *offline, "-w", folder / "out", ".", cwd=folder / "src")
    (built,) = (folder / "out").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel in it; libraries come from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv/bin/python"
    (site,) = (folder / "venv/lib").glob("python*/site-packages")
    # A path in here is searched last, and what it would pull in itself (this checkout) is not.
    (site / "libraries.pth").write_text(f"{SITE}\n")
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=folder)
    return python


def test_the_wheel_holds_every_file_of_the_program(wheel: Path) -> None:
    packed = set(ZipFile(wheel).namelist())
    program = {
        path.relative_to(ROOT).as_posix()
        for top in ("bot", "cogs", "migrations")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert program <= packed
    assert {"bot/py.typed", "migrations/env.py", "migrations/script.py.mako"} <= packed
    strays = {name for name in packed - program if ".dist-info/" not in name}
    assert not strays


def test_the_installed_program_is_the_wheel(installed: Path, tmp_path: Path) -> None:
    script = "import bot, cogs, migrations; print(bot.__file__, cogs.__file__)"
    assert str(ROOT) not in run(installed, "-c", script, cwd=tmp_path)


def test_the_installed_command_says_what_it_can_do(installed: Path, tmp_path: Path) -> None:
    for command in ([installed, "-m", "bot"], [installed.with_name("inpaint-bot")]):
        assert "sandbox" in run(*command, "--help", cwd=tmp_path)
    version = run(installed.with_name("inpaint-bot"), "--version", cwd=tmp_path)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'version = "{version.split()[1]}"' in project


def test_the_installed_program_finds_its_migrations(installed: Path, tmp_path: Path) -> None:
    command = (installed, "-m", "bot", "db")
    run(*command, "upgrade", "--data", tmp_path / "data", cwd=tmp_path)
    newest = max(path.name[:4] for path in (ROOT / "migrations/versions").glob("[0-9]*.py"))
    assert newest in run(*command, "current", "--data", tmp_path / "data", cwd=tmp_path)


def test_the_installed_probe_runs(installed: Path, tmp_path: Path) -> None:
    assert "nothing to ask" in run(installed, "-m", "bot.web.probe", cwd=tmp_path, WEB_PORT="0")


def test_the_image_copies_what_is_there_and_the_context_holds_no_more() -> None:
    assert all((ROOT / name).exists() for name in copied())
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert patterns[0] == "*"
    assert {line[1:] for line in patterns if line.startswith("!")} == set(copied())


def test_the_image_runs_as_nobody_special_and_hears_its_signal() -> None:
    assert instructions("USER ") == ["10001:10001"]
    # In the exec form: a shell in between would keep SIGTERM to itself.
    assert json.loads(instructions("ENTRYPOINT ")[0]) == ["inpaint-bot"]
    assert json.loads(instructions("CMD ")[0]) == ["run"]
    assert "bot.web.probe" in instructions("HEALTHCHECK ")[0]
    assert any("--require-hashes" in line for line in instructions("RUN "))
    assert len(instructions("FROM ")) == 2


def seconds(pattern: str, path: str) -> int:
    """A time in seconds out of a file."""
    found = re.search(pattern, (ROOT / path).read_text("utf-8"), re.MULTILINE)
    assert found
    return int(found[1])


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (r"^    stop_grace_period: (\d+)s$", "compose.example.yaml"),
        (r"^TimeoutStopSec=(\d+)$", "deploy/inpaint-bot.service"),
        (r"docker stop --time (\d+)", "Dockerfile"),
    ],
)
def test_who_stops_the_bot_waits_for_it(pattern: str, path: str) -> None:
    grace_s = Settings.model_fields["stop_grace_s"].default
    assert seconds(pattern, path) >= grace_s + STOP_MARGIN_S
    assert seconds(r"STOP_GRACE_S \((\d+)\)", path) == grace_s


def test_the_service_leaves_start_up_mistakes_alone() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read(ROOT / "deploy/inpaint-bot.service")
    service = unit["Service"]
    assert service["RestartPreventExitStatus"] == str(CANNOT_START)
    # Else the picture workers would get the signal, too, and die under the last edits.
    assert service["KillMode"] == "mixed"
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    told = dict(pair.split("=") for pair in service["Environment"].split())
    assert told["DATA_DIR"] == service["WorkingDirectory"]


def test_the_charts_fonts_are_listed_where_the_bot_may_write() -> None:
    image = " ".join(instructions("ENV "))
    assert f"MPLCONFIGDIR={instructions('VOLUME ')[0]}/" in image
    unit = (ROOT / "deploy/inpaint-bot.service").read_text("utf-8")
    data = re.search(r"^Environment=DATA_DIR=(\S+) MPLCONFIGDIR=(\S+)$", unit, re.MULTILINE)
    assert data
    assert data[2].startswith(f"{data[1]}/")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = (ROOT / "deploy/inpaint-bot.service").read_text("utf-8")
    program = re.search(r"^ExecStart=(\S+)", text, re.MULTILINE)
    assert program
    unit = tmp_path / "inpaint-bot.service"
    unit.write_text(text.replace(program[1], sys.executable))
    ended = subprocess.run(
        ["systemd-analyze", "verify", unit], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
