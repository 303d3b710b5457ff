"""PyTorch definitions; state-dict names are those of the public StreamingT2V checkpoint (reference-spec §5)."""
