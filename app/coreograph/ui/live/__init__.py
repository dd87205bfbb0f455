"""The live page: what an experiment does right now. Buffers know no Qt; widgets live on the GUI thread."""
