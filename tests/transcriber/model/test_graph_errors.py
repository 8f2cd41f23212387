"""The graph reader's errors name the file, the node and what to do; a graph that is read wrongly is never used."""

from __future__ import annotations

import multiprocessing
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.support.transcriber.graph_skeletons import (
    DEMO,
    ENGLISH,
    LAYER_NORM,
    OFFICIAL,
    Skeleton,
    change_node,
    pack_labels,
    random_weights,
    to_pbmm,
)
from tests.support.transcriber.protobuf_fields import decode_fields, field, varint
from transcriber.model.graph import check_graph, read_graph, read_letters
from transcriber.model.model_folder import open_folder
from transcriber.selection.engine_selection import open_engine
from transcription.contract.errors import GraphUnsupported, ModelInvalid
from transcription.contract.options import ENGINES, Options

CELL = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell"
LSTM = f"{CELL}/BlockLSTM"
HIDDEN = f"{LSTM}:6".encode()
LESS = [f"{CELL}/SequenceMask/{name}".encode() for name in ("Range", "Cast")]


def dimensions(*sizes: int) -> bytes:
    """Encode a shape."""
    return b"".join(field(2, field(1, size, 0)) for size in sizes)


def shaped(*sizes: int) -> bytes:
    """Encode the value of an attribute that is a shape."""
    return field(7, dimensions(*sizes))


def floats(sizes: tuple[int, ...], content: bytes) -> bytes:
    """Encode the value of an attribute that is a tensor of floats; `content` is the encoded field of its values."""
    return field(8, b"\x08\x01" + field(2, dimensions(*sizes)) + content)


def number(value: float, *sizes: int) -> bytes:
    """Encode the value of an attribute that is a tensor of floats, which are all the same."""
    return floats(sizes, field(5, struct.pack("<f", value)))


def integers(*values: int, scalar: bool = False) -> bytes:
    """Encode the value of an attribute that is a tensor of integers."""
    shape = b"" if scalar else dimensions(len(values))
    return field(8, b"\x08\x03" + field(2, shape) + field(7, b"".join(map(varint, values))))


def write(path: Path, graph: bytes) -> Path:
    path.write_bytes(to_pbmm(graph) if path.suffix == ".pbmm" else graph)
    return path


def test_a_graph_with_layer_normalisation_is_refused_with_the_name_of_the_node(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pb", Skeleton(LAYER_NORM).fill(random_weights(64, ENGLISH)))
    with pytest.raises(
        GraphUnsupported,
        match=r'a\.pb is not .* Minimum is expected where node "layer_5_1/LayerNorm/batchnorm/add_1" \(AddV2\) is\.'
        r" Export it again .* without layer normalisation, or set the engine to libdeepspeech\.$",
    ):
        read_graph(path)


#: Changes of DeepSpeech's graph: the node, new names (1), operations (2) or inputs (3), new attributes, the message.
CHANGES = [
    ("logits", {2: [b"LogSoftmax"]}, {}, r'Softmax is expected where node "logits" \(LogSoftmax\) is'),
    ("logits", {3: [b"^raw_logits"]}, {}, r'"logits" \(Softmax\) has 0 inputs, and number 0 is missing'),
    ("logits", {3: [b"gone"]}, {}, r'"logits" \(Softmax\) has an input "gone", which is not in the graph'),
    ("layer_2/bias/read", {3: [b"layer_2/bias/read"]}, {}, r'"layer_2/bias/read" \(Identity\) is its own input'),
    ("MatMul_1", {3: [b"Minimum:1", b"layer_2/weights"]}, {}, r'output 1 of node "Minimum" \(Minimum\) is used'),
    ("input_node", {1: [b"input"]}, {}, 'there is no node "input_node"'),
    ("input_node", {}, {b"shape": shaped(1, 16, 18, 26)}, r'"input_node" .* shape \(1, 16, 18, 26\); one utterance'),
    ("input_node", {}, {b"shape": shaped(-1, 16, 19, 26)}, "for any number of utterances at once"),
    ("input_node", {}, {b"shape": shaped(2, 16, 19, 26)}, "for 2 utterances at once.* --export_batch_size must be 1"),
    ("previous_state_c", {}, {b"shape": shaped(2, 8)}, "for 2 utterances at once.* --export_batch_size must be 1"),
    ("input_node", {}, {b"shape": shaped(1, -1, 19, 26)}, "for whole utterances .* --n_steps must"),
    ("input_node", {}, {b"shape": shaped(1, 16, 494)}, r"shape \(1, 16, 494\), and four dimensions"),
    (
        "metadata_feature_win_step",
        {},
        {b"value": integers(40)},
        "windows have 512 samples and start every 640 .* --feature_win_step must not exceed --feature_win_len",
    ),
    ("input_node", {}, {b"shape": shaped(1, 16, 19, 25)}, r"takes 494 numbers .* gives 19 frames of 25"),
    ("Minimum/y", {}, {b"value": number(20.0, 8)}, r'"Minimum" \(Minimum\) has 8 limits instead of one'),
    ("MatMul", {}, {b"transpose_b": b"\x28\x01"}, r'"MatMul" \(MatMul\) transposes'),
    ("layer_2/weights", {}, {b"value": number(0.5, 8, 7)}, r'"MatMul_1" .* of \(8, 7\) .* where 8 outputs are wanted'),
    ("Relu_1", {2: [b"Relu6"]}, {}, r'Relu is expected where node "Relu_1" \(Relu6\) is'),
    ("Minimum_1/y", {}, {b"value": number(6.0)}, r"clipped at \[6\.0, 20\.0\]"),
    ("layer_5/bias", {}, {b"value": number(0.5)}, r'"MatMul_3" .* biases of \(\) where 8 outputs'),
    ("layer_2/weights", {}, {b"value": field(8, b"\x08\x13")}, '"layer_2/weights" .* float16 instead of float32'),
    ("layer_2/weights", {2: [b"VariableV2"]}, {}, r'"layer_2/weights" \(VariableV2\) is no constant'),
    ("Reshape_2/shape", {}, {b"value": integers(8, -1)}, r'"Reshape_2" .* \[8, -1\] where frames of 8 numbers'),
    ("transpose/perm", {}, {b"value": integers(0, 1, 2, 3)}, r"into the order \[0, 1, 2, 3\]"),
    (LSTM, {}, {b"use_peephole": b"\x28\x01"}, r"BlockLSTM\) has peepholes"),
    (LSTM, {}, {b"forget_bias": b"\x25\x00\x00\xc0\x7f"}, "forget bias nan"),
    (LSTM, {2: [b"BlockLSTMV2"]}, {}, r"BlockLSTM is expected where .* \(BlockLSTMV2\) is"),
    (f"{CELL}/kernel", {}, {b"value": number(0.1, 16, 31)}, r"a kernel of \(16, 31\) .* for 8 units"),
    (
        f"{CELL}/mul",
        {3: [HIDDEN, b"layer_2/bias"]},
        {},
        r'"layer_2/bias" \(Const\) is no mask of frames behind the end',
    ),
    (f"{CELL}/SequenceMask/Less", {2: [b"Greater"]}, {}, "is no mask of frames behind the end"),
    (f"{CELL}/SequenceMask/Less", {3: [*LESS[::-1]]}, {}, "is no mask of frames behind the end"),
    (f"{CELL}/Cast", {3: [b"metadata_version"]}, {}, "does not stop at input_lengths"),
    ("previous_state_h", {}, {b"shape": shaped(1, 9)}, r'starts from node "previous_state_h" .* of shape \(1, 9\)'),
    ("Reshape_2", {3: [f"{LSTM}:1".encode(), b"Reshape_2/shape"]}, {}, "output 1 of .* is used instead of 6"),
    ("AudioSpectrogram", {}, {b"magnitude_squared": b"\x28\x00"}, "does not square magnitudes"),
    ("AudioSpectrogram", {}, {b"window_size": b"\x18\x80\x08"}, r"windows of 1024 .* metadata say 512"),
    ("Mfcc", {}, {b"dct_coefficient_count": b"\x18\x0d"}, "coefficients=13.* input_node takes 26"),
    ("Mfcc/sample_rate", {}, {b"value": integers(8000, scalar=True)}, r"for \[8000\] Hz, and its metadata say 16000"),
    ("metadata_version", {}, {b"value": integers(5)}, "of version 5, and DeepSpeech 0.9's graphs are of version 6"),
    ("metadata_beam_width", {1: [b"beam_width"]}, {}, 'no node "metadata_beam_width"'),
    ("new_state_c", {3: [f"{LSTM}:6".encode()]}, {}, r'"new_state_c" .* outputs \[6\] of .* instead of 1'),
]


@pytest.mark.parametrize(("node", "fields", "attributes", "reason"), CHANGES, ids=[change[3] for change in CHANGES])
def test_a_graph_of_another_structure_is_refused_with_the_reason(
    tmp_path: Path, node: str, fields: dict[int, list[bytes]], attributes: dict[bytes, bytes], reason: str
) -> None:
    graph = Skeleton(OFFICIAL).fill(random_weights(8, ENGLISH))
    path = write(tmp_path / "a.pb", change_node(graph, node, fields, attributes))
    with pytest.raises(GraphUnsupported, match=rf"a\.pb is not built as DeepSpeech 0\.9 .*({reason})"):
        read_graph(path)


@pytest.mark.parametrize(
    ("node", "attributes", "reason"),
    [
        ("metadata_feature_win_step", {b"value": integers(40)}, "--feature_win_step must not exceed --feature_win_len"),
        ("input_node", {b"shape": shaped(2, 16, 19, 26)}, "--export_batch_size must be 1"),
        ("input_node", {b"shape": shaped(1, -1, 19, 26)}, "--n_steps must be above 0"),
    ],
)
def test_a_graph_that_libdeepspeech_cannot_stream_through_is_refused_for_every_engine(
    tmp_path: Path, node: str, attributes: dict[bytes, bytes], reason: str
) -> None:
    """Such a graph ended the process of libdeepspeech for each file."""
    graph = Skeleton(OFFICIAL).fill(random_weights(8, ENGLISH))
    path = write(tmp_path / "a.pb", change_node(graph, node, {}, attributes))
    for engine in ENGINES:
        with (
            pytest.raises(GraphUnsupported, match=reason),
            open_engine(open_folder(tmp_path), Options(engine=engine), 1),
        ):
            pass
    assert path.exists() and multiprocessing.active_children() == []


@pytest.mark.parametrize("steps", [1, 8, 64])
def test_a_graph_for_any_number_of_frames_in_a_call_passes(tmp_path: Path, steps: int) -> None:
    graph = Skeleton(OFFICIAL).fill(random_weights(8, ENGLISH))
    path = write(tmp_path / "a.pb", change_node(graph, "input_node", {}, {b"shape": shaped(1, steps, 19, 26)}))
    assert check_graph(path) == ENGLISH


#: Damage that no TensorFlow writes: the node, new attributes, and the message.
DAMAGES = [
    ("metadata_sample_rate", {b"value": integers(0)}, "should be a number from 1 to .* is \\[0\\]"),
    ("metadata_feature_win_len", {b"value": integers(1001)}, "should be a number from 1 to 1,000"),
    ("metadata_beam_width", {b"value": integers(500, 500)}, r"\[500, 500\]"),
    ("metadata_version", {b"value": integers(*range(17))}, r"is of the shape \(17,\)"),
    ("layer_2/bias", {b"value": floats((8,), field(4, b"abc"))}, "part of a float"),
    ("layer_2/bias", {b"value": number(1.0, 8, 0)}, r"1 numbers for the shape \(8, 0\)"),
    ("layer_2/bias", {b"value": number(1.0, 8, -1)}, r"1 numbers for the shape \(8, -1\)"),
    ("layer_2/bias", {b"value": floats((2048, 1024), field(5, bytes(8)))}, "gives 2 numbers of 2,097,152"),
    ("transpose/perm", {b"value": field(8, b"\x08\x03" + field(7, b"\1\1"))}, "has more than 1 numbers"),
    ("transpose/perm", {b"value": field(8, b"\x08\x03" + field(4, b"abc"))}, "part of an integer"),
    ("metadata_alphabet", {b"value": field(8, b"\x08\x07")}, "holds 0 strings of 0 bytes instead of one"),
    (LSTM, {b"use_peephole": b"\x2a\x01a"}, "field 5 is no number"),
    (LSTM, {b"forget_bias": b"\x22\x01a"}, "field 4 holds a part of a float"),
    (LSTM, {b"forget_bias": b"\x20\x01"}, "field 4 is a number"),
    ("input_node", {b"shape": b"\x38\x01"}, "field 7 is a number"),
    ("input_node", {b"shape": b"\x3a\x05a"}, "field 7 is to have 5 bytes, and 1 are left"),
    ("input_node", {b"shape": b"\x3b"}, "there is no wire type 3"),
    ("input_node", {b"shape": b"\x38\xff\xff"}, "a number has no end"),
    ("input_node", {b"shape": b"\x38\1" * 257}, "a message has more than 256 fields"),
]


@pytest.mark.parametrize(("node", "attributes", "reason"), DAMAGES, ids=[damage[2] for damage in DAMAGES])
def test_values_that_no_exporter_writes_are_reported_as_damage(
    tmp_path: Path, node: str, attributes: dict[bytes, bytes], reason: str
) -> None:
    graph = Skeleton(OFFICIAL).fill(random_weights(8, ENGLISH))
    path = write(tmp_path / "a.pb", change_node(graph, node, {}, attributes))
    with pytest.raises(ModelInvalid, match=rf"a\.pb is damaged: .*({reason}).*\. Upload it again"):
        read_graph(path)


def test_two_nodes_of_one_name_or_an_endless_name_are_an_error(tmp_path: Path) -> None:
    graph = Skeleton(OFFICIAL).fill(random_weights(8, ENGLISH))
    for more, reason in ((b"logits", 'it has two nodes "logits"'), (b"a" * 1001, "a name has 1,001 bytes")):
        path = write(tmp_path / "a.pb", graph + field(1, field(1, more)))
        with pytest.raises(ModelInvalid, match=rf"a\.pb is damaged: .*{reason}"):
            read_graph(path)
        path.unlink()


#: The length of a region.
LENGTH = b"\x18" + varint(40)
#: Damage to the entry of a region in the directory: the old and new bytes, and the message.
DIRECTORIES = [
    (LENGTH, b"", r'its directory does not tell the length of "memmapped_package://layer_3_bias"'),
    (LENGTH, b"\x18" + varint(400), r'its directory is damaged at "memmapped_package://layer_3_bias": 400 bytes'),
    (LENGTH, b"\x18" + varint(-1), r'its directory is damaged at "memmapped_package://layer_3_bias": -1 bytes'),
    (LENGTH, b"\x18" + varint(36), r'"layer_3/bias" \(ImmutableConst\) has the shape \(10,\), and its region 36 bytes'),
    (b"layer_3_bias", b"layer_2_bias", r'its directory is damaged at "memmapped_package://layer_2_bias"'),
    (b"layer_3_bias", b"layer_9_bias", r'lies in "memmapped_package://layer_3_bias", which the file does not have'),
]


@pytest.mark.parametrize(("old", "new", "reason"), DIRECTORIES, ids=[damage[2] for damage in DIRECTORIES])
def test_a_damaged_directory_is_an_error(tmp_path: Path, old: bytes, new: bytes, reason: str) -> None:
    data = to_pbmm(Skeleton(OFFICIAL).fill(random_weights(10, ENGLISH)), smallest=40)
    start = int.from_bytes(data[-8:], "little")
    regions = [bytes(value) for _, _, value in decode_fields(data[start:-8])]
    damaged = (region.replace(old, new) if b"layer_3_bias" in region else region for region in regions)
    path = tmp_path / "a.pbmm"
    path.write_bytes(data[:start] + b"".join(field(1, region) for region in damaged) + data[-8:])
    with pytest.raises(ModelInvalid, match=rf"a\.pbmm is damaged: .*{reason}"):
        read_graph(path)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("suffix", [".pb", ".pbmm"])
def test_weights_that_are_not_finite_are_an_error(tmp_path: Path, suffix: str, number: float) -> None:
    weights = random_weights(64, ENGLISH)
    weights["lstm_kernel"][100, 200] = number
    path = write(tmp_path / f"a{suffix}", Skeleton(DEMO).fill(weights))
    with pytest.raises(ModelInvalid, match=rf'a{suffix} is damaged: node "lstm_kernel" .* not finite'):
        read_graph(path)


def test_an_alphabet_of_another_size_than_the_output_is_an_error(tmp_path: Path) -> None:
    graph = Skeleton(DEMO).fill(random_weights(8, ENGLISH))
    short = field(8, b"\x08\x07" + field(8, pack_labels(ENGLISH[:-1])))
    path = write(tmp_path / "a.pb", change_node(graph, "metadata_alphabet", {}, {b"value": short}))
    with pytest.raises(GraphUnsupported, match=r"\[-1, 1, 29\] where frames of 28 numbers are expected"):
        read_graph(path)


#: An alphabet in which label 2 follows label 0.
GAP = struct.pack("<HHHsHHs", 2, 0, 1, b"a", 2, 1, b"b")


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        pack_labels(ENGLISH)[:-1],
        pack_labels((b"a", b"a")),
        pack_labels((b"a", b"")),
        pack_labels(()),
        GAP,
    ],
)
def test_a_damaged_alphabet_is_an_error(tmp_path: Path, packed: bytes) -> None:
    graph = Skeleton(DEMO).fill(random_weights(8, ENGLISH))
    value = field(8, b"\x08\x07" + field(8, packed))
    path = write(tmp_path / "a.pb", change_node(graph, "metadata_alphabet", {}, {b"value": value}))
    with pytest.raises(ModelInvalid, match=r"a\.pb is damaged: its alphabet"):
        read_letters(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"short", "its last eight bytes do not say where its directory is"),
        (bytes(100), "there is no graph in its directory"),
        (
            b"<!DOCTYPE html><html><body>Not Found</body></html>",
            "its last eight bytes do not say where its directory is",
        ),
    ],
)
def test_a_file_that_is_no_mapped_model_is_reported_as_damaged(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.pbmm"
    path.write_bytes(content)
    with pytest.raises(
        ModelInvalid, match=rf"a\.pbmm is damaged: {reason}.* Upload it again; if it still is, export it again\.$"
    ):
        read_graph(path)
