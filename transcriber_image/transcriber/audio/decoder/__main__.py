"""`python -m transcriber.audio.decoder`: decode files until standard input ends. `messages` explains the dialogue."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Optional

from transcriber.audio.decoder import limits
from transcriber.audio.decoder.messages import (
    DESCRIPTION,
    END,
    NEXT,
    SAMPLES,
    UNREADABLE,
    Answer,
    Request,
    make_error,
    send,
)
from transcriber.audio.decoder.opener import open_file
from transcription.contract.errors import AudioDecoderFailed, AudioTooLarge, InputError


def main() -> int:
    """Answer lines until standard input ends.

    Returns:
        The exit code.
    """
    # C libraries may print to file descriptor 1, so that answers need another.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limits.limit_process()
    answers: Iterator[Answer] = iter(())
    ahead: Optional[Answer] = None
    for line in sys.stdin.buffer:
        if line != NEXT:
            answers, ahead = _answers(Request.parse(line)), None
        answer = ahead or _next(answers)
        if answer is None:
            return 1
        try:
            send(output, answer)
        except BrokenPipeError:  # nobody needs the answer any more
            return 0
        # Decode the next block while the other process works on this one.
        ahead = _next(answers) if answer[0] == SAMPLES else None
    return 0


def _next(answers: Iterator[Answer]) -> Optional[Answer]:
    with limits.time_limit():
        return next(answers, None)


def _answers(request: Request) -> Iterator[Answer]:
    """Yield the answers about a file, of which the last one is `END` or `ERROR`."""
    try:
        yield from _decode(request)
    except InputError as error:
        yield make_error(error.code, error.message)
    except MemoryError:
        yield make_error(
            AudioDecoderFailed.code,
            f"Decoding needs more than {limits.MEMORY // 2**20} MiB of memory, which no intact recording does. "
            "Export the file again, as WAV or FLAC.",
        )
    except OSError as error:
        yield make_error(UNREADABLE, str(error))


def _decode(request: Request) -> Iterator[Answer]:
    """Decode a file, and yield the answers.

    Raises:
        InputError: the file cannot be decoded, or is too long.
        OSError: the file cannot be read.
    """
    # Without a buffer, because libsndfile reads from the file descriptor.
    with Path(request.path).open("rb", buffering=0) as file, closing(open_file(file, request.file_format)) as decoder:
        yield DESCRIPTION, decoder.description.dump()
        for block in decoder.blocks():
            if decoder.decoded > limits.HOURS * 3600 * decoder.description.sample_rate:
                raise AudioTooLarge(f"The audio is longer than {limits.HOURS} hours. Cut it into parts.")
            yield SAMPLES, block.tobytes()
        yield END, decoder.description.dump()


if __name__ == "__main__":
    sys.exit(main())
