"""The graph that DeepSpeech 0.9's training code exports, built with the same operations of TensorFlow 1.15."""

from __future__ import annotations

import struct

import tensorflow as tf
import tensorflow.compat.v1 as tfv1
from tensorflow.python.ops import gen_audio_ops

RATE, WINDOW_MS, STEP_MS = 16000, 32, 20
COEFFICIENTS, CONTEXT, STEPS = 26, 9, 16
CLIP = 20.0
LETTERS = " abcdefghijklmnopqrstuvwxyz'"


def build(units: int, layer_norm: bool) -> tfv1.GraphDef:
    """Return a frozen graph with random weights.

    Args:
        units: the number of units in each layer.
        layer_norm: whether to normalise layers, as the training code does with its flag `--layer_norm`.
    """
    with tf.Graph().as_default(), tfv1.Session() as session:
        outputs = [*_features(), *_network(units, layer_norm), *_metadata()]
        session.run(tfv1.global_variables_initializer())
        names = [output.op.name for output in outputs]
        frozen = tfv1.graph_util.convert_variables_to_constants(session, session.graph_def, names)
        return tfv1.graph_util.extract_sub_graph(frozen, names)


def _features() -> list[tf.Tensor]:
    samples = tfv1.placeholder(tf.float32, [RATE * WINDOW_MS // 1000], "input_samples")
    spectrogram = gen_audio_ops.audio_spectrogram(
        tf.expand_dims(samples, -1),
        window_size=RATE * WINDOW_MS // 1000,
        stride=RATE * STEP_MS // 1000,
        magnitude_squared=True,
    )
    mfccs = gen_audio_ops.mfcc(
        spectrogram, sample_rate=RATE, dct_coefficient_count=COEFFICIENTS, upper_frequency_limit=RATE / 2
    )
    return [tf.identity(tf.reshape(mfccs, [-1, COEFFICIENTS]), name="mfccs")]


def _network(units: int, layer_norm: bool) -> list[tf.Tensor]:
    width = 2 * CONTEXT + 1
    node = tfv1.placeholder(tf.float32, [1, STEPS, width, COEFFICIENTS], "input_node")
    lengths = tfv1.placeholder(tf.int32, [1], "input_lengths")
    state = [tfv1.placeholder(tf.float32, [1, units], f"previous_state_{letter}") for letter in "ch"]
    values = tf.reshape(tf.transpose(node, [1, 0, 2, 3]), [-1, COEFFICIENTS + 2 * COEFFICIENTS * CONTEXT])
    for number in (1, 2, 3):
        values = _dense(f"layer_{number}", values, units, layer_norm=layer_norm)
    with tfv1.variable_scope("cudnn_lstm/rnn/multi_rnn_cell/cell_0"):
        cell = tf.contrib.rnn.LSTMBlockFusedCell(units, forget_bias=0, name="cudnn_compatible_lstm_cell")
        values, state = cell(
            tf.reshape(values, [-1, 1, units]),
            initial_state=tuple(state),
            dtype=tf.float32,
            sequence_length=lengths,
        )
    values = _dense("layer_5", tf.reshape(values, [-1, units]), units, layer_norm=layer_norm)
    classes = len(LETTERS) + 1
    values = tf.reshape(_dense("layer_6", values, classes, relu=False), [-1, 1, classes], name="raw_logits")
    return [
        tf.nn.softmax(values, name="logits"),
        *(tf.identity(part, name=f"new_state_{letter}") for part, letter in zip(state, "ch")),
    ]


def _dense(name: str, values: tf.Tensor, units: int, relu: bool = True, layer_norm: bool = False) -> tf.Tensor:
    with tfv1.variable_scope(name):
        initializer = tfv1.random_normal_initializer(stddev=0.1, seed=1)
        bias = tfv1.get_variable("bias", [units], initializer=initializer)
        weights = tfv1.get_variable("weights", [values.shape[-1], units], initializer=initializer)
    values = tf.nn.bias_add(tf.matmul(values, weights), bias)
    if relu:
        values = tf.minimum(tf.nn.relu(values), CLIP)
    if layer_norm:
        with tfv1.variable_scope(name):
            values = tf.contrib.layers.layer_norm(values)
    return values


def _metadata() -> list[tf.Tensor]:
    letters = b"".join(
        struct.pack("<HH", label, len(letter.encode())) + letter.encode() for label, letter in enumerate(LETTERS)
    )
    numbers = {
        "version": 6, "sample_rate": RATE, "feature_win_len": WINDOW_MS, "feature_win_step": STEP_MS, "beam_width": 500
    }  # fmt: skip
    return [
        *(tf.constant([number], name=f"metadata_{name}") for name, number in numbers.items()),
        tf.constant([struct.pack("<H", len(LETTERS)) + letters], name="metadata_alphabet"),
        tf.constant([b"en"], name="metadata_language"),
    ]
