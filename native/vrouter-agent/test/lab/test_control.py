"""What a controller may say, and what becomes of what it may not."""

import os
import socket
import ssl
import subprocess
import time

import grpc
from base import RouterTest
from lab import DEADLINE, pb
from sa import GMAC, Sa, inner, install, octets, pair, policy


class Calls(RouterTest):
    def refused(self, request, why, method="AddSa", code=pb.REFUSED):
        result = self.router.call(method, request)
        self.assertEqual((pb.ResultCode.Name(result.code), why in result.reason),
                         (pb.ResultCode.Name(code), True), result.reason)

    def snapshot(self):
        parts = list(self.router.stub.Snapshot(pb.SnapshotRequest(), timeout=DEADLINE))
        self.assertTrue(parts[-1].last)
        return parts

    def test_bad_sas_are_refused_by_name_and_leave_nothing(self):
        sa = Sa(True, 0x7001)

        def changed(**fields):
            request = sa.request()
            for name, value in fields.items():
                target = request.item.keys if name.endswith("_key") else request.item.sa
                if name == "spi":
                    target.id.spi = value
                elif hasattr(value, "DESCRIPTOR"):
                    getattr(target, name).CopyFrom(value)
                else:
                    setattr(target, name, value)
            return request

        self.refused(changed(encryption=99), "encryption algorithm 99 is not known")
        self.refused(changed(integrity=77), "integrity algorithm 77 is not known")
        self.refused(changed(encryption_key=b"short"), "keys of 5 and 0 octets")
        self.refused(changed(spi=7), "reserved")
        self.refused(changed(mode=9), "mode must be")
        self.refused(changed(replay_window=5000), "more than 4096")
        self.refused(changed(encryption=GMAC, esn=True), "extended sequence numbers")
        self.refused(changed(owner="x" * 65), "64 octets")
        self.refused(pb.AddSaRequest(), "")
        upside_down = sa.request()
        upside_down.item.sa.selectors[0].local.first, upside_down.item.sa.selectors[0].local.last = (
            octets("10.1.0.9"), octets("10.1.0.1"))
        self.refused(upside_down, "upside down")
        none = sa.request()
        del none.item.sa.selectors[:]
        self.refused(none, "1 to 32 pairs")
        self.router.must("AddSa", sa.request())
        self.refused(Sa(True, 0x7001).request(), "already", code=pb.CONFLICT)
        self.assertEqual(sum(len(p.sas) for p in self.snapshot()), 1)
        self.refused(policy(pb.PROTECT, sa=Sa(True, 0x7FFF)), "not there", "AddPolicy")
        self.refused(policy(pb.HOLD, sa=sa), "only an outbound PROTECT", "AddPolicy")
        self.refused(pb.DelSaRequest(item=pb.DelSa(id=Sa(True, 0x7FFF).id())), "no SA", "DelSa", pb.ABSENT)
        self.refused(pb.UpdateSaRequest(item=pb.UpdateSa(id=sa.id(), endpoints=pb.Endpoints(
            local=octets("2001:db8::1"), remote=octets("192.0.2.2")))), "two families", "UpdateSa")

    def test_one_bad_item_of_a_batch_is_one_bad_result(self):
        good, other = Sa(True, 0x7101), Sa(False, 0x7102)
        bad = Sa(True, 0x7103).add()
        bad.keys.encryption_key = b"x"
        changes = [pb.Change(add_sa=good.add()), pb.Change(add_sa=bad), pb.Change(), pb.Change(add_sa=other.add()),
                   pb.Change(add_policy=policy(pb.PROTECT, sa=good).item), pb.Change(del_sa=pb.DelSa(id=other.id()))]
        answer = self.router.call("Apply", pb.ApplyRequest(changes=changes))
        self.assertEqual([r.code for r in answer.results], [pb.OK, pb.REFUSED, pb.REFUSED, pb.OK, pb.OK, pb.OK])
        self.inside.send(inner(1))
        self.assertIn(b"00000001", bytes(good.decrypt(self.one(self.outside))))

    def test_a_call_too_large_ends_and_the_agent_lives(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.router.call("AddPolicy", policy(pb.HOLD, tag=bytes(5 << 20)))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        with self.assertRaises(grpc.RpcError) as caught:
            self.router.call("Apply", pb.ApplyRequest(changes=[pb.Change()] * 5000))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.router.must("AddPolicy", policy(pb.HOLD))

    def test_garbage_on_the_socket_hurts_nobody(self):
        for garbage in (os.urandom(4096), b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 900):
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(self.router.socket)
                try:
                    s.sendall(garbage)
                    s.recv(100)
                except OSError:
                    pass
        self.router.must("AddPolicy", policy(pb.HOLD))

    def test_another_generation_changes_nothing(self):
        request = Sa(True, 0x7201).request()
        request.expected_generation = 12345
        self.refused(request, "attach again", code=pb.UNAVAILABLE)
        answer = self.router.call("Apply", pb.ApplyRequest(expected_generation=12345, changes=[
            pb.Change(add_policy=policy(pb.HOLD).item)]))
        self.assertEqual(answer.results[0].code, pb.UNAVAILABLE)
        self.refused(pb.CompletePoliciesRequest(), "name the generation", "CompletePolicies")
        self.assertEqual(self.router.call("QueryPolicies", pb.QueryPoliciesRequest(places=[
            pb.PolicyPlace(direction=pb.OUTBOUND, selectors=pair())])).policies[0].result.code, pb.ABSENT)

    def test_spis_are_leased_used_and_given_back(self):
        spis = self.router.call("GetSpis", pb.GetSpisRequest(count=100, owner="ike")).spis
        self.assertEqual(len(set(spis)), 100)
        self.assertTrue(all(s >= 256 for s in spis))
        self.router.must("AddSa", Sa(False, spis[0]).request())
        codes = [r.code for r in self.router.call("ReleaseSpis", pb.ReleaseSpisRequest(spis=[
            spis[0], spis[1], spis[1]])).results]
        self.assertEqual(codes, [pb.CONFLICT, pb.OK, pb.ABSENT])
        self.assertEqual(len(self.snapshot()[0].leased_spis), 98)
        one = self.router.call("GetSpi", pb.GetSpiRequest())
        self.assertEqual(one.result.code, pb.OK)
        self.assertNotIn(one.spi, spis)

    def test_a_snapshot_shows_everything_but_keys(self):
        out, into = Sa(True, 0x7301, owner="a", tag=b"child-1"), Sa(False, 0x7302, owner="a")
        install(self.router, out, into)
        parts = self.snapshot()
        sas = {s.sa.id.spi: s for p in parts for s in p.sas}
        expected = pb.SecurityAssociation()
        expected.CopyFrom(out.message)
        expected.soft.SetInParent()
        expected.hard.SetInParent()
        self.assertEqual(sas[0x7301].sa, expected)
        self.assertEqual(sorted(p.policy.direction for part in parts for p in part.policies), [pb.INBOUND, pb.OUTBOUND])
        raw = b"".join(p.SerializeToString() for p in parts) + self.router.metrics().encode() + (
            self.router.log_text().encode())
        for key in (out.key, into.key):
            self.assertNotIn(key, raw)
            self.assertNotIn(key.hex().encode(), raw)
        self.assertIn(b"child-1", raw)

    def test_an_owner_flushes_what_is_its_own(self):
        self.router.must("AddSa", Sa(True, 0x7401, owner="a").request())
        self.router.must("AddSa", Sa(True, 0x7402, owner="b").request())
        self.router.must("AddPolicy", policy(pb.HOLD, owner="b"))
        self.assertEqual(self.router.call("FlushSas", pb.FlushRequest(owner="a")).removed, 1)
        self.assertEqual(self.router.call("FlushPolicies", pb.FlushRequest(owner="a")).removed, 0)
        self.assertEqual([s.sa.id.spi for p in self.snapshot() for s in p.sas], [0x7402])

    def test_controllers_notice_each_other(self):
        events = self.router.events()
        first = self.router.call("Attach", pb.AttachRequest(controller_instance="life-1"))
        second = self.router.call("Attach", pb.AttachRequest(controller_instance="life-2"))
        self.assertEqual(second.previous_controller_instance, "life-1")
        self.assertEqual((first.generation, first.policies_complete), (second.generation, True))
        self.assertEqual(events.wait("attached", where=lambda e: e.controller_instance == "life-2").controller_instance,
                         "life-2")
        with self.assertRaises(grpc.RpcError) as caught:
            self.router.call("Attach", pb.AttachRequest())
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        events.close()

    def test_capabilities_are_what_add_sa_takes(self):
        capabilities = self.router.call("GetCapabilities", pb.GetCapabilitiesRequest()).capabilities
        self.assertGreaterEqual(len(capabilities.algorithms), 16)
        for n, a in enumerate(capabilities.algorithms):
            sa = Sa(True, 0x7500 + n, a.encryption, 128, a.integrity, a.esn)
            sa.key = os.urandom(a.encryption_key_octets)
            self.router.must("AddSa", sa.request())
        self.assertEqual([p.protected_side for p in capabilities.ports], [True, False])
        self.assertIn(octets("192.0.2.1"), capabilities.local_addresses)

    def test_the_table_is_full_by_name_and_room_comes_back(self):
        batch = [pb.Change(add_sa=Sa(False, 0x8000 + n).add()) for n in range(513)]
        results = self.router.call("Apply", pb.ApplyRequest(changes=batch)).results
        self.assertEqual([r.code for r in results], [pb.OK] * 512 + [pb.FULL])
        self.assertIn("512", results[-1].reason)
        self.assertEqual(self.router.call("FlushSas", pb.FlushRequest()).removed, 512)
        until = time.monotonic() + 5
        while self.router.call("AddSa", Sa(False, 0x9000).request()).code != pb.OK:
            self.assertLess(time.monotonic(), until, "removed SAs are never freed")
            time.sleep(0.02)

    def test_a_leader_that_is_gone_is_told_to_who_stands_by(self):
        def attach(name):
            self.router.call("Attach", pb.AttachRequest(controller_instance=name))

        def told(stream):
            attached = stream.wait("attached")
            return attached and (attached.controller_instance, attached.gone)

        attach("nameless")
        watcher = self.router.events("standby")
        self.assertFalse(watcher.first.attached.gone, "it never said who it is")
        leader = self.router.events("leader")
        attach("leader")
        self.assertEqual(told(watcher), ("leader", False))
        again = self.router.events("leader")
        leader.close()
        self.assertIsNone(watcher.wait("attached", 1), "one of its streams is open")
        again.close()
        self.assertEqual(told(watcher), ("leader", True))
        late = self.router.events()
        self.assertTrue(late.first.attached.gone)
        late.close()
        leader = self.router.events("leader")
        self.assertEqual(told(watcher), ("leader", False))
        leader.close()
        self.assertEqual(told(watcher), ("leader", True))
        attach("standby")
        self.assertEqual(told(watcher), ("standby", False))
        watcher.close()
        attach("leader")

    def test_streams_are_bounded(self):
        streams = [self.router.events() for _ in range(8)]
        with self.assertRaises(grpc.RpcError) as caught:
            next(self.router.stub.Events(pb.EventsRequest(), timeout=DEADLINE))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        for s in streams:
            s.close()
        # They are given back.
        self.router.events().close()


class Tls(RouterTest):
    """TCP with mutual TLS; certificates are made for this run."""

    @classmethod
    def setUpClass(cls):
        import tempfile
        cls.directory = tempfile.mkdtemp(prefix="kw-vrouter-tls")
        for ca in ("ca", "other"):
            cls.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=" + ca, "-keyout", ca + ".key", "-out", ca + ".crt")
        for name, ca in (("agent", "ca"), ("controller", "ca"), ("stranger", "other")):
            cls.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
                        "-addext", "subjectAltName=IP:127.0.0.1,DNS:" + name, "-keyout", name + ".key",
                        "-out", name + ".csr")
            cls.openssl("x509", "-req", "-in", name + ".csr", "-CA", ca + ".crt", "-CAkey", ca + ".key", "-days", "2",
                        "-copy_extensions", "copy", "-out", name + ".crt")
        cls.SETTINGS = dict(more="listen tls 127.0.0.1:50100 cert {0}/agent.crt key {0}/agent.key ca {0}/ca.crt".format(
            cls.directory))
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        import shutil
        super().tearDownClass()
        shutil.rmtree(cls.directory)

    @classmethod
    def openssl(cls, *arguments):
        subprocess.run(["openssl", *arguments], cwd=cls.directory, check=True, capture_output=True, timeout=30)

    def silent(self, source):
        """A connection of somebody who says nothing."""
        raw = self.router.space.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.addCleanup(raw.close)
        raw.settimeout(DEADLINE)
        raw.bind((source, 0))
        raw.connect(("127.0.0.1", 50100))
        return raw

    def controller(self, source):
        """A connection by which a call has come: TLS, and HTTP/2 by hand, as the library would leave the namespace."""
        context = ssl.create_default_context(cafile=os.path.join(self.directory, "ca.crt"))
        context.set_alpn_protocols(["h2"])
        context.load_cert_chain(os.path.join(self.directory, "controller.crt"),
                                os.path.join(self.directory, "controller.key"))
        s = context.wrap_socket(self.silent(source), server_hostname="127.0.0.1")
        self.addCleanup(s.close)

        def frame(kind, flags, stream, body=b""):
            return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body

        def header(name, value):
            return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value

        headers = b"".join(header(*h) for h in (
            (b":method", b"POST"), (b":scheme", b"https"), (b":path", b"/keyway.vrouter.v1.VRouter/GetCapabilities"),
            (b":authority", b"127.0.0.1"), (b"te", b"trailers"), (b"content-type", b"application/grpc")))
        s.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0) + frame(1, 4, 1, headers) +
                  frame(0, 1, 1, bytes(5)))
        came = b""
        while b"crypto_" not in came:  # the name of the crypto device is in the answer
            more = s.recv(65536)
            self.assertTrue(more, "the agent ended the connection of a controller")
            came += more
        return s

    def test_connections_that_say_nothing_keep_no_controller_out(self):
        first = self.controller("127.0.0.1")
        silent = [self.silent("127.0.1.%d" % (1 + n // 32)) for n in range(256)]
        self.controller("127.0.0.2").close()
        # As many of one source as it may have; and more than there is room for, of others.
        silent += [self.silent("127.0.2.%d" % (1 + n // 16)) for n in range(320)]
        self.controller("127.0.0.3").close()
        first.settimeout(0.5)
        with self.assertRaises(TimeoutError, msg="the one that had made a call was ended"):
            while first.recv(65536):
                pass
            self.fail("the one that had made a call was ended")

    def handshake(self, name):
        """Connects from inside the router's namespace; returns what the agent says to a gRPC preface."""
        context = ssl.create_default_context(cafile=os.path.join(self.directory, "ca.crt"))
        context.set_alpn_protocols(["h2"])
        if name:
            context.load_cert_chain(os.path.join(self.directory, name + ".crt"),
                                    os.path.join(self.directory, name + ".key"))
        raw = self.router.space.socket(socket.AF_INET, socket.SOCK_STREAM)
        raw.settimeout(DEADLINE)
        raw.connect(("127.0.0.1", 50100))
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as s:
            s.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
            return s.recv(100)

    def test_who_has_a_certificate_of_the_authority_gets_in(self):
        # HTTP/2 settings come back: the handshake is complete on both sides.
        self.assertEqual(self.handshake("controller")[3], 4)

    def test_others_do_not(self):
        for name in ("", "stranger"):
            with self.subTest(name):
                try:
                    self.assertEqual(self.handshake(name), b"")
                except (ssl.SSLError, ConnectionError):
                    pass

    def test_the_socket_is_for_its_owner_only(self):
        self.assertEqual(os.stat(self.router.socket).st_mode & 0o777, 0o600)
