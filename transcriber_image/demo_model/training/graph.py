"""The network as a TensorFlow graph that DeepSpeech 0.9.3's client loads."""

from __future__ import annotations

import struct

import numpy as np
import tensorflow.compat.v1 as tf

from .features import CHANNELS, COEFFICIENTS, HIGHEST, LOWEST, SAMPLE_RATE, STEP, WINDOW
from .vocabulary import ALPHABET, BLANK

CONTEXT = 9
CLIP = 20.0
STEPS = 16  # frames that the graph processes in one call
GRAPH_VERSION = 6  # required by the 0.9.3 client
BEAM_WIDTH = 500


def alphabet_bytes() -> bytes:
    """Return the alphabet as DeepSpeech's client reads it: a count, then label, length and bytes of each letter."""
    entries = (struct.pack("<HH", label, 1) + letter.encode() for label, letter in enumerate(ALPHABET))
    return struct.pack("<H", len(ALPHABET)) + b"".join(entries)


def build(weights: dict[str, np.ndarray]) -> tf.GraphDef:
    """Return the graph with `weights`, which `Network.exported` made, as constants."""
    hidden = weights["layer_1_bias"].shape[0]
    with tf.Graph().as_default() as graph:
        samples = tf.placeholder(tf.float32, [WINDOW], "input_samples")
        spectrogram = tf.raw_ops.AudioSpectrogram(
            input=tf.expand_dims(samples, -1), window_size=WINDOW, stride=STEP, magnitude_squared=True
        )
        features = tf.raw_ops.Mfcc(
            spectrogram=spectrogram,
            sample_rate=SAMPLE_RATE,
            upper_frequency_limit=HIGHEST,
            lower_frequency_limit=LOWEST,
            filterbank_channel_count=CHANNELS,
            dct_coefficient_count=COEFFICIENTS,
        )
        tf.reshape(features, [-1, COEFFICIENTS], name="mfccs")

        window = 2 * CONTEXT + 1
        node = tf.placeholder(tf.float32, [1, STEPS, window, COEFFICIENTS], "input_node")
        lengths = tf.placeholder(tf.int32, [1], "input_lengths")
        cell = tf.placeholder(tf.float32, [1, hidden], "previous_state_c")
        output = tf.placeholder(tf.float32, [1, hidden], "previous_state_h")

        constants = {name: tf.constant(value, name=name) for name, value in weights.items()}

        def dense(values: tf.Tensor, number: int) -> tf.Tensor:
            product = tf.matmul(values, constants[f"layer_{number}_weights"])
            return tf.nn.bias_add(product, constants[f"layer_{number}_bias"])

        values = tf.reshape(tf.transpose(node, [1, 0, 2, 3]), [-1, window * COEFFICIENTS])
        for number in (1, 2, 3):
            values = tf.minimum(tf.nn.relu(dense(values, number)), CLIP)
        peephole = tf.zeros([hidden])
        lstm = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.cast(tf.reduce_max(lengths), tf.int64), x=tf.reshape(values, [-1, 1, hidden]),
            cs_prev=cell, h_prev=output, w=constants["lstm_kernel"], wci=peephole, wcf=peephole, wco=peephole,
            b=constants["lstm_bias"], forget_bias=0.0, cell_clip=-1.0, use_peephole=False,
        )  # fmt: skip
        # The client's TensorFlow has GatherNd, but no GatherV2 for these types.
        last = tf.stack([lengths - 1, tf.zeros_like(lengths)], axis=1)
        tf.identity(tf.gather_nd(lstm.cs, last), name="new_state_c")
        tf.identity(tf.gather_nd(lstm.h, last), name="new_state_h")
        values = tf.minimum(tf.nn.relu(dense(tf.reshape(lstm.h, [-1, hidden]), 5)), CLIP)
        # The client reads the number of labels from the constant "logits_shape".
        shape = tf.constant([-1, 1, BLANK + 1], name="logits_shape")
        tf.nn.softmax(tf.reshape(dense(values, 6), shape), name="logits")

        tf.constant([GRAPH_VERSION], name="metadata_version")
        tf.constant([SAMPLE_RATE], name="metadata_sample_rate")
        tf.constant([WINDOW * 1000 // SAMPLE_RATE], name="metadata_feature_win_len")
        tf.constant([STEP * 1000 // SAMPLE_RATE], name="metadata_feature_win_step")
        tf.constant([BEAM_WIDTH], name="metadata_beam_width")
        tf.constant([alphabet_bytes()], name="metadata_alphabet")
        return graph.as_graph_def()
