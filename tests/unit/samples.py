"""Bitbucket's recorded payloads and answers, where the folder with them is at hand."""

from pathlib import Path

import pytest

_SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "bitbucket"

CLOUD_WEBHOOKS = sorted((_SAMPLES / "webhooks" / "cloud").glob("*.json"))
DATA_CENTER_WEBHOOKS = sorted((_SAMPLES / "webhooks" / "data_center").glob("*.json"))
without_samples = pytest.mark.skipif(not _SAMPLES.is_dir(), reason="no recorded samples here")


def cloud_webhook(name: str) -> bytes:
    """A recorded webhook's body, byte for byte."""
    return (_SAMPLES / "webhooks" / "cloud" / name).read_bytes()


def cloud_answer(name: str) -> bytes:
    """A recorded answer of the REST API."""
    return (_SAMPLES / "api" / "cloud" / f"2.0-repositories-amuniz-test-repos{name}").read_bytes()


def data_center_webhook(name: str) -> bytes:
    """The same of Data Center."""
    return (_SAMPLES / "webhooks" / "data_center" / name).read_bytes()


def data_center_answer(name: str) -> bytes:
    """The same of Data Center."""
    name = f"1.0-projects-amuniz-repos-test-repos{name}"
    return (_SAMPLES / "api" / "data_center" / name).read_bytes()
