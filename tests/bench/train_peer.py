"""One other engine in `make bench-train`: for each line on stdin with a number of steps, the seconds of these
training steps of the source article's network, by the clock and by the processor.

    train_peer.py ENGINE BATCH THREADS
"""

import json
import os
import sys
import time

engine, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.environ["OMP_NUM_THREADS"] = str(threads)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np


def keras_steps(jit):
    """The tutorial's own network and call (https://www.tensorflow.org/tutorials/images/cnn)."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )
    assert model.count_params() == 122_570
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, jit_compile=jit)

    def steps(images, labels):
        model.fit(images, labels, batch_size=batch, epochs=1, verbose=0)

    return steps, lambda n: (np.random.rand(n, 32, 32, 3).astype("float32"), np.arange(n) % 10)


def torch_steps(memory_format):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    model = nn.Sequential(
        nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(),
        nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip
    assert sum(it.numel() for it in model.parameters()) == 122_570
    model = model.to(memory_format=getattr(torch, memory_format)).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    loss = nn.CrossEntropyLoss()

    def steps(images, labels):
        for chosen in torch.randperm(len(images)).split(batch):
            x = images[chosen].contiguous(memory_format=getattr(torch, memory_format))
            optimizer.zero_grad(set_to_none=True)
            loss(model(x), labels[chosen]).backward()
            optimizer.step()

    return steps, lambda n: (torch.rand(n, 3, 32, 32), torch.arange(n) % 10)


ENGINES = {
    "keras": lambda: keras_steps("auto"),
    "keras without XLA": lambda: keras_steps(False),
    "torch": lambda: torch_steps("contiguous_format"),
    "torch channels last": lambda: torch_steps("channels_last"),
}

steps, data = ENGINES[engine]()
steps(*data(2 * batch))
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    pair = data(int(line) * batch)
    clock, processor = time.perf_counter(), time.process_time()
    steps(*pair)
    print(json.dumps([time.perf_counter() - clock, time.process_time() - processor]), flush=True)
