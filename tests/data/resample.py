"""Makes resample.json: what Pillow's BILINEAR filter makes of a fixed pattern (run with Pillow 13.0.0)."""

import json

from PIL import Image


def pattern(width, height):
    image = Image.new("F", (width, height))
    image.putdata([float((7 * x + 13 * y + x * y) % 97) for y in range(height) for x in range(width)])
    return image


CASES = [
    # name, fit, source size, target size, box in the source
    ("smaller", "stretch", (40, 30), (8, 6), (0, 0, 40, 30)),
    ("much smaller", "stretch", (301, 207), (5, 4), (0, 0, 301, 207)),
    ("larger", "stretch", (20, 16), (25, 19), (0, 0, 20, 16)),
    ("centre crop", "center_crop", (40, 30), (7, 7), (5, 0, 35, 30)),
]

found = []
for name, fit, source, target, box in CASES:
    resized = pattern(*source).resize(target, Image.Resampling.BILINEAR, box=box)
    values = [round(it, 5) for it in resized.get_flattened_data()]
    found.append({"name": name, "fit": fit, "source": source, "target": target, "values": values})
print(json.dumps(found, indent=None, separators=(",", ":")).replace("},{", "},\n{"))
