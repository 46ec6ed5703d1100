"""Imports keep their document as a file and their entries as rows; papers keep where their look-alikes stand."""

import django.db.models.deletion
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import migrations, models

from catalog.works.likeness import block_key


def texts_become_files(apps, schema_editor):
    """What was given but not yet accepted is read again from its file."""
    for row in apps.get_model("catalog", "Import").objects.exclude(text="").iterator():
        row.size_bytes = len(row.text.encode())
        row.state = "waiting" if row.state == "preview" else row.state
        row.document.save(row.name or "pasted.txt", ContentFile(row.text.encode()), save=False)
        row.save(update_fields=["document", "size_bytes", "state"])


def set_block_keys(apps, schema_editor):
    papers = apps.get_model("catalog", "Paper").objects
    firsts = dict(
        apps.get_model("catalog", "Authorship").objects.filter(position=1).values_list("paper_id", "author__name")
    )
    rows = list(papers.only("title", "block_key"))
    for row in rows:
        row.block_key = block_key(row.title, [firsts[row.pk]] if row.pk in firsts else [])
    papers.bulk_update(rows, ["block_key"], batch_size=200)


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_changeset_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='beat_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='import',
            name='cancel_requested_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='import',
            name='document',
            field=models.FileField(blank=True, help_text='The document, byte for byte.', upload_to='imports'),
        ),
        migrations.AddField(
            model_name='import',
            name='lease',
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='import',
            name='message',
            field=models.TextField(blank=True, help_text='Why it could not be read; in English, as readers say it.'),
        ),
        migrations.AddField(
            model_name='import',
            name='new_list',
            field=models.JSONField(blank=True, default=dict, help_text='The list to be made of it: names and slug.'),
        ),
        migrations.AddField(
            model_name='import',
            name='paper_list',
            field=models.ForeignKey(blank=True, help_text='The list in which its entries stand.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='imports', to='catalog.paperlist'),
        ),
        migrations.AddField(
            model_name='import',
            name='read_bytes',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='import',
            name='read_entries',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='import',
            name='sent_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='import',
            name='size_bytes',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='import',
            name='summary',
            field=models.JSONField(blank=True, default=dict, help_text='Every byte of the document, by what it was.'),
        ),
        migrations.AddField(
            model_name='import',
            name='undone_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='import',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paper',
            name='block_key',
            field=models.CharField(blank=True, db_index=True, editable=False, help_text='Where its look-alikes stand: identity.', max_length=60),
        ),
        migrations.AlterField(
            model_name='import',
            name='state',
            field=models.CharField(choices=[('waiting', 'waiting to be read'), ('reading', 'being read'), ('failed', 'could not be read'), ('cancelled', 'cancelled'), ('preview', 'waiting for your decision'), ('accepting', 'being taken in'), ('accepted', 'accepted')], default='waiting', max_length=10),
        ),
        migrations.RunPython(texts_become_files, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='import',
            name='text',
        ),
        migrations.RunPython(set_block_keys, migrations.RunPython.noop),
        migrations.CreateModel(
            name='ImportItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text="From 1, in the document's order.")),
                ('line', models.PositiveIntegerField(default=0)),
                ('verdict', models.CharField(choices=[('new', 'new'), ('here', 'already here'), ('doubtful', 'doubtful'), ('problem', 'problem')], max_length=10)),
                ('title', models.CharField(blank=True, max_length=500)),
                ('title_key', models.CharField(blank=True, max_length=500)),
                ('block_key', models.CharField(blank=True, max_length=60)),
                ('doi', models.CharField(blank=True, max_length=200)),
                ('arxiv', models.CharField(blank=True, max_length=30)),
                ('acl', models.CharField(blank=True, max_length=60)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('text', models.TextField(blank=True, help_text='The piece itself, where it is a problem.')),
                ('message', models.TextField(blank=True)),
                ('gains', models.JSONField(blank=True, default=list)),
                ('differences', models.JSONField(blank=True, default=list)),
                ('candidates', models.JSONField(blank=True, default=list, help_text='Papers it may be, each with a reason.')),
                ('decision', models.CharField(blank=True, choices=[('same', 'the same work'), ('versions', 'another version of it'), ('different', 'a different work')], max_length=10)),
                ('chosen', models.PositiveBigIntegerField(blank=True, help_text='The paper that the decision is about.', null=True)),
                ('stored_at', models.DateTimeField(blank=True, null=True)),
                ('paper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='import_items', to='catalog.paper')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='catalog.import')),
            ],
            options={
                'ordering': ['number'],
                'indexes': [models.Index(fields=['source', 'verdict', 'number'], name='import_item_verdict'), models.Index(fields=['source', 'title_key'], name='import_item_title'), models.Index(fields=['source', 'block_key'], name='import_item_block'), models.Index(condition=models.Q(('doi', ''), _negated=True), fields=['source', 'doi'], name='import_item_doi'), models.Index(condition=models.Q(('arxiv', ''), _negated=True), fields=['source', 'arxiv'], name='import_item_arxiv'), models.Index(condition=models.Q(('acl', ''), _negated=True), fields=['source', 'acl'], name='import_item_acl')],
                'constraints': [models.UniqueConstraint(fields=('source', 'number'), name='import_item_number_once')],
            },
        ),
    ]
