"""Runs and artifacts that go take their files along; only for good, and not before the database has agreed."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from demos import holding, recording, services
from demos.models import Artifact, Run
from tests.demos.factories import RunFactory

pytestmark = pytest.mark.django_db(transaction=True)


def with_file(**values) -> Run:
    run = RunFactory(**values)
    Artifact.objects.create(run=run, name="student.zip", file=ContentFile(b"weights", "x"), size_bytes=7, sha256="")
    return run


def files(settings) -> list:
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_a_removed_run_takes_its_files_along(settings):
    kept = with_file(succeeded=True)
    services.remove_runs(runs=[with_file(succeeded=True)])
    assert Run.objects.get() == kept
    assert [path.read_bytes() for path in files(settings)] == [b"weights"]


def test_a_removal_that_is_taken_back_keeps_the_files(settings):
    run = with_file(succeeded=True)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.remove_runs(runs=[run])
        raise RuntimeError
    assert (Run.objects.get(), len(files(settings))) == (run, 1)


def test_the_worker_of_a_removed_run_finds_it_gone(settings, tmp_path):
    run = with_file(claimed=True)
    (tmp_path / "late.zip").write_bytes(b"late")
    services.remove_runs(runs=[run])
    with pytest.raises(holding.LeaseLost):
        holding.is_cancel_requested(run=run)
    with pytest.raises(holding.LeaseLost):
        recording.record_events(
            run=run, events=[{"kind": "artifact", "name": "a", "path": "late.zip"}], out_dir=tmp_path
        )
    assert files(settings) == []


@pytest.mark.parametrize("model", ["run", "artifact"])
def test_the_admin_removes_files_too_one_by_one_and_in_bulk(admin_client, settings, model):
    first, second = with_file(succeeded=True), with_file(succeeded=True)
    keys = [run.pk if model == "run" else run.artifacts.get().pk for run in (first, second)]
    admin_client.post(f"/admin/demos/{model}/{keys[0]}/delete/", {"post": "yes"})
    assert len(files(settings)) == 1
    chosen = {"action": "delete_selected", "_selected_action": [str(keys[1])], "post": "yes"}
    admin_client.post(f"/admin/demos/{model}/", chosen)
    assert files(settings) == []
    assert not Artifact.objects.exists()
