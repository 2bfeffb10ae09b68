"""Real servers for tests and benchmarks: PostgreSQL, Redis, RabbitMQ, on loopback, in temporary folders.

What is not installed is fetched from Debian when we may (root, apt); otherwise the test is skipped, and in
CI it fails. A server ends with the process that started it, however that ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

START_SECONDS = 60.0
INSTALL_SECONDS = 300.0
_PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "postgresql": ("/usr/lib/postgresql/*/bin/postgres",),
    "redis-server": ("/usr/bin/redis-server",),
    "rabbitmq-server": ("/usr/lib/rabbitmq/bin/rabbitmq-server",),
}
_installed: dict[str, str] = {}  # packages that could not be had, and why: asked once


class NotInstalled(Exception):
    """A server is not installed and cannot be; the message says why."""


@dataclass
class Server:
    """A running server that a test may stop, kill, freeze and start again on the same address and data."""

    name: str
    url: str
    port: int
    folder: Path
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: Callable[[], bool] = lambda: True
    gentle: signal.Signals = signal.SIGTERM
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers. Raises TimeoutError with the end of its log."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with (self.folder / "log").open("ab") as log:
                process = subprocess.Popen(
                    [*_with_us(), *self.command], cwd=self.folder, env={**os.environ, **self.environment},
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            self._process = process
            while process.poll() is None and time.monotonic() < deadline:
                if _listens(self.port) and self.answers():
                    return
                time.sleep(0.03)
            self.kill()
            if time.monotonic() >= deadline:
                end = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise TimeoutError(f"{self.name} did not start:\n{end}")
            time.sleep(0.2)  # what a killed one left is not gone yet

    def stop(self) -> None:
        """Asks it to end, and waits until it has."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self.gentle)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Ends it as a failure of power would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def freeze(self) -> None:
        """Lets it hang: connections stay open and nothing answers."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        for pid in _family(self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


@contextmanager
def running_postgresql() -> Iterator[Server]:
    """A PostgreSQL server with an empty database `haq`. Raises NotInstalled."""
    programs = _program("postgresql").parent
    with _folder("haq-pg-", owner="postgres") as folder:
        data, port = folder / "data", free_port()
        user = _as_user("postgres")
        initdb = [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "haq", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync"]  # fmt: skip
        subprocess.run([*user, *initdb], check=True, stdout=subprocess.DEVNULL, cwd=folder)
        options = {"listen_addresses": "127.0.0.1", "fsync": "off", "max_connections": "300"}
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [
            *user,
            str(programs / "postgres"),
            "-D",
            str(data),
            "-p",
            str(port),
            "-k",
            str(folder),
            *flags,
        ]

        def answers() -> bool:
            ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            return subprocess.run(ready, check=False).returncode == 0

        server = Server("PostgreSQL", f"postgresql://haq@127.0.0.1:{port}/haq", port, folder, command,
                        answers=answers, gentle=signal.SIGINT)  # fmt: skip
        with _up(server):
            empty_database(server, "haq")
            yield server


def empty_database(server: Server, name: str = "") -> str:
    """The address of a new, empty database on a PostgreSQL server."""
    name = name or f"test_{secrets.token_hex(6)}"
    createdb = str(_program("postgresql").with_name("createdb"))
    place = ["-h", "127.0.0.1", "-p", str(server.port), "-U", "haq"]
    subprocess.run([createdb, *place, name], check=True, stdout=subprocess.DEVNULL)
    return f"postgresql://haq@127.0.0.1:{server.port}/{name}"


@contextmanager
def running_redis() -> Iterator[Server]:
    """A Redis server that keeps nothing on disk. Raises NotInstalled."""
    program = _program("redis-server")
    with _folder("haq-redis-") as folder:
        port = free_port()
        command = [
            str(program),
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with _up(Server("Redis", f"redis://127.0.0.1:{port}/0", port, folder, command)) as server:
            yield server


@contextmanager
def running_rabbitmq() -> Iterator[Server]:
    """A RabbitMQ server; it takes some seconds to start. Raises NotInstalled."""
    program = _program("rabbitmq-server")
    with _folder("haq-mq-", owner="rabbitmq") as folder:
        port, epmd, distribution = free_port(), free_port(), free_port()
        for name in ("config.conf", "enabled_plugins"):
            (folder / name).write_text("[].\n" if name == "enabled_plugins" else "loopback_users = none\n")
        environment = {
            "HOME": str(folder), "RABBITMQ_NODENAME": f"haq{port}@localhost", "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"), "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "config"), "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_PID_FILE": str(folder / "pid"), "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
            "ERL_EPMD_PORT": str(epmd), "ERL_EPMD_ADDRESS": "127.0.0.1",
        }  # fmt: skip
        command = [*_as_user("rabbitmq"), str(program)]
        server = Server("RabbitMQ", f"amqp://guest:guest@127.0.0.1:{port}/", port, folder, command,
                        environment, _greets(port))  # fmt: skip
        try:
            with _up(server):
                yield server
        finally:
            _end_port_mapper(epmd)


def _end_port_mapper(port: int) -> None:
    """Erlang's outlives its node, and will not end before it has noticed that the node has."""
    for _ in range(20):
        if not _listens(port):
            return
        subprocess.run(["epmd", "-port", str(port), "-kill"], check=False, capture_output=True)
        time.sleep(0.1)


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One PostgreSQL server for all tests of a process."""
    yield from _fixture(running_postgresql)


@pytest.fixture
def postgresql(postgresql_server: Server) -> str:
    """The address of an empty database in PostgreSQL."""
    return empty_database(postgresql_server)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    """One Redis server for all tests of a process."""
    yield from _fixture(running_redis)


@pytest.fixture
def redis(redis_server: Server) -> str:
    """The address of an empty Redis."""
    with socket.create_connection(("127.0.0.1", redis_server.port), 5) as line:
        line.sendall(b"FLUSHALL\r\n")
        assert line.recv(16).startswith(b"+OK")
    return redis_server.url


@pytest.fixture(scope="session")
def rabbitmq_server() -> Iterator[Server]:
    """One RabbitMQ server for all tests of a process; it takes some seconds: for `thorough` tests."""
    yield from _fixture(running_rabbitmq)


@pytest.fixture
def rabbitmq(rabbitmq_server: Server) -> str:
    """The address of a RabbitMQ."""
    return rabbitmq_server.url


def _fixture(running: Callable[[], object]) -> Iterator[Server]:
    try:
        with running() as server:  # type: ignore[attr-defined]
            yield server
    except NotInstalled as error:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(str(error))
        pytest.skip(str(error))


def _program(package: str) -> Path:
    """The newest program of a package, which is installed when it is missing. Raises NotInstalled."""
    if found := _found(package):
        return found
    if package not in _installed:
        _installed[package] = _install(package)
    if found := _found(package):
        return found
    raise NotInstalled(f"{package} is not installed, and {_installed[package]} (Debian: {package}).")


def _found(package: str) -> Path | None:
    for pattern in _PROGRAMS[package]:
        if found := sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            return found[0]
    return None


def _install(package: str) -> str:
    """Installs a package of Debian; what went wrong if it is still missing afterwards."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return "only root can install it, with apt"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120"]
    install = [*get, "install", "--no-install-recommends", package]
    deadline = time.monotonic() + INSTALL_SECONDS
    said = ""
    for command in (install, [*get, "update"], install):
        left = max(deadline - time.monotonic(), 1.0)
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False, timeout=left
            )
        except subprocess.TimeoutExpired:
            return f"apt took longer than {INSTALL_SECONDS:.0f} s"
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        if command is install and done.returncode == 0:
            break
    return f"apt could not install it: {said}"


def _with_us() -> list[str]:
    """So that a server dies with us, even when we are killed."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def _as_user(name: str) -> list[str]:
    """PostgreSQL and RabbitMQ do not run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups", "--pdeathsig", "KILL"]


@contextmanager
def _folder(prefix: str, owner: str = "") -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if owner and os.geteuid() == 0:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _up(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        with suppress(ProcessLookupError, AssertionError):
            server.thaw()
        server.stop()
        server.kill()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def _greets(port: int) -> Callable[[], bool]:
    """Whether a broker answers the first words of its protocol: it listens a while before it does."""

    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            line.settimeout(2)
            line.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(line.recv(1))
        return False

    return answers


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [pid]
    with suppress(OSError):
        for child in children.read_text().split():
            found += _family(int(child))
    return found
