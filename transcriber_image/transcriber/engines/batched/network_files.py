"""The names of the two files in the folder of a converted network."""

#: The ONNX graph, and the weights to which it refers.
MODEL, WEIGHTS = "acoustic.onnx", "acoustic.weights"
