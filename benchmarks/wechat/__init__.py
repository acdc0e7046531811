"""Load on the WeChat channel: the product behind the simulated platform."""
