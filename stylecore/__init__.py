"""Neural style transfer with ONNX Runtime and no deep-learning framework."""
