"""QR codes as inline SVG."""

from __future__ import annotations

from markupsafe import Markup

QUIET = 4


def qr_svg(text: str) -> Markup:
    """`text` as a QR code: one path on white, decoration beside the same words in the page."""
    import qrcode

    code = qrcode.QRCode(border=QUIET, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    size = len(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Markup(
        '<svg class="yd-qr" viewBox="0 0 {size} {size}" width="240" height="240" aria-hidden="true" focusable="false" '
        'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#ffffff"/>'
        '<path d="{path}" fill="#000000"/></svg>'
    ).format(size=size, path=path)
