"""The code of the DAG `transcribe_audio`, and the contract that the DAG shares with the container."""
