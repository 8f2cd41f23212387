"""The training of the network: in two processes, for a given time, with one cycle of the learning rate.

The result is a moving average of the weights.
"""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, distributed, multiprocessing, nn

from .corpus import DEV
from .dataset import MILD_SHARDS, Batch, Shard, batches
from .errors import rate as error_rate
from .features import COEFFICIENTS
from .network import Network
from .vocabulary import ALPHABET, BLANK

PROCESSES = 2
FRAMES = 5000  # per batch and process: 100 s
HIGHEST_RATE = 2e-3
CONTINUED_RATE = 5e-4  # the highest rate of a training that starts from trained weights
WARM_UP = 0.06  # share of the time
AVERAGING = 0.998  # share of the averaged weights that each step keeps
CHECKPOINT_SECONDS = 120


def rate(progress: float, highest: float) -> float:
    """Return the learning rate at `progress`, from 0 to 1, of the training: a linear warm-up, then a cosine decay."""
    if progress < WARM_UP:
        return highest * (0.05 + 0.95 * progress / WARM_UP)
    return highest * (0.002 + 0.998 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP))) / 2)


def padded(batch: Batch, rng: np.random.Generator | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Turn a batch into tensors. Shorter utterances are padded with zeros.

    Args:
        batch: The utterances.
        rng: A source of random numbers, or `None`. With it, the features of each utterance are shifted a little, as if
            by another microphone.

    Returns:
        The features, shape (batch, frames, 26), the number of frames of each utterance, the joined labels of all
        utterances, and the number of labels of each utterance.
    """
    lengths = [len(frames) for frames, _ in batch]
    features = np.zeros((len(batch), max(lengths), COEFFICIENTS), np.float32)
    for row, (frames, _) in enumerate(batch):
        features[row, : len(frames)] = frames
        if rng is not None:
            features[row, : len(frames)] += rng.normal(size=COEFFICIENTS) * np.linspace(2.0, 0.3, COEFFICIENTS)
    spelled = np.concatenate([line for _, line in batch]).astype(np.int64)
    counts = [len(line) for _, line in batch]
    return torch.from_numpy(features), torch.tensor(lengths), torch.from_numpy(spelled), torch.tensor(counts)


def loss_of(network: nn.Module, batch: Batch, rng: np.random.Generator | None) -> Tensor:
    """Return the CTC loss of a batch per letter. `rng` is as in `padded`."""
    features, lengths, spelled, counts = padded(batch, rng)
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(features)
    scores = logits.float().log_softmax(2).transpose(0, 1)
    total = nn.functional.ctc_loss(scores, spelled, lengths, counts, BLANK, reduction="sum", zero_infinity=True)
    return total / max(1, len(spelled))


@torch.no_grad()
def word_errors(network: Network, shard: Shard) -> float:
    """Return the word error rate of a shard in per cent, with greedy decoding and without a language model.

    Greedy decoding takes the most probable label of each frame.
    """
    network.eval()
    texts: list[str] = []
    spoken: list[str] = []
    for start in range(0, len(shard), 64):
        batch = [shard[index] for index in range(start, min(start + 64, len(shard)))]
        features, lengths, _, _ = padded(batch, None)
        best = network(features).argmax(2)
        for row, (_, line) in enumerate(batch):
            path = best[row, : lengths[row]].unique_consecutive()
            texts.append("".join(ALPHABET[label] for label in path if label != BLANK))
            spoken.append("".join(ALPHABET[label] for label in line))
    network.train()
    return error_rate(spoken, texts)


def _statistics(shard: Shard) -> tuple[Tensor, Tensor]:
    sample = shard.features[:200_000].astype(np.float32)
    speech = sample[sample[:, 0] > np.percentile(sample[:, 0], 30)]  # without digital silence
    return torch.from_numpy(speech.mean(0)), torch.from_numpy(speech.std(0))


def _exchange(parameters: list[nn.Parameter], loss: float, progress: float) -> tuple[float, float]:
    """Average the gradients, the loss and the progress over the processes. Return the loss and the progress.

    The progress is at most 1. Its average makes all processes stop at the same step.
    """
    own = torch.tensor([loss, progress])
    flat = torch.cat([parameter.grad.flatten() for parameter in parameters] + [own])
    distributed.all_reduce(flat)
    flat /= PROCESSES
    for parameter, gradient in zip(parameters, flat[:-2].split([parameter.numel() for parameter in parameters])):
        parameter.grad = gradient.view_as(parameter)
    return flat[-2].item(), min(1.0, flat[-1].item())


@torch.no_grad()
def _follow(average: Network, network: Network, step: int) -> None:
    kept = min(AVERAGING, step / (step + 10))  # smaller at first, because the first weights are random
    for held, parameter in zip(average.parameters(), network.parameters()):
        held.lerp_(parameter, 1 - kept)


def _worker(
    rank: int,
    folder: Path,
    weights: Path,
    seconds: float,
    start_weights: Path | None,
    tuning: Sequence[str],
    highest: float,
) -> None:
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29517")
    distributed.init_process_group("gloo", rank=rank, world_size=PROCESSES)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shards = [Shard.load(path) for path in sorted(folder.glob("[0-9]*"))]
    dev = {name: Shard.load(folder / name) for name in tuning}
    network = Network(*_statistics(shards[MILD_SHARDS]))
    if start_weights is not None:
        with np.load(start_weights) as file:
            network.load_exported({name: torch.from_numpy(file[name]) for name in file.files})
    first = shards[: MILD_SHARDS + 2] if start_weights is None else shards
    average = copy.deepcopy(network)
    parameters = list(network.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=0.0, weight_decay=1e-4, betas=(0.9, 0.98))
    torch.manual_seed(rank)  # dropout and shifts differ between the processes
    order, own = np.random.default_rng(0), np.random.default_rng(rank + 1)
    start = saved = time.time()
    step, progress, recent = 0, 0.0, 4.0

    for turn in _turns(first, shards, rank, order):
        for batch in turn:
            loss = loss_of(network, batch, own)
            optimiser.zero_grad()
            loss.backward()
            shared, progress = _exchange(parameters, loss.item(), (time.time() - start) / seconds)
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.param_groups[0]["lr"] = rate(progress, highest)
            optimiser.step()
            step += 1
            _follow(average, network, step)
            recent += 0.01 * (shared - recent)
            if rank == 0 and (time.time() - saved > CHECKPOINT_SECONDS or progress >= 1):
                saved = time.time()
                np.savez(weights, **{name: tensor.numpy() for name, tensor in average.exported().items()})
                errors = [f"{name} {word_errors(average, shard):.1f} %" for name, shard in dev.items()]
                print(f"{(saved - start) / 60:.0f} min, step {step}, loss {recent:.4f},", *errors, flush=True)
            if progress >= 1:
                distributed.destroy_process_group()
                return


def _turns(first: list[Shard], shards: list[Shard], rank: int, order: np.random.Generator) -> Iterator[list[Batch]]:
    """Yield the batches of this process for each pass over the training data. There is no last pass.

    Args:
        first: The shards of the first pass. A training from random weights begins with those that are augmented less.
        shards: The shards of every later pass.
        rank: The number of this process.
        order: The source of all random choices. It must have the same seed in all processes.
    """
    chosen = first
    while True:
        turn = list(batches(chosen, FRAMES, order))
        yield turn[rank : len(turn) - len(turn) % PROCESSES : PROCESSES]
        chosen = shards


def train(
    folder: Path,
    weights: Path,
    minutes: float,
    start: Path | None = None,
    tuning: Sequence[str] = DEV,
    highest: float | None = None,
) -> None:
    """Train the network, and write the averaged weights every two minutes and at the end.

    Args:
        folder: The folder with the shards of the training data.
        weights: The `.npz` file to write.
        minutes: The duration of the training.
        start: The `.npz` file with the weights from which the training starts, or `None` for random weights.
        tuning: The names of the tuning corpora, whose word error rates are printed.
        highest: The highest learning rate, or `None` for the usual one of a training that starts in this way.
    """
    highest = highest or (HIGHEST_RATE if start is None else CONTINUED_RATE)
    multiprocessing.spawn(_worker, (folder, weights, minutes * 60, start, tuning, highest), PROCESSES)
