import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect, sync_playwright

from mer_core.checkpoints import Checkpoint, save_checkpoint
from mer_core.inputs import InputSpec
from mer_core.models import build_model

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
_START_SECONDS = 90
expect.set_options(timeout=60_000)  # a loaded machine takes seconds for what is instant on an idle one


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; its absence fails the tests in CI and skips them elsewhere."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is missing; install it with `apt-get install chromium`"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def server(tmp_path):
    """Address of a freshly started server that no page has been asked of yet; its files lie in `tmp_path`."""
    with _serving(tmp_path) as address:
        yield address


@pytest.fixture(scope="session")
def warm_server(tmp_path_factory):
    """Address of one server for all journeys that do not mind what others did there."""
    with _serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@contextmanager
def _serving(folder):
    torch.manual_seed(0)
    checkpoint = Checkpoint("ststnet", build_model("ststnet").eval(), "ststnet", InputSpec())
    save_checkpoint(checkpoint, folder / "checkpoints" / "ststnet", "untrained, for tests")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    options = ["--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
    environment = {**os.environ, "MER_CHECKPOINTS": str(folder / "checkpoints"), "TMPDIR": str(folder)}
    environment["MER_SECONDS_TO_COME_BACK"] = "1"
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([*command, *options], cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address, process)
        yield address
    finally:
        _end(process)


@pytest.fixture
def open_page(browser):
    """Opens a page at a width in px; all its contexts are closed after the test."""
    contexts = []

    def open_at(address, width=1280, height=900, **options):
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()


def _end(process):
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_ready(address, process):
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the server did not answer within {_START_SECONDS} s")
