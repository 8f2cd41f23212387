"""DeepSpeech's network run on many segments at once: the same words as libdeepspeech, for a fifth of the computing.

libdeepspeech runs one segment at a time, and for each 20 ms of it reads all weights of the LSTM from memory, which is
what it waits for. Here one reading serves all segments that are under way.

`features` turns samples into what the network hears, `conversion` writes the network as `onnxruntime` wants it,
`acoustic` runs it, `decoder` finds the words in what it says, `engine` is the stream of segments through all of them.
"""
