"""Makes static/vendor/zxing-wasm-…/ from the npm package of zxing-wasm, which reads QR codes; standard library only.

    npm pack zxing-wasm@3.1.4
    python tools/vendor_zxing.py zxing-wasm-3.1.4.tgz

Only its reader is taken. By itself it would fetch its WebAssembly from a host far away, which fails in a hall without
a network and which no page of ours may do: that address is taken out. The WebAssembly is ZXing-C++, whose licence
(Apache 2.0) lies beside it as LICENSE-zxing-cpp.txt.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import sys
import tarfile
from pathlib import Path

VERSION = "3.1.4"
INTEGRITY = "sha512-1+v8p7sauddySVNG+ye7GD/0TS95BG2ycdkrC+EnBrFBFkHeIghzUt2yVjtx3NucJeNrQnhT8yGAIz60Vx9o0w=="
TARGET = Path(__file__).resolve().parent.parent / "static" / "vendor" / f"zxing-wasm-{VERSION}"
FAR_AWAY = re.compile(r"`https://fastly\.jsdelivr\.net/npm/zxing-wasm@[^`]*`")
#: From the package's paths to ours.
FILES = {
    "package/LICENSE": "LICENSE.txt",
    "package/dist/es/reader/index.js": "reader.js",
    "package/dist/es/share.js": "share.js",
    "package/dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
}


def read_package(tarball: Path) -> dict[str, bytes]:
    """The wanted files by our name. Raises SystemExit when it is not the package that npm published."""
    data = tarball.read_bytes()
    digest = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if digest != INTEGRITY:
        sys.exit(f"{tarball.name} is not zxing-wasm {VERSION} as published: {digest}")
    with tarfile.open(tarball) as package:
        return {ours: package.extractfile(theirs).read() for theirs, ours in FILES.items()}  # type: ignore[union-attr]


def at_home(script: bytes) -> bytes:
    """A script without the address far away, that imports the file beside it. Raises SystemExit if one is left."""
    text = script.decode().replace('"../share.js"', '"./share.js"')
    text = FAR_AWAY.sub("new URL(`./${e}`, import.meta.url).href", text)
    if "//fastly" in text or "cdn" in text.lower():
        sys.exit("an address far away is left; mend at_home")
    return re.sub(r"//# sourceMappingURL=.*", "", text).strip().encode() + b"\n"


def vendor(tarball: Path) -> None:
    """Write the reader, its WebAssembly and its licence."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, content in read_package(tarball).items():
        (TARGET / name).write_bytes(at_home(content) if name.endswith(".js") else content)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tarball", type=Path)
    vendor(parser.parse_args().tarball)
