"""Articles in, evidence out: reading, splitting, attributing, embedding, storing and searching."""

import os

# Judging multiplies small matrices: more than one thread only makes them wait for each other, by seconds on a busy machine.
# NumPy reads this when it is first imported, so it has to stand here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
