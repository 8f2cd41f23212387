"""A reader of DeepSpeech's scorers. It checks a scorer without loading it, because a damaged one can end a process."""

from transcriber.model.scorer.scorer_check import check_scorer
from transcriber.model.scorer.scorer_file import Scorer, open_scorer

__all__ = ["Scorer", "check_scorer", "open_scorer"]
