"""The API keeps to its description: every read and write, with what fits it and what does not."""

import pytest
import schemathesis
from django.contrib.auth.models import Group
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from catalog.api.tokens import issue_token
from config.wsgi import application
from tests.catalog.factories import SectionFactory
from tests.catalog.stock import full_papers

pytestmark = pytest.mark.django_db
# Where a slug, a parameter or a document may have the right form and yet name nothing: 400 answers what the schema
# allows.
NAMING = {
    ("POST", "/api/v1/papers/"),
    ("PATCH", "/api/v1/papers/{slug}/"),
    ("POST", "/api/v1/lists/"),
    ("PATCH", "/api/v1/lists/{slug}/"),
    ("POST", "/api/v1/runs/"),
    ("POST", "/api/v1/groups/"),
    ("POST", "/api/v1/imports/"),
    ("GET", "/api/v1/leaderboard/"),
    ("GET", "/api/v1/compare/"),
}
CONFIG = {"generation": {"allow-x00": False, "deterministic": True}}  # NUL is refused everywhere: tests of the parser
DESCRIPTION = SchemaGenerator().get_schema(request=None, public=True)
# One test an operation, under a name of its own: schemathesis' collector gives all of them the same, and of tests with
# one name pytest-xdist runs the first alone.
every_operation = pytest.mark.parametrize(
    ("method", "path"), [(method, path) for path, said in DESCRIPTION["paths"].items() for method in said]
)
api = schemathesis.openapi.from_dict(DESCRIPTION, config=SchemathesisConfig.from_dict(CONFIG))
api.app = application


@pytest.fixture
def stock(settings, django_user_model):
    """Some papers in a list; the headers of an editor whose token may do everything."""
    settings.OPEN_TO_ANYONE = False
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (1000000, 60))
    full_papers(3, SectionFactory(paper_list__slug="kd"))
    editor = django_user_model.objects.create_user("ada")
    editor.groups.add(Group.objects.get(name="editors"))
    _token, secret = issue_token(user=editor, name="contract", scopes=["read", "write", "run"])
    return {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}


def keeps_to_its_description(method: str, path: str, headers: dict, *, modes: list[HypothesisTestMode], examples: int):
    operation = api[path][method]

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def hold(case):
        excused = [positive_data_acceptance] if (case.method, case.path) in NAMING else []
        if "" in (case.query or {}).values():
            excused.append(negative_data_rejection)  # a form sends what nobody filled in: it asks for nothing
        case.call_and_validate(headers=headers, excluded_checks=excused)

    create_test(operation=operation, test_func=hold, config=HypothesisTestConfig(project=api.config, modes=modes))()


@every_operation
def test_the_api_does_what_its_description_says(method, path, stock):
    keeps_to_its_description(method, path, stock, modes=[HypothesisTestMode.FUZZING], examples=5)


@pytest.mark.whole
@every_operation
def test_the_api_does_what_its_description_says_at_every_bound_and_far_between(method, path, stock):
    keeps_to_its_description(method, path, stock, modes=list(HypothesisTestMode), examples=60)
