"""`manage.py create_token USER --name NAME --scopes read,write`: a token for the API, printed this once."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.api.tokens import TokenRefused, issue_token
from catalog.models import ApiToken


class Command(BaseCommand):
    help = "Makes a token for the API and prints it. It is shown this once; the database keeps a hash."

    def add_arguments(self, parser) -> None:
        parser.add_argument("user", help="whose rights the token carries")
        parser.add_argument("--name", required=True, help="what it is for, such as 'notebook'")
        parser.add_argument("--scopes", default="read", help=f"with commas between: {','.join(ApiToken.Scope.values)}")
        parser.add_argument("--days", type=int, help="until it ends; without it, it works until it is revoked")

    def handle(self, *args, user: str, name: str, scopes: str, days: int | None, **options) -> None:
        model = get_user_model()
        owner = model.objects.filter(**{model.USERNAME_FIELD: user}).first()
        if owner is None:
            raise CommandError(f"There is nobody called {user!r}.")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        try:
            _token, secret = issue_token(user=owner, name=name, scopes=scopes.split(","), expires_at=expires_at)
        except TokenRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(secret)
