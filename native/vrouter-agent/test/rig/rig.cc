#include "rig/rig.h"

#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ring_elem.h>

#include <algorithm>
#include <stdexcept>

#include "dataplane/worker.h"

namespace rig {

using namespace kw;

namespace {

Address address(const char* text) { return *Address::parse(text); }

const char* const kConfiguration =
    "eal --no-huge --no-pci --no-shconf --no-telemetry -m 160 --lcores 0@0,1@0 --log-level=*:error\n"
    "crypto crypto_openssl\n"
    "port net_ring_in protected mtu 1500\n"
    "port net_ring_out unprotected mtu 1500\n"
    "address net_ring_in 10.1.0.1/16\n"
    "address net_ring_in 2001:db8:1::1/48\n"
    "address net_ring_out 192.0.2.1/24\n"
    "address net_ring_out 2001:db8:f::1/64\n"
    "route 0.0.0.0/0 via 192.0.2.2\n"
    "route ::/0 via 2001:db8:f::2\n"
    "neighbour net_ring_in 10.1.0.9 02:00:00:00:01:09\n"
    "neighbour net_ring_in 2001:db8:1::9 02:00:00:00:01:09\n"
    "neighbour net_ring_out 192.0.2.2 02:00:00:00:0f:02\n"
    "neighbour net_ring_out 2001:db8:f::2 02:00:00:00:0f:02\n"
    "listen unix /nowhere\n"
    "sas 64\npolicies 64\nbuffers 4096\nbuffer-octets 2048\n";

Selector selector(bool outbound, const char* inside, const char* inside_last, const char* outside,
                  const char* outside_last) {
  Selector s;
  s.family = address(inside).family;
  (outbound ? s.source_first : s.destination_first) = address(inside).bits;
  (outbound ? s.source_last : s.destination_last) = address(inside_last).bits;
  (outbound ? s.destination_first : s.source_first) = address(outside).bits;
  (outbound ? s.destination_last : s.source_last) = address(outside_last).bits;
  return s;
}

}  // namespace

Rig::Rig() {
  Config config = parse_config(kConfiguration);
  start_eal("rig", config);
  const char* names[] = {"in", "out"};
  for (int i = 0; i < 2; i++) {
    towards_[i] = rte_ring_create((std::string("to_") + names[i]).c_str(), 1024, 0, RING_F_SP_ENQ | RING_F_SC_DEQ);
    from_[i] = rte_ring_create((std::string("from_") + names[i]).c_str(), 1024, 0, RING_F_SP_ENQ | RING_F_SC_DEQ);
    if (rte_eth_from_rings(names[i], &towards_[i], 1, &from_[i], 1, 0) < 0) throw std::runtime_error("no ring ports");
  }
  plane_.secret = 1;  // with a drawn one, strangers of two tests may share a place, or not
  started_ = start_plane(config, plane_);
  slow_ = std::make_unique<SlowPath>(
      plane_, [this](IkeDatagram&& d) {
        ike_.push_back(std::move(d));
        return true;
      }, [](const PathMtu&) {});
  plane_.slow_counters = &slow_->counters();
  plane_.ike_wanted.store(true);
  plane_.policies_complete.store(true);
}

void Rig::frame(Side side, const Octets& octets) {
  rte_mbuf* m = rte_pktmbuf_alloc(plane_.packets);
  if (m == nullptr) throw std::runtime_error("no buffers left");
  auto* to = rte_pktmbuf_append(m, static_cast<uint16_t>(octets.size()));
  if (to == nullptr || rte_ring_sp_enqueue(towards_[side], m) != 0) {
    rte_pktmbuf_free(m);
    return;
  }
  std::copy(octets.begin(), octets.end(), static_cast<uint8_t*>(static_cast<void*>(to)));
}

void Rig::packet(Side side, const Octets& ip) {
  Octets octets(14);
  store_mac(octets.data(), plane_.ports[side].mac);
  store_mac(octets.data() + 6, side == kInside ? 0x020000000109ULL : 0x020000000f02ULL);
  store_be16(&octets[12], !ip.empty() && ip[0] >> 4 == 6 ? 0x86dd : 0x0800);
  octets.insert(octets.end(), ip.begin(), ip.end());
  frame(side, octets);
}

void Rig::settle() {
  Worker& core = *plane_.workers[0];
  for (bool busy = true; busy;) {
    busy = core.poll();
    busy |= slow_->round();
  }
  core.poll();
}

std::vector<Octets> Rig::sent(Side side) {
  std::vector<Octets> frames;
  void* m;
  while (rte_ring_sc_dequeue(from_[side], &m) == 0) {
    auto* packet = static_cast<rte_mbuf*>(m);
    const uint8_t* data = octets(packet);
    frames.emplace_back(data, data + rte_pktmbuf_data_len(packet));
    rte_pktmbuf_free(packet);
  }
  return frames;
}

SaConfig Rig::config(Direction direction, uint32_t spi, uint8_t outer_family) const {
  bool out = direction == Direction::kOutbound;
  SaConfig c;
  c.direction = direction;
  c.spi = spi;
  c.suite = find_suite(kEncrAesGcm16, kAuthNone, 20, 0);
  c.outer.local = address(outer_family == 4 ? "192.0.2.1" : "2001:db8:f::1");
  c.outer.remote = address(outer_family == 4 ? "192.0.2.2" : "2001:db8:f::2");
  c.name = c.destination();
  c.replay_window = out ? 0 : 64;
  c.selectors = {selector(out, "10.1.0.0", "10.1.255.255", "10.2.0.0", "10.2.255.255"),
                 selector(out, "2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff", "2001:db8:2::",
                          "2001:db8:2:ffff:ffff:ffff:ffff:ffff")};
  return c;
}

Sa* Rig::add(SaConfig c, const std::string& key, const std::string& integrity_key) {
  KeyMaterial keys;
  keys.encryption = key;
  keys.integrity = integrity_key;
  Outcome outcome = plane_.sad->add(c, keys, 0, 1500, 1, 1);
  if (!outcome.done()) throw std::runtime_error(outcome.reason);
  Sa* sa = plane_.sad->find(c.direction, c.spi, c.name);
  bool out = c.direction == Direction::kOutbound;
  for (const Selector& s : c.selectors) {
    PolicySpec spec;
    spec.selector = s;
    spec.action = Action::kProtect;
    spec.priority = 1000;
    if (out) {
      spec.sa = sa->ref;
      spec.sa_spi = c.spi;
      spec.sa_destination = c.name;
    }
    outcome = (out ? plane_.outbound : plane_.inbound)->put(spec);
    if (!outcome.done()) throw std::runtime_error(outcome.reason);
  }
  return sa;
}

void Rig::remove_sas() {
  plane_.outbound->flush("");
  plane_.inbound->flush("");
  plane_.sad->flush("");
  plane_.control_reclaimer->poll();
}

uint64_t Rig::drops(Drop reason) const {
  auto r = static_cast<unsigned>(reason);
  return plane_.workers[0]->counters().drops[r].get() + slow_->counters().drops[r].get();
}

std::vector<Note> Rig::notes() {
  std::vector<Note> all;
  Note note;
  while (rte_ring_dequeue_elem(plane_.notes, &note, sizeof note) == 0) all.push_back(note);
  return all;
}

unsigned Rig::buffers_held() const { return rte_mempool_in_use_count(plane_.packets); }

Rig& the_rig() {
  static Rig* rig = new Rig;
  return *rig;
}

}  // namespace rig
