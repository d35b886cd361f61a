"""Makes layout.json: the layout of a fixed picture by NumPy, and a Ledoit-Wolf covariance by scikit-learn.

Run with NumPy 2.4 and scikit-learn 1.8: python layout.py > layout.json
"""

import json

import numpy as np
from sklearn.covariance import LedoitWolf


def picture(width, height):
    y, x = np.mgrid[:height, :width]
    return ((7 * x + 13 * y + x * y) % 97) / 96.0


def adaptive(plane, side):
    def parts(n):
        return [(i * n // side, -(-(i + 1) * n // side)) for i in range(side)]

    height, width = plane.shape
    return np.array([[plane[a:b, c:d].mean() for c, d in parts(width)] for a, b in parts(height)])


def layout(plane, side=48, cells=6, directions=8):
    plane = adaptive(plane, side)
    down = plane[2:, 1:-1] - plane[:-2, 1:-1]
    right = plane[1:-1, 2:] - plane[1:-1, :-2]
    strength, angle = np.hypot(down, right), np.arctan2(down, right)
    found = []
    for idx in range(directions):
        votes = np.clip(np.cos(angle - 2 * np.pi * idx / directions), 0, None) ** 4 * strength
        found.append(adaptive(votes, cells))
    return np.sqrt(np.array(found)).reshape(-1)


found = layout(picture(70, 50))
rows = np.array([[np.sin(1 + 3 * i + 5 * j) + 0.3 * j * np.cos(2 * i) for j in range(4)] for i in range(12)])
fit = LedoitWolf().fit(rows)
print(
    json.dumps(
        {
            "layout": [round(float(it), 6) for it in found[::7]],
            "rows": np.round(rows, 6).tolist(),
            "distances": [round(float(np.sqrt(it / 4)), 5) for it in fit.mahalanobis(np.round(rows, 6))],
        }
    )
)
