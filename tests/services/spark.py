"""A standalone Spark cluster of the test's own: one master and two workers on loopback."""

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.services.starting import free_port, listens, missing, program, running, wait_until

WORKERS = 2


def spark_home() -> Path:
    """The folder of PySpark; the test is left out where it, or Java, is missing."""
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        missing("spark", "PySpark is not installed (the extra `spark`)")
        raise AssertionError
    program("spark", "java")
    return Path(found.origin).parent


@contextmanager
def spark_cluster() -> Iterator[str]:
    """Start a master and its workers; yields `spark://127.0.0.1:port`."""
    home = spark_home()
    folder, port, page = Path(tempfile.mkdtemp(prefix="heed-spark-")), free_port(), free_port()
    env = _environment(home)
    launch = [str(home / "bin" / "spark-class")]
    master = [*launch, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port)]
    address = f"spark://127.0.0.1:{port}"
    try:
        with ExitStack() as stack:
            leader = stack.enter_context(running([*master, "--webui-port", str(page)], folder / "master.log", env))
            wait_until(lambda: listens(port), "Spark's master", leader)
            for number in range(WORKERS):
                work = [*launch, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1"]
                work += [
                    "--memory",
                    "1g",
                    "--webui-port",
                    str(free_port()),
                    "--work-dir",
                    str(folder / f"work{number}"),
                    address,
                ]
                stack.enter_context(running(work, folder / f"worker{number}.log", env))
            wait_until(lambda: _registered(folder / "master.log") == WORKERS, "Spark's workers", leader)
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(home: Path) -> dict[str, str]:
    mine = {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_NO_DAEMONIZE": "1",
        "PYSPARK_PYTHON": sys.executable,
    }
    return {**os.environ, **mine}


def _registered(log: Path) -> int:
    return log.read_text(errors="replace").count("Registering worker")
