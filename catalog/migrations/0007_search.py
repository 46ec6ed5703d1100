"""The search's index in its own table, of the database's own kind; the searched text leaves the papers.

The index is filled after the migrations (catalog.apps), by whatever papers look like then.
"""

from django.db import migrations, models

SQLITE = [
    "CREATE VIRTUAL TABLE catalog_search USING fts5(titles, parts, authors, rest, tokenize = 'ascii')",
    "CREATE VIRTUAL TABLE catalog_search_words USING fts5vocab('catalog_search', 'row')",
]
POSTGRESQL = [
    "CREATE TABLE catalog_search (paper_id bigint PRIMARY KEY, vector tsvector NOT NULL)",
    "CREATE INDEX catalog_search_vector ON catalog_search USING gin (vector)",
]


def create(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE catalog_search_words")
    schema_editor.execute("DROP TABLE catalog_search")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_citation_keys")]

    operations = [
        migrations.CreateModel(
            name="IndexVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.BigIntegerField()),
                (
                    "layout",
                    models.PositiveSmallIntegerField(
                        help_text="catalog.search.index.LAYOUT when all was last indexed."
                    ),
                ),
            ],
        ),
        migrations.RunPython(create, drop),
        migrations.RemoveField(model_name="paper", name="search_title"),
        migrations.RemoveField(model_name="paper", name="search_text"),
    ]
