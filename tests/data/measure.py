"""Makes measure.json: what NumPy and scikit-image find inside shapes on a fixed pattern (NumPy 2.4, scikit-image 0.26).

Coordinates are in pixel edges, so a pixel's centre is at +0.5; scikit-image counts from centres, hence the halves."""

import json
import math

import numpy as np
from skimage.draw import ellipse
from skimage.measure import grid_points_in_poly

WIDTH, HEIGHT = 61, 47
ROW_MM, COLUMN_MM = 0.75, 0.5


def pattern():
    row, column = np.mgrid[0:HEIGHT, 0:WIDTH]
    values = ((7 * column + 13 * row + column * row) % 97).astype(np.float32) - 1000
    values[(column * 31 + row * 17) % 23 == 0] = np.nan  # padding
    return values


PATTERN = pattern()


def statistics(mask):
    inside = PATTERN[mask]
    known = inside[np.isfinite(inside)].astype(np.float64)
    return {
        "n_pixels": int(known.size),
        "n_padding": int(inside.size - known.size),
        "mean": float(known.mean()),
        "deviation": float(known.std()),
        "min": float(known.min()),
        "max": float(known.max()),
    }


def polygon(name, points):
    corners = np.array([[y - 0.5, x - 0.5] for x, y in points])
    mask = grid_points_in_poly((HEIGHT, WIDTH), corners)
    x, y = np.array(points).T
    area = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) * ROW_MM * COLUMN_MM
    return {"name": name, "points": points, "area_mm2": float(area), **statistics(mask)}


def ellipse_case(name, center, half, turned_degrees):
    turn = math.radians(turned_degrees)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    # scikit-image turns against the clock with rows upwards, which is with the clock for rows downwards by -turn.
    mask[ellipse(center[1] - 0.5, center[0] - 0.5, half[1], half[0], shape=mask.shape, rotation=-turn)] = True
    axes = [
        [half[0] * math.cos(turn), half[0] * math.sin(turn)],
        [-half[1] * math.sin(turn), half[1] * math.cos(turn)],
    ]
    area = math.pi * half[0] * half[1] * ROW_MM * COLUMN_MM
    return {"name": name, "center": center, "axes": axes, "area_mm2": area, **statistics(mask)}


def length(start, end):
    mm = np.hypot((end[0] - start[0]) * COLUMN_MM, (end[1] - start[1]) * ROW_MM)
    return {"points": [start, end], "mm": float(mm)}


def degrees(corner, first, second):
    scale = np.array([COLUMN_MM, ROW_MM])
    a, b = [(np.array(it) - np.array(corner)) * scale for it in (first, second)]
    return float(np.degrees(np.arccos(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))))


found = {
    "width": WIDTH,
    "height": HEIGHT,
    "row_mm": ROW_MM,
    "column_mm": COLUMN_MM,
    "polygons": [
        polygon("triangle", [[3.2, 4.1], [50.7, 9.3], [20.4, 40.9]]),
        polygon("rectangle", [[5.3, 6.2], [30.8, 6.2], [30.8, 21.7], [5.3, 21.7]]),
        polygon("turned rectangle", [[20.15, 5.05], [40.35, 15.25], [33.65, 28.45], [13.45, 18.25]]),
        polygon("star", [[30.1, 2.3], [35.2, 18.4], [55.3, 18.7], [39.4, 28.1], [45.6, 44.2], [30.3, 34.7], [14.2, 44.9], [20.8, 28.3], [4.4, 18.6], [24.7, 18.2]]),
        polygon("beyond the frame", [[-10.3, -5.2], [25.4, 10.6], [-3.7, 60.1]]),
    ],
    "ellipses": [
        ellipse_case("circle", [30.3, 22.6], [11.23, 11.23], 0),
        ellipse_case("upright", [28.1, 20.7], [20.37, 9.61], 0),
        ellipse_case("turned by 30 degrees", [30.2, 23.4], [18.91, 7.33], 30),
        ellipse_case("beyond the frame", [55.7, 40.2], [14.77, 12.59], 0),
    ],
    "lengths": [length([1.5, 2.5], [31.5, 22.5]), length([0, 0], [0, 10]), length([7.25, 9.5], [2.75, 9.5])],
    "angles": [
        {"points": [first, corner, second], "degrees": degrees(corner, first, second)}
        for first, corner, second in [
            ([10, 5], [20, 20], [35.5, 7.25]),
            ([40, 20], [20, 20], [20, 40]),
            ([1, 1], [30, 30], [58, 45]),
        ]
    ],
}
print(json.dumps(found, indent=None, separators=(",", ":")).replace("},{", "},\n{"))
