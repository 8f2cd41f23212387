"""The files in the folder of a network."""

#: The graph, and the weights beside it that it names.
MODEL, WEIGHTS = "acoustic.onnx", "acoustic.weights"
