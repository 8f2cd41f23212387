"""The HTTP server of the stand-in, and the API call that it reads from each request."""
