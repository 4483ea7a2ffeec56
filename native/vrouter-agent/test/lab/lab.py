"""A router between two raw cables: the test itself is the host inside and the network outside.

    inside (protected)  ---veth---  agent  ---veth---  outside (unprotected)

Every frame on both cables is made, seen and judged here; nothing else has an address in these namespaces.
"""

import ctypes
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

logging.getLogger("scapy").setLevel(logging.ERROR)
import grpc  # noqa: E402
from scapy.all import IP, IPv6, Ether, ARP, Raw, UDP, ICMP  # noqa: E402,F401

HERE = os.path.dirname(os.path.abspath(__file__))
PROTO = os.path.join(HERE, "../../../../bundles/protocol-vrouter/src/main/proto")
AGENT = os.environ.get("KEYWAY_VROUTER_AGENT", "keyway-vrouter-agent")
DEADLINE = 10

_stubs = tempfile.mkdtemp(prefix="kw-vrouter-stubs")
subprocess.run(
    ["protoc", "-I", PROTO, "--python_out=" + _stubs, "--grpc_out=" + _stubs,
     "--plugin=protoc-gen-grpc=" + shutil.which("grpc_python_plugin"), "keyway/vrouter/v1/vrouter.proto"], check=True)
sys.path.insert(0, _stubs)
from keyway.vrouter.v1 import vrouter_pb2 as pb  # noqa: E402
from keyway.vrouter.v1 import vrouter_pb2_grpc as rpc  # noqa: E402

shutil.rmtree(_stubs)

_libc = ctypes.CDLL(None, use_errno=True)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise RuntimeError(" ".join(command) + ": " + done.stdout + done.stderr)
    return done.stdout


class Namespace:
    """A network namespace; its name carries the process id, so that runs side by side never meet."""

    def __init__(self, name):
        self.name = "kwv%d%s" % (os.getpid(), name)
        run("ip", "netns", "add", self.name)
        run("ip", "netns", "exec", self.name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1",
            "net.ipv6.conf.default.disable_ipv6=1")

    def socket(self, *arguments):
        """A socket that lives in this namespace."""
        with open("/proc/self/ns/net") as own, open("/run/netns/" + self.name) as there:
            if _libc.setns(there.fileno(), 0) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            try:
                return socket.socket(*arguments)
            finally:
                if _libc.setns(own.fileno(), 0) != 0:
                    os._exit(1)  # in a foreign namespace nothing may go on

    def close(self):
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)


class Wire:
    """One end of a cable, with a MAC and addresses of its own; answers ARP and neighbour discovery for them."""

    def __init__(self, namespace, device, router, router_device, mac, addresses):
        self.mac = mac
        self.addresses = addresses
        self.answer = True
        self.device = device
        self.namespace = namespace
        if namespace is router:  # a device that the agent makes itself
            return
        run("ip", "link", "add", device, "netns", namespace.name, "type", "veth", "peer", "name", router_device,
            "netns", router.name)
        run("ip", "-n", namespace.name, "link", "set", device, "mtu", "9000", "up")
        run("ip", "-n", router.name, "link", "set", router_device, "mtu", "9000", "up")
        self.router_mac = run("ip", "netns", "exec", router.name, "cat",
                              "/sys/class/net/%s/address" % router_device).strip()
        self.listen()

    def listen(self):
        # No protocol until it is bound: before, it would hear all devices.
        self.socket = self.namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.bind((self.device, 3))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)

    def send_frame(self, frame):
        self.socket.send(bytes(frame))

    def send(self, packet):
        """Sends an IP packet to the router."""
        self.send_frame(Ether(src=self.mac, dst=self.router_mac, type=0x86DD if IPv6 in packet and packet.version == 6
                              else 0x0800) / packet)

    def octets(self, seconds):
        """Frames as they come, until nothing came for so long."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return
            data, origin = self.socket.recvfrom(65535)
            until = time.monotonic() + seconds
            if origin[2] != socket.PACKET_OUTGOING:
                yield data

    def frames(self, seconds):
        """The same, understood."""
        return map(Ether, self.octets(seconds))

    def quiet(self, seconds):
        """Throws away what comes, until nothing came for so long. Of thousands of frames nobody wants to understand each."""
        for _ in self.octets(seconds):
            pass

    def receive(self, count=1, seconds=3.0):
        """IP packets that the router sends; up to `count`. Questions about addresses are answered on the way."""
        packets = []
        for frame in self.frames(seconds):
            if ARP in frame:
                self._arp(frame)
            elif self._is_nd(frame):
                self._nd(frame)
            elif frame.type in (0x0800, 0x86DD):
                packets.append(frame.payload)
                if len(packets) >= count:
                    break
        return packets

    def nothing(self, seconds=0.3):
        """What comes in this time: should be an empty list."""
        return self.receive(1, seconds)

    def _arp(self, frame):
        if self.answer and frame[ARP].op == 1 and frame[ARP].pdst in self.addresses:
            self.send_frame(Ether(src=self.mac, dst=frame.src) / ARP(
                op=2, hwsrc=self.mac, psrc=frame[ARP].pdst, hwdst=frame.src, pdst=frame[ARP].psrc))

    @staticmethod
    def _is_nd(frame):
        from scapy.layers.inet6 import ICMPv6ND_NS, ICMPv6ND_NA
        return ICMPv6ND_NS in frame or ICMPv6ND_NA in frame

    def _nd(self, frame):
        from scapy.layers.inet6 import ICMPv6ND_NS, ICMPv6ND_NA, ICMPv6NDOptDstLLAddr
        if self.answer and ICMPv6ND_NS in frame and frame[ICMPv6ND_NS].tgt in self.addresses:
            self.send_frame(Ether(src=self.mac, dst=frame.src) / IPv6(src=frame[ICMPv6ND_NS].tgt, dst=frame[IPv6].src,
                                                                     hlim=255) /
                            ICMPv6ND_NA(tgt=frame[ICMPv6ND_NS].tgt, R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(
                                lladdr=self.mac))


INSIDE4, INSIDE6 = "10.1.0.9", "2001:db8:1::9"
FAR4, FAR6 = "10.2.0.9", "2001:db8:2::9"
ROUTER4, ROUTER6 = "192.0.2.1", "2001:db8:f::1"
PEER4, PEER6 = "192.0.2.2", "2001:db8:f::2"



class Site:
    """Where a router stands: the network inside, and its own and its peer's address outside."""

    def __init__(self, name, inside4, inside6, router4, router6, peer4, peer6):
        self.name = name
        self.inside4, self.inside6 = inside4, inside6  # of the host; the router is .1 and ::1
        self.router4, self.router6, self.peer4, self.peer6 = router4, router6, peer4, peer6
        self.gate4 = inside4.rsplit(".", 1)[0] + ".1"
        self.gate6 = inside6.rsplit("::", 1)[0] + "::1"


HERE_SITE = Site("", INSIDE4, INSIDE6, ROUTER4, ROUTER6, PEER4, PEER6)
FAR_SITE = Site("f", FAR4, FAR6, PEER4, PEER6, ROUTER4, ROUTER6)

CONFIGURATION = """
eal --no-pci --no-huge --no-shconf --no-telemetry -m 384 --lcores {lcores} --log-level=*:error
crypto {crypto}
device net_af_packet0,iface=in0
device {outer}
port net_af_packet0 protected mtu {inner_mtu}
port {outer_name} unprotected mtu {mtu}
address net_af_packet0 {site.gate4}/24
address net_af_packet0 {site.gate6}/64
address {outer_name} {site.router4}/24
address {outer_name} {site.router6}/64
route 0.0.0.0/0 via {site.peer4}
route ::/0 via {site.peer6}
listen unix {socket}
metrics 127.0.0.1:9464
sas 512
policies 512
buffers 4096
forwarding-cores {forwarding}
crypto-cores {crypto_cores}
idle-us 100
{more}
"""


# What must be taken down when the run is ended from outside.
LIVE = []


class Router:
    """An agent with the configuration above, in namespaces of its own, and a client of it."""

    def __init__(self, crypto="crypto_aesni_mb", mtu=1500, inner_mtu=1500, forwarding=1, crypto_cores=0, tap=False,
                 more="", site=HERE_SITE):
        self.site = site
        LIVE.append(self)
        self.directory = tempfile.mkdtemp(prefix="kw-vrouter")
        self.socket = os.path.join(self.directory, "agent.sock")
        self.process = self.channel = None
        self.tap = tap
        # The kernel puts IPv4 fragments together before af_packet sees them, in frames as long as these.
        outer = "net_tap0,iface=out0" if tap else "net_af_packet1,iface=out0,blocksz=65536,framesz=4096"
        self.spaces = [Namespace(n + site.name) for n in ("in", "r", "out")]
        try:
            inside, self.space, outside = self.spaces
            self.inside = Wire(inside, "in0", self.space, "in0", "02:00:00:00:01:09",
                               [site.inside4, site.inside6])
            self.outside = Wire(self.space if tap else outside, "out0", self.space, "out0", "02:00:00:00:0f:02",
                                [site.peer4, site.peer6])
            run("ip", "-n", self.space.name, "link", "set", "lo", "up")
            lcores = ",".join("%d@(0-%d)" % (i, os.cpu_count() - 1) for i in range(1 + forwarding + crypto_cores))
            self.configuration = os.path.join(self.directory, "agent.conf")
            with open(self.configuration, "w") as f:
                f.write(CONFIGURATION.format(lcores=lcores, crypto=crypto, socket=self.socket, mtu=mtu,
                                             inner_mtu=inner_mtu, forwarding=forwarding, crypto_cores=crypto_cores,
                                             outer=outer, outer_name=outer.split(",")[0], more=more, site=site))
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        self.log = open(os.path.join(self.directory, "agent.log"), "ab+")
        begin = self.log.seek(0, os.SEEK_END)
        # Whatever becomes of the test, its agent goes with it (PR_SET_PDEATHSIG).
        self.process = subprocess.Popen(["ip", "netns", "exec", self.space.name, AGENT, self.configuration],
                                        stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
                                        preexec_fn=lambda: _libc.prctl(1, signal.SIGKILL))
        until = time.monotonic() + 60
        while True:
            self.log.seek(begin)
            if b"ready" in self.log.read():
                break
            if self.process.poll() is not None or time.monotonic() > until:
                self.log.seek(begin)
                raise RuntimeError("the agent does not start: " + self.log.read().decode(errors="replace"))
            time.sleep(0.02)
        self.channel = grpc.insecure_channel("unix:" + self.socket)
        self.stub = rpc.VRouterStub(self.channel)
        if self.tap:
            self.outside.listen()
            self.outside.router_mac = "ff:ff:ff:ff:ff:ff"
        self.introduce()

    def introduce(self):
        """Lets the router learn the test's addresses: who asks for it is known to it."""
        from scapy.layers.inet6 import ICMPv6ND_NS, ICMPv6NDOptSrcLLAddr
        for wire, router4, router6 in ((self.inside, self.site.gate4, self.site.gate6),
                                       (self.outside, self.site.router4, self.site.router6)):
            wire.send_frame(Ether(src=wire.mac, dst="ff:ff:ff:ff:ff:ff") / ARP(
                op=1, hwsrc=wire.mac, psrc=wire.addresses[0], pdst=router4))
            wire.send_frame(Ether(src=wire.mac, dst=wire.router_mac) / IPv6(
                src=wire.addresses[1], dst=router6, hlim=255) / ICMPv6ND_NS(tgt=router6) /
                ICMPv6NDOptSrcLLAddr(lladdr=wire.mac))
            answers = [f for _, f in zip(range(2), (f for f in wire.frames(5) if ARP in f or wire._is_nd(f)))]
            if len(answers) != 2:
                raise RuntimeError("the router does not answer for its own addresses")
            wire.router_mac = answers[0].src

    def alive(self):
        return self.process.poll() is None

    def kill(self, with_signal=signal.SIGKILL):
        if self.channel is not None:
            self.channel.close()
        self.process.send_signal(with_signal)
        status = self.process.wait(20)
        self.process = None
        self.log.close()
        return status

    def log_text(self):
        with open(os.path.join(self.directory, "agent.log"), "rb") as f:
            return f.read().decode(errors="replace")

    def close(self):
        if self.process is not None:
            self.kill(signal.SIGTERM)
        for space in self.spaces:
            space.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        LIVE.remove(self)

    # ------------------------------------------------------------------------------------------ calls

    def call(self, method, request):
        return getattr(self.stub, method)(request, timeout=DEADLINE)

    def must(self, method, request):
        result = self.call(method, request)
        if result.code != pb.OK:
            raise AssertionError("%s: %s %s" % (method, pb.ResultCode.Name(result.code), result.reason))

    def drops(self):
        """Drops by reason, from the metrics."""
        counts = {}
        for line in self.metrics().splitlines():
            if line.startswith("keyway_dropped_packets_total"):
                counts[line.split('"')[1]] = int(line.split()[-1])
        return counts

    def metrics(self, path="/metrics"):
        connection = self.space.socket(socket.AF_INET, socket.SOCK_STREAM)
        with connection:
            connection.settimeout(DEADLINE)
            connection.connect(("127.0.0.1", 9464))
            connection.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while True:
                part = connection.recv(65536)
                if not part:
                    return answer.decode()
                answer += part

    def reset(self):
        """Removes all SAs and policies, and forgets what is on the cables."""
        self.call("FlushPolicies", pb.FlushRequest())
        self.call("FlushSas", pb.FlushRequest())
        for wire in (self.inside, self.outside):
            list(wire.receive(1000, 0.02))

    def complete(self):
        generation = self.call("GetCapabilities", pb.GetCapabilitiesRequest()).generation
        self.call("CompletePolicies", pb.CompletePoliciesRequest(expected_generation=generation))

    def events(self, instance=""):
        return Events(self, instance)


class Events:
    """A stream of events, read on the side."""

    def __init__(self, router, instance=""):
        import queue
        import threading
        until = time.monotonic() + DEADLINE
        while True:
            self.queue = queue.Queue()
            self.call = router.stub.Events(pb.EventsRequest(controller_instance=instance))
            threading.Thread(target=self._read, daemon=True).start()
            self.first = self.queue.get(timeout=DEADLINE)
            if not isinstance(self.first, grpc.RpcError):
                return
            # There may be 8, and those that a test before closed go in their own time.
            if self.first.code() != grpc.StatusCode.RESOURCE_EXHAUSTED or time.monotonic() > until:
                raise self.first
            time.sleep(0.05)

    def _read(self):
        begun = False
        try:
            for event in self.call:
                self.queue.put(event)
                begun = True
        except grpc.RpcError as e:
            if not begun:
                self.queue.put(e)

    def wait(self, kind, seconds=5, where=lambda e: True):
        """The next event of a kind; None when none comes."""
        import queue
        until = time.monotonic() + seconds
        while True:
            try:
                event = self.queue.get(timeout=max(0.001, until - time.monotonic()))
            except queue.Empty:
                return None
            if event.WhichOneof("event") == kind and where(getattr(event, kind)):
                return getattr(event, kind)

    def close(self):
        self.call.cancel()
