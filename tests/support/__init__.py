"""What the integration and conformance tests stand on: servers good and evil, lines that break, the gateway."""
