"""A class of tests that share one router."""

import time
import unittest

from lab import Router


class RouterTest(unittest.TestCase):
    SETTINGS = {}

    @classmethod
    def setUpClass(cls):
        cls.router = Router(**cls.SETTINGS)

    @classmethod
    def tearDownClass(cls):
        cls.router.close()

    def setUp(self):
        self.router.reset()
        self.router.complete()
        self.before = self.router.drops()

    def tearDown(self):
        self.assertTrue(self.router.alive(), "the agent died: " + self.router.log_text())

    @property
    def inside(self):
        return self.router.inside

    @property
    def outside(self):
        return self.router.outside

    def dropped(self, reason, count, seconds=2):
        """Waits until so many packets were dropped for this reason since setUp."""
        until = time.monotonic() + seconds
        while True:
            now = self.router.drops()[reason] - self.before[reason]
            if now == count:
                return
            if now > count or time.monotonic() > until:
                others = {r: n - self.before[r] for r, n in self.router.drops().items() if n != self.before[r]}
                self.fail("%d packets dropped for %s, not %d; all: %s" % (now, reason, count, others))
            time.sleep(0.02)

    def one(self, wire, seconds=3.0):
        packets = wire.receive(1, seconds)
        if not packets:
            others = {r: n - self.before[r] for r, n in self.router.drops().items() if n != self.before[r]}
            self.fail("no packet came; dropped: %s" % others)
        return packets[0]
