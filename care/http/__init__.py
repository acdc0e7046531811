"""What all views share: error bodies, limits, network addresses, origins, headers, pages."""
