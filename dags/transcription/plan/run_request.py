"""The request of one run: its options, and the files that it takes. This module does not import Airflow."""

from __future__ import annotations

from dataclasses import dataclass

from transcription.contract.option_field import check_values, option
from transcription.contract.options import Options


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """The request of one run. The trigger form has a field for each option, in the order of this class."""

    prefix: str = option(
        "",
        title="Only names that start with",
        help="Take only files whose names below input/ start with this text, for example 2026.11.22/ or "
        "interviews/anna.",
        empty="all files",
        example="interviews/",
    )
    options: Options
    force: bool = option(
        False,
        title="Transcribe again",
        help="Transcribe also files that have a transcript of the same audio, model and options.",
        example=False,
    )
    max_files: int | None = option(
        None,
        title="Most files",
        help="Take at most this many files. The others wait for the next run.",
        empty="no limit",
        minimum=1,
        unit="files",
        example=100,
    )
    dry_run: bool = option(
        False,
        title="Dry run",
        help="Only plan: the log of the task plan shows the expected hours and cost, and nothing is started.",
        example=True,
    )

    def __post_init__(self) -> None:
        check_values(self)
