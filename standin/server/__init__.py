"""The HTTP server: one WSGI application for all services."""
