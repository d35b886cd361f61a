"""One other engine in `make bench`: for each line on stdin with a number of runs, the milliseconds of each,
by the clock and by the processor.

    peer.py ENGINE NETWORK BATCH THREADS ONNX_FOLDER

`torch-layers` and `torch-hoisted` are PyTorch with the encoder and with GRU-D written in another way.
"""

import json
import os
import sys
import time
from pathlib import Path

engine, network, batch, threads, folder = sys.argv[1:]
batch, threads = int(batch), int(threads)
os.environ["OMP_NUM_THREADS"] = str(threads)
sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures"))

import numpy as np
from formula import fill, picture, tokens

# Of models/icu-mortality.
N_STEPS, N_CHANNELS, N_FACTS, HIDDEN = 48, 37, 8, 64


def known_input():
    """What the network reads, a batch of each part."""
    if network == "encoder":
        parts = [tokens(512, 8192)]
    elif network == "gru_d":
        parts = [course((N_STEPS, N_CHANNELS)), course((N_FACTS,))]
    else:
        parts = [picture(3 if network == "resnet18" else 1, 224, 224, 0.5, 0.25)]
    return [np.repeat(it[None], batch, 0) for it in parts]


def course(shape):
    """The known input of a course: small whole numbers, with gaps."""
    cell = np.arange(np.prod(shape)) * 7919 % 13
    return np.where(cell <= 5, np.nan, cell).astype(np.float32).reshape(shape)


def torch_model():
    from networks import DenseNet121, PlainEncoder, ResNet
    from peer_networks import GruD, HoistedGruD, LayerEncoder

    if network == "encoder":
        model = PlainEncoder(8192, 512, 4, 256, 4, 1024, 3)
        fill(model)
        if engine == "torch-layers":
            model = LayerEncoder(model, 256, 4, 1024).take()
        return model.eval()
    if network == "gru_d":
        model = (HoistedGruD if engine == "torch-hoisted" else GruD)(N_CHANNELS, N_FACTS, HIDDEN, 1)
    elif network == "resnet18":
        model = ResNet(3, 64, [2, 2, 2, 2], 7, 2, True, 3)
    else:
        model = DenseNet121(1, 3)
    fill(model)
    return model.eval()


def onnx_path():
    """The exported network, made once; the batch is fixed, which suits the engines best."""
    path = Path(folder) / f"{network}-{batch}.onnx"
    if not path.exists():
        import torch

        part = path.with_suffix(".part")
        torch.onnx.export(torch_model(), tuple(map(torch.from_numpy, known_input())), str(part), dynamo=False, opset_version=17)
        part.rename(path)
    return str(path)


def runner():
    x = known_input()
    if engine.startswith("torch"):
        import torch

        torch.set_num_threads(threads)
        model, x = torch_model(), [torch.from_numpy(it) for it in x]

        def run():
            with torch.inference_mode():
                return model(*x).numpy()

        return run
    if engine == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        session = onnxruntime.InferenceSession(onnx_path(), options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return lambda: session.run(None, {name: x[0]})[0]
    import openvino

    precision = "bf16" if engine == "openvino-bf16" else "f32"
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(onnx_path(), "CPU", settings)
    request = compiled.create_infer_request()
    return lambda: request.infer(x)[compiled.output(0)]


run = runner()
answer = run()
print(json.dumps({"ready": True, "logits": np.asarray(answer)[0].tolist()}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start, cpu_start = time.perf_counter(), time.process_time()
        run()
        times.append([(time.perf_counter() - start) * 1e3, (time.process_time() - cpu_start) * 1e3])
    print(json.dumps(times), flush=True)
