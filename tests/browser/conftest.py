import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import torch
from playwright.sync_api import sync_playwright

from mer_core.checkpoints import Checkpoint, save_checkpoint
from mer_core.inputs import InputSpec
from mer_core.models import build_model

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
_START_SECONDS = 90


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
    """Address of a freshly started server that no page has been asked of yet."""
    torch.manual_seed(0)
    checkpoint = Checkpoint("ststnet", build_model("ststnet").eval(), "ststnet", InputSpec())
    save_checkpoint(checkpoint, tmp_path / "checkpoints" / "ststnet", "untrained, for tests")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    options = ["--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
    environment = {**os.environ, "MER_CHECKPOINTS": str(tmp_path / "checkpoints"), "TMPDIR": str(tmp_path)}
    environment["MER_SECONDS_TO_COME_BACK"] = "1"
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen([*command, *options], cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def open_page(browser):
    """Opens a page at a width in px; all its contexts are closed after the test."""
    contexts = []

    def open_at(address, width=1280, height=900):
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()


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
