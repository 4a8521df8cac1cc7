"""What the integration and conformance tests stand on: servers good and evil, a proxy that breaks lines, the gateway."""
