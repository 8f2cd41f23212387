"""Recognition with DeepSpeech's own libraries, which run in a process of Python 3.9."""
