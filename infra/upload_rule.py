"""The rule of the audio bucket for uploads from the pages in Airflow's web server (CORS)."""

from __future__ import annotations

#: Airflow's address is known only after MWAA made the environment, and a deployment may have a domain of its own.
#: Allowing every origin gives no right: S3 reads no cookies, and each upload needs an address that the pages signed.
#: Whoever has the address can send the request with any program.
ORIGINS = ("*",)
#: A browser sends files and parts of files.
METHODS = ("PUT",)
#: The condition that no object is overwritten.
HEADERS = ("if-none-match",)
#: For how many seconds a browser need not ask again.
MAX_AGE = 3600
#: Days after which S3 deletes the parts of an upload that nobody completed.
UNFINISHED_DAYS = 7
