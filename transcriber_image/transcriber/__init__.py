"""Speech to text with DeepSpeech: one shard of a run from S3, or plain WAV files on a desk.

A file flows through `wav` (is it one?), `audio` (decode), `segments` (cut at silence), `engine` (words) and
`transcript` (assemble), always as a stream; `subtitles` are made of the transcript. `shard` does this for every file of
a shard, `store` is S3.
"""

#: Written into every transcript, so that one can tell which code made it.
__version__ = "0.1.0"
