"""The inbox: what customers said and was not understood for sure, in the order of what teaches most."""
