"""Speech to text with DeepSpeech: one shard of a run from S3, or plain WAV files on a desk.

A file flows through `wav` (is it one?), `audio` (decode), `segments` (cut at silence), an engine (words) and
`transcript` (assemble), always as a stream. `recordings` does this for many files at once, `engine` says what an engine
is, `libdeepspeech` and `batched` are two on one core, `parallel` runs one on all, `choice` says which. `shard` leads a
run's `inputs` through it to its `outputs`, which `store` keeps in S3; `desk` does so for plain files.
"""

#: Written into every transcript, so that one can tell which code made it.
__version__ = "0.2.0"
