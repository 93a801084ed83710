"""The service as uvicorn runs it: `uvicorn bakery.main:app`."""

from bakery.app import create_app

app = create_app()
