"""The smoke test: prove that a deployment works, by transcribing a clip with it."""
