"""Views for those who run the server: health, metrics, and the demo's helpers."""
