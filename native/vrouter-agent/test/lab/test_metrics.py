"""What the metrics say, read with the parser of the Prometheus project, and what the operators' page says of them."""

import os
import re

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from base import RouterTest
from lab import HERE, pb
from sa import Sa, inner, install, octets

PAGE = os.path.join(HERE, "../../../../docs/vrouter-agent.md")


class Metrics(RouterTest):
    def families(self):
        head, _, body = self.router.metrics().partition("\r\n\r\n")
        self.assertIn("application/openmetrics-text; version=1.0.0", head)
        # It refuses a sample told twice, a counter without its suffix, samples out of their family, a missing end.
        return {f.name: f for f in text_string_to_metric_families(body)}

    def values(self, family, **labels):
        """Values of the samples of a family that have these labels."""
        return [s.value for s in self.families()[family].samples if labels.items() <= s.labels.items()]

    def test_a_parser_takes_them_and_the_counts_are_right(self):
        out, into = Sa(True, 0x7601, owner="site \"a\"\\"), Sa(False, 0x7602)
        install(self.router, out, into)
        self.inside.send(inner(1))
        self.one(self.outside)
        self.assertEqual(self.values("keyway_sa_packets", direction="outbound", spi="0x00007601", peer="192.0.2.2"), [1])
        self.assertEqual(self.values("keyway_sa_packets", direction="inbound", spi="0x00007602"), [0])
        self.assertEqual(self.values("keyway_sa_dropped_packets", spi="0x00007602", reason="replay"), [0])
        self.assertEqual(self.values("keyway_policy_packets", direction="outbound",
                                     selectors="10.1.0.0-10.1.0.255 > 10.2.0.0-10.2.0.255"), [1])
        self.assertEqual(self.values("keyway_policy", action="protect", spi="0x00007601"), [1])
        self.assertEqual(self.values("keyway_sa", spi="0x00007601", owner="site \"a\"\\", remote="192.0.2.2",
                                     mode="tunnel", udp_port=""), [1])
        self.assertEqual(self.values("keyway_sas"), [1, 1])
        self.assertEqual(self.values("keyway_sas_room"), [512])
        self.assertGreaterEqual(self.values("keyway_core_encrypted_packets", core="0", role="forwarding")[0], 1)
        self.assertGreaterEqual(self.values("keyway_port_sent_packets", side="unprotected")[0], 1)
        self.assertEqual(self.values("keyway_port_up"), [1, 1])
        self.assertLessEqual(self.values("keyway_free_buffers")[0], self.values("keyway_buffers")[0])
        self.assertEqual(self.values("keyway_event_listeners"), [0])
        events = self.router.events()
        self.assertEqual(self.values("keyway_event_listeners"), [1])
        events.close()
        self.assertTrue(self.router.metrics("/other").startswith("HTTP/1.1 404"))

    def test_drops_have_a_reason_and_a_core(self):
        before = self.values("keyway_core_dropped_packets", core="0")[0]
        self.inside.send(inner(1))
        self.dropped("no_policy", 1)
        self.assertEqual(self.values("keyway_core_dropped_packets", core="0")[0] - before, 1)

    def test_sas_to_one_peer_with_one_spi_are_told_apart(self):
        # Behind one NAT two peers may choose one SPI; an SA that moves there must not take the other's name.
        moving, second = Sa(True, 0x7603), Sa(True, 0x7603, remote="192.0.2.7")
        self.router.must("AddSa", moving.request())
        self.router.must("UpdateSa", pb.UpdateSaRequest(item=pb.UpdateSa(
            id=moving.id(), endpoints=pb.Endpoints(local=octets("192.0.2.1"), remote=octets("192.0.2.7")))))
        self.router.must("AddSa", second.request())
        peers = [s.labels["peer"] for s in self.families()["keyway_sa_packets"].samples
                 if s.labels["spi"] == "0x00007603"]
        self.assertEqual(sorted(peers), ["192.0.2.2", "192.0.2.7"])
        self.assertEqual(self.values("keyway_sa", spi="0x00007603", peer="192.0.2.2", remote="192.0.2.7"), [1])

    def test_the_page_for_operators_tells_of_each(self):
        with open(PAGE, encoding="utf-8") as f:
            text = f.read()
        told = set(re.findall(r"`(keyway_[a-z_]+)`", text))
        there = set(self.families())
        self.assertEqual(told, there)
        reasons = {s.labels["reason"] for s in self.families()["keyway_dropped_packets"].samples}
        self.assertEqual([r for r in sorted(reasons) if "`%s`" % r not in text], [])
