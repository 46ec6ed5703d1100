"""Runs from before configurations and device classes get theirs."""

import hashlib
import json

from django.db import migrations


def fill(apps, schema_editor):
    Run = apps.get_model("demos", "Run")
    for run in Run.objects.filter(configuration="").only("method", "data", "params", "environment").iterator():
        asked = json.dumps([run.method, run.data, run.params], sort_keys=True, ensure_ascii=False)
        run.configuration = hashlib.sha256(asked.encode()).hexdigest()[:16]
        run.device_class = str(run.environment.get("device_name", ""))[:120]
        run.save(update_fields=["configuration", "device_class"])


class Migration(migrations.Migration):
    dependencies = [("demos", "0002_groups_and_workers")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
