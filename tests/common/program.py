# SPDX-License-Identifier: BSD-2-Clause
"""A program of ours in Python, to look at a part of it."""

import importlib.machinery
import importlib.util
import sys


def load(file):
    """As a module, without a trace in its folder."""
    loader = importlib.machinery.SourceFileLoader(f"program_{file.stem}", str(file))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module
