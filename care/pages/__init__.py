"""The small pages that customers reach by a signed link (``care/links.py``): one file a page, a template beside it.

They need no script: plain HTML that works in WeChat's browser, with large type and a style sheet of our own.
"""

from care.pages.routes import router

__all__ = ["router"]
