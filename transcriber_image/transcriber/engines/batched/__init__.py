"""The batched engine, which runs DeepSpeech's network on many segments at once.

libdeepspeech processes one segment at a time. For each 20 ms of the segment, it reads all weights of the LSTM from
memory, and this takes most of the time. The batched engine reads the weights once for all segments that it processes
together. The words are the same, and a core transcribes at least five times as much audio.

A segment passes through these modules: `mfcc` calculates features, `network_runner` the probabilities of letters, and
`beam_search` the text. `batched_engine` controls them. `onnx_conversion` writes the network in the format of
`onnxruntime`, and `network_cache` finds networks that are already converted.
"""
