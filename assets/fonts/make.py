"""Cuts the bundled fonts from the npm packages @expo-google-fonts/inter 0.4.2 and @expo-google-fonts/noto-sans-sc 0.4.3.

    npm pack @expo-google-fonts/inter@0.4.2 @expo-google-fonts/noto-sans-sc@0.4.3
    for it in *.tgz; do mkdir -p "${it%.tgz}" && tar xzf "$it" -C "${it%.tgz}"; done
    pip install fonttools && python make.py .

Inter keeps Latin, Greek and Cyrillic; its digits are the tabular ones. Noto Sans SC keeps GB 2312, JIS X 0208
(kana, kanji of levels 1 and 2) and what stands beside them; hinting is dropped from both.
"""

import pathlib
import sys

from fontTools import subset, ttLib

LATIN = [(0x20, 0x17F), (0x192, 0x192), (0x218, 0x21B), (0x2C6, 0x2DD), (0x300, 0x30C), (0x370, 0x3FF), (0x400, 0x52F),
         (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2190, 0x21FF),
         (0x2200, 0x22FF), (0x2300, 0x23FF), (0x25A0, 0x25FF), (0x2600, 0x26FF), (0x2713, 0x2717), (0xFFFD, 0xFFFD)]
CJK = [(0x2E80, 0x2EFF), (0x3000, 0x30FF), (0x31F0, 0x31FF), (0x3200, 0x33FF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF)]


def spread(ranges):
    return {code for first, last in ranges for code in range(first, last + 1)}


def legacy(codec, first_bytes):
    """All characters of a double-byte set."""
    found = set()
    for first in first_bytes:
        for second in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([first, second]).decode(codec)))
            except (UnicodeDecodeError, TypeError):
                pass
    return found


def cut(source, target, codes, tabular):
    font = ttLib.TTFont(source)
    if tabular:
        lookups = [lookup for record in font["GSUB"].table.FeatureList.FeatureRecord if record.FeatureTag == "tnum"
                   for lookup in record.Feature.LookupListIndex]
        swap = {}
        for index in set(lookups):
            for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                swap.update(getattr(getattr(table, "ExtSubTable", table), "mapping", {}))
        for table in font["cmap"].tables:
            for code in list(table.cmap):
                if chr(code).isdigit() and table.cmap[code] in swap:
                    table.cmap[code] = swap[table.cmap[code]]
    options = subset.Options(hinting=False, layout_features=["kern", "mark", "mkmk", "ccmp"], notdef_outline=True, name_IDs=["*"])
    worker = subset.Subsetter(options)
    worker.populate(unicodes=codes)
    worker.subset(font)
    font.save(target)
    print(target, pathlib.Path(target).stat().st_size, len(font.getBestCmap()))


def main():
    here = pathlib.Path(sys.argv[1])
    inter = next(here.glob("*inter-0.4.2*/package"))
    noto = next(here.glob("*noto-sans-sc-0.4.3*/package"))
    latin = spread(LATIN)
    han = spread(LATIN) | spread(CJK) | legacy("gb2312", range(0xA1, 0xF8)) | legacy("euc_jp", range(0xA1, 0xFF))
    cut(inter / "400Regular/Inter_400Regular.ttf", "Inter-Regular.ttf", latin, tabular=True)
    cut(inter / "600SemiBold/Inter_600SemiBold.ttf", "Inter-SemiBold.ttf", latin, tabular=True)
    cut(noto / "400Regular/NotoSansSC_400Regular.ttf", "NotoSansSC-Regular.ttf", han, tabular=False)


main()
