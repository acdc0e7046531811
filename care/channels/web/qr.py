"""QR codes for the chat, as addresses of SVG pictures: nothing of them becomes markup of the page."""

import segno


def qr_code(content: str) -> str:
    """A ``data:`` address of the picture, with the quiet zone and the error correction that telephones like (M, 15 %)."""
    address: str = segno.make(content, error="m", micro=False).svg_data_uri(
        scale=4, border=4, dark="#000", light="#fff"
    )
    return address
