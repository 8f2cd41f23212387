"""The selection of a container's engine, by default the batched one if it finds the same words as libdeepspeech."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Union

from transcriber.engines.batched.network_cache import find_network, quantize_network
from transcriber.engines.batched.network_files import WEIGHTS
from transcriber.engines.engine import Engine
from transcriber.engines.utterance import Utterance
from transcriber.model.model_check import check_model
from transcriber.model.model_folder import ModelFolder
from transcriber.selection.engine_comparison import cut_clip, require_same_words, transcribe_all
from transcriber.selection.int8_agreement import Int8Engine
from transcriber.workers import memory
from transcriber.workers.engine_pool import EnginePool
from transcriber.workers.engine_process import EngineSpec
from transcription.contract.errors import EngineFailed, EngineUnfit, ModelInvalid
from transcription.contract.options import AUTO, BATCHED, Options

log = logging.getLogger(__name__)

#: Seconds of audio below which `auto` uses libdeepspeech, because the comparison takes longer than the batched engine
#: saves. At the official size, the comparison takes 2.5 s on one core, and a second of audio takes libdeepspeech 0.35 s
#: and the batched engine 0.07 s.
MIN_SECONDS_TO_COMPARE = 30.0


@contextmanager
def open_engine(
    folder: ModelFolder, options: Options, processes: int, seconds: float = float("inf")
) -> Iterator[Engine]:
    """Start the engine that the options select, and yield it. End its processes when the block ends.

    Args:
        folder: the model.
        options: the options, which select the engine. `auto` selects the batched engine if it works with the model, and
            otherwise libdeepspeech.
        processes: the maximum number of processes. Fewer are started if memory is short.
        seconds: the approximate length of all audio, in seconds. For little audio, `auto` selects libdeepspeech.

    Raises:
        ModelInvalid, OptionInvalid: the engine cannot use the model or the options.
        EngineUnfit: the options select the batched engine, and the container has too little memory for it.
        EngineFailed: a process ended while it loaded the model.
    """
    note = check_model(folder, options.hot_words)
    if note:
        log.warning("%s", note)
    with tempfile.TemporaryDirectory(prefix="network-") as scratch:
        spec = EngineSpec(folder, options)
        with closing(_start_engine(spec, processes, seconds, Path(scratch))) as engine:
            engine.add_note(note)
            yield engine


def _start_engine(spec: EngineSpec, processes: int, seconds: float, scratch: Path) -> Union[EnginePool, Int8Engine]:
    note, selected = "", spec.options.engine
    if selected == BATCHED or (selected == AUTO and seconds >= MIN_SECONDS_TO_COMPARE):
        try:
            return _start_batched(spec, processes, scratch)
        except (ModelInvalid, EngineUnfit, EngineFailed) as error:
            if selected == BATCHED:
                raise
            note = f"libdeepspeech instead of the batched engine: {error.message}"
    engine = EnginePool(spec, processes)  # may raise the same error about the model
    if note:
        log.warning("%s", note)
    engine.add_note(note)
    return engine


def _start_batched(spec: EngineSpec, processes: int, scratch: Path) -> Union[EnginePool, Int8Engine]:
    options = spec.options
    float32 = find_network(spec.folder, scratch)
    network = quantize_network(float32, scratch) if options.int8_lstm else float32
    size = network.with_name(WEIGHTS).stat().st_size
    count = memory.count_processes_that_fit(size, processes)
    if not count:
        raise EngineUnfit(
            f"one process of the batched engine needs {memory.needed_memory(size, 1) / 2**20:,.0f} MiB with this "
            f"model, and the container has {memory.memory_limit() / 2**20:,.0f} MiB. Give the container more memory, "
            "or set the engine to libdeepspeech."
        )
    batched = replace(spec, network=network)
    if options.int8_lstm:
        exact = replace(spec, network=float32, options=replace(options, int8_lstm=False))
        return Int8Engine(EnginePool(batched, count), lambda: EnginePool(exact, 1))
    return _start_compared(batched, count) if options.engine == AUTO else EnginePool(batched, count)


def _start_compared(spec: EngineSpec, processes: int) -> EnginePool:
    """Start the batched engine, check that it finds libdeepspeech's words in the built-in clip, and return it.

    Raises:
        EngineUnfit: the words differ.
        ModelInvalid, OptionInvalid: an engine cannot use the model or the options.
        EngineFailed: a process ended while it loaded the model, or an engine failed to transcribe the clip.
    """
    with ThreadPoolExecutor(1, "comparison") as thread:
        expected = thread.submit(_transcribe_clip_with_libdeepspeech, replace(spec, network=None))
        engine = EnginePool(spec, processes)
        try:
            actual = transcribe_all(engine, cut_clip(engine.description.sample_rate, processes))
            require_same_words(actual, [utterance for utterance in expected.result() for _ in range(processes)])
        except BaseException:
            engine.close()
            raise
    return engine


def _transcribe_clip_with_libdeepspeech(spec: EngineSpec) -> list[Utterance]:
    with closing(EnginePool(spec, 1)) as engine:
        return transcribe_all(engine, cut_clip(engine.description.sample_rate))
