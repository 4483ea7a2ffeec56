"""Runs the tests of this directory against a built agent, a line of JSON for each: {"test", "ok", "why"}.

    runner.py [MODULE ...]     KEYWAY_VROUTER_AGENT is the program; needs root
"""

import importlib
import json
import os
import signal
import sys
import traceback
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
MODULES = ["test_core", "test_families", "test_algorithms", "test_wire", "test_control", "test_metrics",
           "test_restart", "test_pairs", "test_secgw",
           "test_attacks", "test_stress"]


class Lines(unittest.TestResult):
    def line(self, test, ok, why=""):
        # A failure of setUpClass has no test of its own.
        name = test.id() if hasattr(test, "id") else str(test)
        print(json.dumps({"test": name, "ok": ok, "why": why}), flush=True)

    def addSuccess(self, test):
        self.line(test, True)

    def failed(self, test, err):
        super().addFailure(test, err)
        self.line(test, False, "".join(traceback.format_exception(*err)))

    def addSubTest(self, test, subtest, err):
        # One line for the test that it is part of.
        if err is not None and not getattr(test, "told", False):
            test.told = True
            super().addFailure(test, err)
            self.line(test, False, str(subtest) + ": " + "".join(traceback.format_exception(*err)))

    addError = failed
    addFailure = failed


def ended(*_):
    import lab
    for router in list(lab.LIVE):
        router.close()
    os._exit(1)


def main():
    signal.signal(signal.SIGTERM, ended)
    result = Lines()
    loader = unittest.defaultTestLoader
    # One suite: the library takes a class down once for each.
    suite = unittest.TestSuite()
    for name in sys.argv[1:] or MODULES:
        module, _, one = name.partition(".")
        loaded = importlib.import_module(module)
        suite.addTests(loader.loadTestsFromName(one, loaded) if one else loader.loadTestsFromModule(loaded))
    suite.run(result)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
