from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_api_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="changeset",
            name="rows",
            field=models.JSONField(
                blank=True,
                default=list,
                editable=False,
                help_text="Rows beside the snapshots: catalog.history.rows.",
            ),
        ),
    ]
