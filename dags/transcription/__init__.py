"""What the DAG `transcribe_audio` is made of, and the contract it shares with the container."""
