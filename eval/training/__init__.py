"""What made the reader's weights. Nothing here runs when Readout answers, and CI runs none of it."""
