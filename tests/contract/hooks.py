"""What schemathesis can't know: how to sign in, a login that is right, and a version that is there."""

import os

import schemathesis

BUILD_KEY = os.environ["MASTHEAD_BUILD_KEY"]
VERSION = os.environ["MASTHEAD_VERSION"]
LOGIN = {"email": "demo@example.com", "password": os.environ["MASTHEAD_PASSWORD"]}


@schemathesis.auth(refresh_interval=3600)
class Session:
    def get(self, case, context):
        """One session for all: wrong passwords, of which many are sent, have a further login wait."""
        return os.environ["MASTHEAD_TOKEN"]

    def set(self, case, data, context):
        case.headers = case.headers or {}
        is_build = (case.operation.path, case.operation.method.upper()) == ("/api/content", "POST")
        case.headers["Authorization"] = f"Bearer {BUILD_KEY if is_build else data}"


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Every login that fits the document signs in, and every restore restores, so that their answers are checked too."""
    generated = case.meta.generation if case.meta else None
    if case.operation.path == "/api/login" and generated and generated.mode.is_positive:
        case.body = {**case.body, **LOGIN}
    if case.operation.path == "/api/readmes/{slug}/restore" and generated and generated.mode.is_positive:
        case.body = {**case.body, "version": VERSION}
