"""Which engine a container uses: the batched one, where it hears with this model what libdeepspeech hears."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Union

from transcriber.engines.batched.network_cache import network_of, quantized
from transcriber.engines.batched.network_files import WEIGHTS
from transcriber.engines.engine import Engine, Utterance
from transcriber.model.model_folder import ModelFolder
from transcriber.selection import engine_comparison
from transcriber.selection.int8_agreement import Compared
from transcriber.workers import memory
from transcriber.workers.engine_pool import ParallelEngine
from transcriber.workers.engine_process import Blueprint
from transcription.contract.errors import EngineFailed, EngineUnfit, ModelInvalid
from transcription.contract.options import AUTO, BATCHED, Options

log = logging.getLogger(__name__)

#: In seconds of audio: for less than this, the proof costs more than the batched engine saves. At the official size it
#: takes one core 2.5 s, and libdeepspeech's 0.35 s for a second of audio become 0.07.
SMALL = 30.0


@contextmanager
def open_engine(
    folder: ModelFolder, options: Options, processes: int, seconds: float = float("inf")
) -> Iterator[Engine]:
    """The engine that the options ask for, in `processes` processes at most, until it is left.

    There are about `seconds` of audio, as far as anybody knows; `auto` takes libdeepspeech for little of it.

    Raises:
        ModelInvalid, OptionInvalid: the engine cannot use the model or the options.
        EngineUnfit: the batched engine was asked for, and its container has too little memory.
        EngineFailed: a process ended while it loaded the model.
    """
    with (
        tempfile.TemporaryDirectory(prefix="network-") as scratch,
        _choose(Blueprint(folder, options), processes, seconds, Path(scratch)) as engine,
    ):
        yield engine


def _choose(blueprint: Blueprint, processes: int, seconds: float, scratch: Path) -> Union[ParallelEngine, Compared]:
    note, choice = "", blueprint.options.engine
    if choice == BATCHED or (choice == AUTO and seconds >= SMALL):
        try:
            return _batched(blueprint, processes, scratch)
        except (ModelInvalid, EngineUnfit, EngineFailed) as error:
            if choice == BATCHED:
                raise
            note = f"libdeepspeech and not the batched engine: {error.message}"
    engine = ParallelEngine(blueprint, processes)  # which may find the same fault with the model
    if note:
        log.warning("%s", note)
    engine.description = replace(engine.description, note=note)
    return engine


def _batched(blueprint: Blueprint, processes: int, scratch: Path) -> Union[ParallelEngine, Compared]:
    options = blueprint.options
    exact = network_of(blueprint.folder, scratch)
    network = quantized(exact, scratch) if options.int8_lstm else exact
    size = network.with_name(WEIGHTS).stat().st_size
    count = memory.processes_for(size, processes)
    if not count:
        raise EngineUnfit(
            f"one process of it needs {memory.needed(size, 1) / 2**20:,.0f} MiB with this model, and the container has "
            f"{memory.limit() / 2**20:,.0f} MiB. Give it more, or set the engine to libdeepspeech."
        )
    batched = replace(blueprint, network=network)
    if options.int8_lstm:
        other = replace(blueprint, network=exact, options=replace(options, int8_lstm=False))
        return Compared(ParallelEngine(batched, count), lambda: ParallelEngine(other, 1))
    return _proven(batched, count) if options.engine == AUTO else ParallelEngine(batched, count)


def _proven(blueprint: Blueprint, processes: int) -> ParallelEngine:
    """The batched engine, once it has heard in the built-in clip what libdeepspeech hears.

    Raises:
        EngineUnfit: it heard something else.
    """
    with ThreadPoolExecutor(1, "proof") as thread:
        expected = thread.submit(_heard_by_libdeepspeech, replace(blueprint, network=None))
        engine = ParallelEngine(blueprint, processes)
        try:
            heard = engine_comparison.hear(engine, engine_comparison.clips(engine.description.sample_rate, processes))
            engine_comparison.compare(heard, [each for each in expected.result() for _ in range(processes)])
        except BaseException:
            engine.end()
            raise
    return engine


def _heard_by_libdeepspeech(blueprint: Blueprint) -> list[Utterance]:
    with ParallelEngine(blueprint, 1) as engine:
        return engine_comparison.hear(engine, engine_comparison.clips(engine.description.sample_rate))
