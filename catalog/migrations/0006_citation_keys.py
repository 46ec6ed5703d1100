from django.db import migrations, models
from django.db.models.functions import Lower

from catalog.exporters.citation_keys import wanted_key


def give_keys(apps, schema_editor):
    """To the papers that are here, in the order in which they came."""
    Paper = apps.get_model("catalog", "Paper")
    taken = set()
    papers = Paper.objects.order_by("pk").only("pk", "title", "year", "bibtex_key")
    Authorship = apps.get_model("catalog", "Authorship")
    authors = dict(Authorship.objects.filter(position=1).values_list("paper_id", "author__name"))
    for paper in papers.iterator(1000):
        first = authors.get(paper.pk)
        key = free = wanted_key(paper, [first] if first else [])
        number = 1
        while free.lower() in taken:
            number += 1
            free = f"{key}-{number}"
        taken.add(free.lower())
        Paper.objects.filter(pk=paper.pk).update(citation_key=free)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_import_items")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="citation_key",
            field=models.CharField(
                blank=True, editable=False, help_text="Given once and kept: catalog.exporters.citation_keys.", max_length=200
            ),
        ),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(
                Lower("citation_key"),
                condition=models.Q(("citation_key", ""), _negated=True),
                name="paper_citation_key_once",
            ),
        ),
    ]
