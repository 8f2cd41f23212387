"""A warning of hot words that the scorer of the run's model does not know.

Of a model in the bucket, only the header of the scorer, its dictionary and the end of the acoustic model are read: some
20 of 1,100 MB for the official model. A model in the container image cannot be read here. The container checks every
model, and the report has its notes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from transcription.contract import keys
from transcription.contract.errors import ModelInvalid, StorageDenied
from transcription.contract.model_files import choose_model_files
from transcription.contract.options import Options
from transcription.contract.scorer.dictionary import open_dictionary
from transcription.contract.scorer.language_model import read_header
from transcription.contract.scorer.language_model_layout import layout
from transcription.contract.scorer.scorer_settings import read_settings
from transcription.contract.scorer.unknown_words import describe_unknown
from transcription.plan.graph_alphabet import find_alphabet
from transcription.plan.ranged_object import RangedObject
from transcription.shared.bucket import Bucket

log = logging.getLogger(__name__)

#: Maximum size of a dictionary that is read, in bytes. One of 500,000 words has 17 MB.
MAX_DICTIONARY_BYTES = 64 * 2**20


def warn_of_unknown_words(bucket: Bucket, options: Options) -> None:
    """Log a warning for each hot word that the scorer does not know, with the nearest word that it does know.

    If the model cannot be read, the log says so, and the run goes on: the container checks the words again.

    Args:
        bucket: the audio bucket.
        options: the options of the run.
    """
    if not options.hot_words or not options.model:
        return
    try:
        for sentence in _unknown_words(bucket, options):
            log.warning("Model %s: %s.", options.model, sentence)
    except (ModelInvalid, StorageDenied, BotoCoreError, ClientError) as error:
        log.info("The hot words are not compared with the scorer here, but by the container: %s", error)


def _unknown_words(bucket: Bucket, options: Options) -> Iterator[str]:
    """Yield a sentence for each hot word that the scorer of a model in the bucket does not know.

    Raises:
        ModelInvalid: the model has no scorer, or a part of it cannot be read.
    """
    prefix = keys.model(options.model)
    listed = {entry.key[len(prefix) :]: entry for entry in bucket.list(prefix)}
    objects = {name: entry for name, entry in listed.items() if "/" not in name}
    files = choose_model_files(prefix, objects)
    if files.scorer is None:
        raise ModelInvalid(f"the model {options.model} has no scorer")
    scorer = RangedObject(bucket, objects[files.scorer])
    alphabet = find_alphabet(RangedObject(bucket, objects[files.acoustic]))
    if alphabet is None:
        raise ModelInvalid(f"the alphabet is not at the end of {files.acoustic}")
    settings = read_settings(scorer, layout(scorer, read_header(scorer)).end)
    if len(scorer) - settings.end > MAX_DICTIONARY_BYTES:
        raise ModelInvalid(f"the dictionary has {len(scorer) - settings.end:,} bytes")
    dictionary = open_dictionary(scorer[settings.end :], 0, settings.end)
    yield from describe_unknown(options.hot_words, dictionary, alphabet, in_bytes=settings.in_bytes)
