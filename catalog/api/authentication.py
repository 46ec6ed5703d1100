"""Who asks, by a token of the API. The secret is looked up by its hash."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header

from catalog.api.tokens import token_of


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer dst_…`. The token becomes `request.auth`."""

    KEYWORDS = (b"bearer", b"token")  # the second: what earlier versions of this site took

    def authenticate(self, request):
        scheme, _space, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() not in self.KEYWORDS:
            return None
        token = token_of(secret.strip().decode("latin-1"))
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not known, or its time is over."))
        return token.user, token

    def authenticate_header(self, request) -> str:
        return 'Bearer realm="Distillery"'
