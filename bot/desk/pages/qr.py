"""A QR code as a picture in the page: no style attributes, which the page's policy forbids."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """Black on white in every scheme of colours: readers of QR codes need it so."""
    made = segno.make(text, error="m", micro=False).svg_inline(
        dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(made)  # noqa: S704  # shapes alone: the text is not in it
