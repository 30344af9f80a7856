"""Does Readout keep its word? Golden questions, metrics, the gate and the benchmarks."""

import os

os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # before anything here imports ragas: nothing is ever sent anywhere
os.environ.setdefault("TQDM_DISABLE", "1")  # read when it is first imported: ragas' progress bar would write over ours
