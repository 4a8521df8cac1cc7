#!/usr/bin/python3
"""Gangway beside its peers, row by row; ./dev bench runs this. See docs/performance.md."""
import sys

from harness.main import main

sys.exit(main())
