"""Podman in a network of its own, whose containers reach this machine's 127.0.0.1 as 10.0.2.2 and nothing else can.

The local stack listens on 127.0.0.1 alone. So container engine and SAM CLI run in a network namespace that `slirp4netns`
connects with the outside; nothing is opened on the machine's own interfaces. A small Debian stands in for the image
`public.ecr.aws/lambda/provided:al2023`, so that nothing is pulled.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local_stack.config import SHARED
from local_stack.sam_local import SAM

PROGRAMS = ("podman", "runc", "slirp4netns", "debootstrap", "nsenter", "unshare", "tar", "curl")
#: The address of this machine's 127.0.0.1 in slirp4netns' network.
HOST = "10.0.2.2"
HOME = SHARED / "sam-engine"
IMAGE_OF = {"x86_64": "public.ecr.aws/lambda/provided:al2023-x86_64", "arm64": "public.ecr.aws/lambda/provided:al2023-arm64"}
#: The same without the certificates of the authorities.
WITHOUT_CERTIFICATES = "localhost/without-certificates:al2023"
CERTIFICATES = ("./etc/ssl/certs", "./usr/share/ca-certificates", "./etc/ca-certificates.conf")
START_SECONDS, SAM_SECONDS = 30, 180
#: Limits that root may set even where it lacks the right to raise limits, as within a container. Soft and hard limit are
#: equal, because Podman 4 swaps them in Docker's API.
CONTAINERS_CONF = """[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
"""


class NoImageError(Exception):
    """Debian's packages cannot be had, so there is no image. No fault of what is under test."""


def missing() -> str | None:
    """What this machine lacks for the tests, if anything."""
    if platform.system() != "Linux":
        return "network namespaces only exist on Linux"
    if os.geteuid() != 0:
        return "a network namespace of its own needs root"
    lacking = [program for program in PROGRAMS if shutil.which(program) is None]
    if lacking:
        return f"{', '.join(lacking)} not found (Debian: apt install podman runc slirp4netns debootstrap curl)"
    return None


@dataclass(frozen=True)
class Engine:
    """A running container engine."""

    namespace: int
    socket: Path

    def inside(self, *command: str | Path) -> list[str]:
        """A command as it runs in the engine's network."""
        return ["nsenter", f"--net=/proc/{self.namespace}/ns/net", *map(str, command)]

    def sam(self, *arguments: str | Path) -> list[str]:
        """A command of the SAM CLI, which finds published ports of containers in the engine's network."""
        return self.inside(SAM, *arguments)

    def environment(self) -> dict[str, str]:
        """The SAM CLI's environment, without anything of the machine's own AWS configuration."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            "DOCKER_HOST": f"unix://{self.socket}",
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(SHARED / "sam"),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def run_sam(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs a command of the SAM CLI to its end."""
        return subprocess.run(
            self.sam(*arguments), env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SAM_SECONDS, check=False,
        )  # fmt: skip


@contextmanager
def running_engine(architecture: str) -> Iterator[Engine]:
    """An engine with both images, for the time of a `with` block."""
    HOME.mkdir(parents=True, exist_ok=True)
    # A socket's path may have 107 characters at most, so it cannot lie in any project folder.
    with ExitStack() as ending, tempfile.TemporaryDirectory(prefix="sam-engine-") as scratch:
        folder = Path(scratch)
        log = ending.enter_context((folder / "log").open("w+b"))
        held = _start(ending, log, "unshare", "--net", "sleep", "infinity")
        _wait("the network namespace", log, lambda: _has_own_network(held.pid))
        _start(ending, log, "slirp4netns", "--configure", "--mtu=1500", str(held.pid), "tap0")
        engine = Engine(held.pid, folder / "podman.sock")
        up = engine.inside("grep", "-q", "tap0", "/proc/net/route")
        _wait("slirp4netns", log, lambda: subprocess.run(up, check=False).returncode == 0)
        podman = _Podman(engine, folder)
        ending.callback(podman.forget_mounts)
        podman.import_images(IMAGE_OF[architecture])
        service = podman.command("system", "service", "--time=0", f"unix://{engine.socket}")
        _start(ending, log, *service, environment=podman.environment)
        _wait("podman", log, engine.socket.exists)
        yield engine


class _Podman:
    """Podman with storage of its own: the machine's images and containers stay as they are."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self._storage = HOME / "storage"
        (folder / "containers.conf").write_text(CONTAINERS_CONF)
        self.environment = {**os.environ, "CONTAINERS_CONF": str(folder / "containers.conf")}

    def command(self, *arguments: str) -> list[str]:
        """A command in the engine's network, whose bridge the containers share."""
        # Podman insists on the folders of its first run.
        here = ("--root", str(self._storage), "--runroot", str(HOME / "run"), "--cgroup-manager=cgroupfs")
        return self._engine.inside("podman", *here, *arguments)

    def import_images(self, image: str) -> None:
        """Makes the images once."""
        wanted = {image: (), WITHOUT_CERTIFICATES: CERTIFICATES}
        lacking = {name: without for name, without in wanted.items() if not self._has(name)}
        if not lacking:
            return
        root = self._folder / "root"
        try:
            self._run("debootstrap", "--variant=minbase", "--include=ca-certificates", _release(), str(root))
        except RuntimeError as error:
            raise NoImageError(f"no image could be made: {error}") from error
        for name, without in lacking.items():
            archive = self._folder / "image.tar"
            left_out = (*without, "./var/cache/apt", "./var/lib/apt/lists")
            self._run("tar", "-C", str(root), *(f"--exclude={path}" for path in left_out), "-cf", str(archive), ".")
            self._run(*self.command("import", "--quiet", str(archive), name))
            archive.unlink()
        shutil.rmtree(root)

    def forget_mounts(self) -> None:
        """Podman leaves its storage mounted on itself, so that nobody could remove the folder."""
        for mounted in ("overlay", "overlay-containers"):
            subprocess.run(["umount", str(self._storage / mounted)], capture_output=True, check=False)

    def _has(self, image: str) -> bool:
        return image in self._run(*self.command("images", "--format", "{{.Repository}}:{{.Tag}}")).splitlines()

    def _run(self, *command: str) -> str:
        ran = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
        return ran.stdout


def _release() -> str:
    """This machine's Debian, whose libc fits the binaries that were built here; else the oldest that fits them."""
    described = platform.freedesktop_os_release()
    return described["VERSION_CODENAME"] if described.get("ID") == "debian" else "bookworm"


def _start(
    ending: ExitStack, log: IO[bytes], *command: str, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    ending.callback(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _has_own_network(pid: int) -> bool:
    return os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")


def _wait(what: str, log: IO[bytes], ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            log.seek(0)
            raise RuntimeError(f"{what} did not start:\n{log.read().decode(errors='replace')[-2000:]}")
        time.sleep(0.05)
