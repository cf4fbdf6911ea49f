"""Create a user. Extensions and a voicemail are given to it afterwards, or all at once by user-provision."""

from ringpost.context import Context
from ringpost.contract import Write
from ringpost.model.requests import InDomain
from ringpost.model.user import User, UserSettings
from ringpost.model.values import Name
from ringpost.services.people import users
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "firstname": "Carol",
    "lastname": "Example",
    "username": "carol",
    "email": "carol@example.net",
}


class Request(UserSettings, InDomain, Write):
    firstname: Name


Response = User


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    members = users.settings(request.given(UserSettings)) | {"firstname": request.firstname}
    return users.create(context, domain, members)
