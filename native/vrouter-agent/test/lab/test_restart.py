"""The agent ends, and begins anew."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import unittest

from lab import Router, pb
from sa import Sa, inner, install, policy


class Restart(unittest.TestCase):
    def setUp(self):
        self.router = Router()

    def tearDown(self):
        self.router.close()

    def test_a_killed_agent_comes_back_empty_in_another_generation_and_lets_nothing_out_in_clear(self):
        router = self.router
        router.complete()
        before = router.call("Attach", pb.AttachRequest(controller_instance="c1"))
        out = Sa(True, 0xA001)
        install(router, out)
        router.inside.send(inner(1))
        self.assertEqual(len(router.outside.receive(1)), 1)
        router.kill(signal.SIGKILL)
        router.start()
        router.inside.send(inner(2))
        self.assertEqual(router.outside.nothing(), [])
        after = router.call("Attach", pb.AttachRequest(controller_instance="c1"))
        self.assertNotEqual(after.generation, before.generation)
        self.assertGreater(after.generation, before.generation)
        self.assertEqual((after.previous_controller_instance, after.policies_complete), ("", False))
        self.assertEqual(after.capabilities.sas_used, 0)
        request = Sa(True, 0xA002).request()
        request.expected_generation = before.generation
        self.assertEqual(router.call("AddSa", request).code, pb.UNAVAILABLE)
        router.must("AddPolicy", policy(pb.BYPASS))
        router.inside.send(inner(3))
        self.assertEqual(router.outside.nothing(), [])
        router.complete()
        router.inside.send(inner(4))
        self.assertEqual(len(router.outside.receive(1)), 1)

    def test_it_ends_on_sigterm_in_time_with_streams_open(self):
        events = self.router.events()
        began = time.monotonic()
        self.assertEqual(self.router.kill(signal.SIGTERM), 0)
        self.assertLess(time.monotonic() - began, 10)
        events.close()
        self.router.start()

    def test_it_forwards_on_while_nobody_controls_it(self):
        router = self.router
        out = Sa(True, 0xA003)
        install(router, out)
        router.channel.close()
        for n in range(20):
            router.inside.send(inner(n))
        self.assertEqual(len(router.outside.receive(20)), 20)

    def second_agent(self, change=lambda line: line):
        """Starts another one with the same configuration, but for what is changed, and returns how it ended."""
        configuration = os.path.join(self.router.directory, "second.conf")
        with open(self.router.configuration) as f, open(configuration, "w") as second:
            second.write("".join(change(line) for line in f if not line.startswith("metrics")))
        return subprocess.run(["ip", "netns", "exec", self.router.space.name, os.environ["KEYWAY_VROUTER_AGENT"],
                               configuration], capture_output=True, text=True, timeout=60)

    def test_a_second_agent_does_not_take_its_socket(self):
        done = self.second_agent()
        self.assertEqual(done.returncode, 1)
        self.assertIn("another agent serves", done.stderr)
        self.assertTrue(self.router.alive())

    def test_nor_does_it_wait_for_one_that_takes_nobody(self):
        path = os.path.join(self.router.directory, "busy.sock")
        with contextlib.ExitStack() as open_ones:
            busy = open_ones.enter_context(socket.socket(socket.AF_UNIX))
            busy.bind(path)
            busy.listen(0)
            with self.assertRaises(BlockingIOError):
                while True:  # until its queue is full
                    client = open_ones.enter_context(socket.socket(socket.AF_UNIX))
                    client.setblocking(False)
                    client.connect(path)
            done = self.second_agent(lambda line: f"listen unix {path}\n" if line.startswith("listen unix") else line)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another agent serves " + path, done.stderr)
