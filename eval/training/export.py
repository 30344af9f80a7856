"""Write the networks that Readout runs: ``python -m eval.training.export NET.pt [--mean NET.pt] [--index FOLDER]``.

``reader.onnx`` is the reader with 8-bit weights, ``reader.sha256`` its checksum. ``embedder.onnx`` is MiniLM's graph without weights:
these are read from the package that carries them. Needs the extra ``training``. Ends by saying how far onnxruntime and torch are apart.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

from eval.training import reference
from eval.training.net import EPSILON, HEADS, LAYERS, WIDTH, Net
from index.embedder import MIDDLE, bundled_folder
from index.runtime import session

OPSET = 20
INDEX = Path(__file__).parents[2] / "index"


SHARE = 0.85  # of the later state, where two of one run are taken together


def load_net(file: Path, earlier: Path | None = None) -> Net:
    """The reader in torch, from its trained weights, or from the mean of two states of one run.

    Means of states generalise better than either: Wortsman and others, "Model soups" (2022).
    """
    net, weights = Net(), torch.load(file, weights_only=True)
    if earlier:
        other = torch.load(earlier, weights_only=True)
        weights = {name: SHARE * value + (1 - SHARE) * other[name] for name, value in weights.items()}
    net.load_state_dict(weights)
    return net.eval()


def example(pairs: int, pieces: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Word pieces of pairs as `Net.forward` takes them, the last pair shorter than the others."""
    torch.manual_seed(seed)
    ids = torch.randint(1000, 20000, (pairs, pieces))
    ids[-1, pieces * 3 // 4 :] = 0
    kinds = ((torch.arange(pieces) > pieces // 2) & (ids != 0)).long()
    return ids, kinds, torch.full((pairs,), pieces // 3)


def write_reader(net: Net, file: Path) -> None:
    """Write the reader with 8-bit weights."""
    pairs, pieces = torch.export.Dim("pairs"), torch.export.Dim("pieces")
    shapes = {"ids": {0: pairs, 1: pieces}, "kinds": {0: pairs, 1: pieces}, "second": {0: pairs}}
    made = torch.onnx.export(
        net, example(3, 40), dynamo=True, input_names=list(shapes), output_names=["scores"], dynamic_shapes=shapes, opset_version=OPSET
    )
    assert made is not None
    store(made, file)


def store(program: torch.onnx.ONNXProgram, file: Path) -> None:
    """Store an exported network with 8-bit weights and its checksum, and without the notes that name the files it was exported by."""
    with tempfile.TemporaryDirectory() as name:
        whole = Path(name) / "whole.onnx"
        program.save(str(whole))
        model = onnx.load(str(whole))
        del model.graph.value_info[:]  # shapes that the exporter noted before it folded weights
        onnx.save(model, str(whole))
        quantize_dynamic(str(whole), str(file), weight_type=QuantType.QInt8, per_channel=True)
    made = onnx.load(str(file))
    graph = made.graph
    for part in (made, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(made, str(file))
    file.with_suffix(".sha256").write_text(hashlib.sha256(file.read_bytes()).hexdigest() + "\n", encoding="utf-8")


def write_embedder(file: Path) -> None:
    """Write MiniLM's graph, from word pieces to a vector of unit length, with its weights left outside under their own names."""
    nodes: list[onnx.NodeProto] = []
    shapes = {name: value.shape for name, value in load_file(bundled_folder() / "model.safetensors").items()}
    used: list[str] = []

    def node(kind: str, *given: str, **known: Any) -> str:
        out = f"{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, list(given), [out], **known))
        used.extend(name for name in given if name in shapes and name not in used)
        return out

    constants: dict[str, NDArray[np.generic]] = {
        "apart": np.array([0, 0, HEADS, WIDTH // HEADS]),
        "together": np.array([0, 0, WIDTH]),
        "scale": np.array((WIDTH // HEADS) ** -0.5, np.float32),
        "one": np.array(1.0, np.float32),
        "hidden": np.array(-1e9, np.float32),
        "second": np.array([1]),
        "middle": np.array([1, 2]),
        "zero": np.array(0),
        "step": np.array(1),
    }

    def linear(state: str, at: str) -> str:
        return node("Add", node("MatMul", state, node("Transpose", f"{at}.weight", perm=[1, 0])), f"{at}.bias")

    def normal(state: str, at: str) -> str:
        return node("LayerNormalization", state, f"{at}.weight", f"{at}.bias", axis=-1, epsilon=EPSILON)

    def heads(state: str) -> str:
        return node("Transpose", node("Reshape", state, "apart"), perm=[0, 2, 1, 3])

    pieces = node("Squeeze", node("Gather", node("Shape", "ids"), "second"))
    places = node("Gather", "embeddings.position_embeddings.weight", node("Range", "zero", pieces, "step"))
    kind = node("Gather", "embeddings.token_type_embeddings.weight", "zero")
    words = node("Gather", "embeddings.word_embeddings.weight", "ids")
    state = normal(node("Add", node("Add", words, places), kind), "embeddings.LayerNorm")
    there = node("Cast", "there", to=TensorProto.FLOAT)
    bias = node("Unsqueeze", node("Mul", node("Sub", "one", there), "hidden"), "middle")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (heads(linear(state, f"{at}.attention.self.{part}")) for part in ("query", "key", "value"))
        seen = node("Add", node("Mul", node("MatMul", query, node("Transpose", key, perm=[0, 1, 3, 2])), "scale"), bias)
        mixed = node("Reshape", node("Transpose", node("MatMul", node("Softmax", seen, axis=-1), value), perm=[0, 2, 1, 3]), "together")
        state = normal(node("Add", state, linear(mixed, f"{at}.attention.output.dense")), f"{at}.attention.output.LayerNorm")
        inner = linear(node("Gelu", linear(state, f"{at}.intermediate.dense")), f"{at}.output.dense")
        state = normal(node("Add", state, inner), f"{at}.output.LayerNorm")
        if layer + 1 == MIDDLE:
            nodes.append(helper.make_node("Identity", [state], ["states"]))
    weight = node("Unsqueeze", there, "last")
    constants["last"] = np.array([2])
    total = node("ReduceSum", node("Mul", state, weight), "second", keepdims=0)
    nodes.append(helper.make_node("LpNormalization", [total], ["vectors"], axis=-1, p=2))
    _save(file, nodes, constants, {name: shapes[name] for name in used})


def _save(file: Path, nodes: list[onnx.NodeProto], constants: dict[str, NDArray[np.generic]], outside: dict[str, tuple[int, ...]]) -> None:
    inside = [
        helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape, value.ravel())
        for name, value in constants.items()
    ]
    graph = helper.make_graph(
        nodes,
        "MiniLM",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"]) for name in ("ids", "there")],
        [
            helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH]),
            helper.make_tensor_value_info("states", TensorProto.FLOAT, ["texts", "pieces", WIDTH]),
        ],
        [*inside, *(_outside(name, shape) for name, shape in outside.items())],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10), str(file))


def _outside(name: str, shape: tuple[int, ...]) -> TensorProto:
    found = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    found.external_data.add(key="location", value="model.safetensors")
    return found


def apart(net: Net, file: Path) -> float:
    """The largest difference between the scores in torch and in onnxruntime, over pairs of several lengths."""
    runner, worst = session(file), 0.0
    for pieces in (12, 40, 90, 150):
        given = example(8, pieces, seed=pieces)
        with torch.inference_mode():
            expected = net(*given).numpy()
        found = runner.run(None, dict(zip(("ids", "kinds", "second"), (part.numpy() for part in given), strict=True)))[0]
        worst = max(worst, float(np.abs(found - expected).max()))
    return worst


def main() -> None:
    """Write both networks."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("net", type=Path)
    options.add_argument("--mean", type=Path, metavar="NET", help="an earlier state of the run, to be taken with the later one")
    options.add_argument("--index", type=Path, default=INDEX)
    chosen = options.parse_args()
    net = load_net(chosen.net, chosen.mean)
    write_reader(net, chosen.index / "reader.onnx")
    write_embedder(chosen.index / "embedder.onnx")
    reference.write(net)
    print(f"largest difference between torch and onnxruntime: {apart(net, chosen.index / 'reader.onnx'):.3f}")


if __name__ == "__main__":
    main()
