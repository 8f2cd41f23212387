"""The names of the two files in the folder of a converted network."""

#: The file of the ONNX graph, and the file of the weights to which the graph refers.
MODEL, WEIGHTS = "acoustic.onnx", "acoustic.weights"
