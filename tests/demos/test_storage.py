"""A run's files where storage is no folder: a real child, django-storages and boto3 against a small S3 of our own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse

from demos import execution
from demos.models import Artifact, Run
from demos.tasks import execute_run
from tests import fake_s3
from tests.demos.factories import RunFactory
from workers.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]


async def joined(pieces) -> bytes:
    return b"".join([piece async for piece in pieces])


@pytest.fixture
def bucket(settings, monkeypatch):
    """The objects of the bucket that all files go to."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with fake_s3.serving() as server:
        options = {
            "bucket_name": "distillery",
            "endpoint_url": f"http://127.0.0.1:{server.server_port}",
            "region_name": "eu-west-1",
            "querystring_auth": False,
            "file_overwrite": False,
        }
        settings.STORAGES = settings.STORAGES | {
            "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        }
        yield server.objects


@pytest.fixture
def run(bucket, monkeypatch) -> Run:
    """A run that has left a file in the bucket."""
    monkeypatch.setattr(execution, "supervisor", Supervisor("tests.workers.toy_jobs.leave_files", preload=()))
    run = RunFactory()
    execute_run.apply([str(run.id), run.queue])
    run.refresh_from_db()
    assert run.state == "succeeded", run.cause
    return run


@pytest.mark.django_db
def test_runs_file_is_kept_in_the_bucket_which_knows_no_path(run, bucket):
    (key,) = bucket
    assert key.startswith(f"distillery/runs/{run.id}/")
    assert bucket[key] == b"weights"
    with pytest.raises(NotImplementedError):
        run.artifacts.get().file.path  # noqa: B018 (asking is the test)


@pytest.mark.django_db
def test_file_is_served_by_id_through_us_as_an_attachment(run, client):
    artifact = run.artifacts.get()
    response = client.get(reverse("demos:artifact", args=[artifact.id]))
    assert async_to_sync(joined)(response.streaming_content) == b"weights"
    assert response["Content-Disposition"].startswith("attachment")
    assert "Location" not in response


@pytest.mark.django_db
def test_second_attempt_takes_the_first_ones_file_out_of_the_bucket(run, bucket, django_capture_on_commit_callbacks):
    Run.objects.update(state=Run.State.QUEUED, ended_at=None, lease=None, lease_until=None)
    with django_capture_on_commit_callbacks(execute=True):
        execute_run.apply([str(run.id), run.queue])
    assert len(bucket) == Artifact.objects.count() == 1


def storage_told_by(environment: dict[str, str], tmp_path: Path) -> list[str]:
    code = (
        "import sys\nfrom django.conf import settings\n"
        "default = settings.STORAGES['default']\n"
        "print(default['BACKEND'].rpartition('.')[2])\n"
        "print(default.get('OPTIONS', {}).get('endpoint_url'), default.get('OPTIONS', {}).get('querystring_auth'))\n"
        "import django; django.setup()\nimport demos.tasks, demos.services\n"
        "print({'boto3', 'storages'} & set(sys.modules) or 'nothing of it')\n"
    )
    base = {name: value for name, value in os.environ.items() if not name.startswith(("S3_", "MEDIA_"))}
    base |= {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=base | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_folder_is_the_default_and_nothing_of_s3_is_imported(tmp_path):
    assert storage_told_by({}, tmp_path) == ["FileSystemStorage", "None None", "nothing of it"]


def test_bucket_is_named_in_the_environment_and_its_addresses_are_never_signed(tmp_path):
    told = storage_told_by({"S3_BUCKET": "distillery", "S3_ENDPOINT_URL": "https://s3.example.org"}, tmp_path)
    assert told == ["S3Storage", "https://s3.example.org False", "nothing of it"]
