#include "dataplane/start.h"

#include <openssl/rand.h>
#include <rte_cryptodev.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_ring_elem.h>

#include <algorithm>
#include <stdexcept>

#include "dataplane/worker.h"

namespace kw {
namespace {

constexpr uint16_t kDescriptors = 512;
constexpr uint16_t kCryptoDescriptors = 2048;
constexpr unsigned kSlowRing = 1024, kNotes = 4096;
constexpr size_t kMostRoutes = 65536, kMostNeighbours = 8192;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

std::string dpdk_error(int code) { return rte_strerror(code < 0 ? -code : code); }

void start_port(const PortConfig& config, Plane& plane, uint16_t index) {
  Port port;
  port.name = config.name;
  if (rte_eth_dev_get_port_by_name(config.name.c_str(), &port.id) != 0) {
    fail("there is no device \"" + config.name + "\" for the port of that name; add it with \"device\" or \"eal\"");
  }
  port.protected_side = config.protected_side;
  port.mtu = config.mtu;
  port.owner = static_cast<uint16_t>(index % plane.forwarding_cores);
  for (const auto& [address, length] : config.addresses) port.addresses.push_back({address, length});

  rte_eth_dev_info info{};
  int rc = rte_eth_dev_info_get(port.id, &info);
  if (rc != 0) fail("port " + config.name + " tells nothing about itself: " + dpdk_error(rc));
  rte_eth_conf conf{};
  conf.txmode.offloads = info.tx_offload_capa & (RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE);
  // Fragments of one packet may come from several buffers' owners; only what is always right is asked for.
  conf.txmode.offloads &= ~static_cast<uint64_t>(RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE);
  rc = rte_eth_dev_configure(port.id, 1, 1, &conf);
  if (rc != 0) fail("port " + config.name + " cannot be configured: " + dpdk_error(rc));
  uint16_t rx = kDescriptors, tx = kDescriptors;
  rte_eth_dev_adjust_nb_rx_tx_desc(port.id, &rx, &tx);
  auto socket = static_cast<unsigned>(std::max(rte_eth_dev_socket_id(port.id), 0));
  rc = rte_eth_rx_queue_setup(port.id, 0, rx, socket, nullptr, plane.packets);
  if (rc == 0) rc = rte_eth_tx_queue_setup(port.id, 0, tx, socket, nullptr);
  if (rc != 0) fail("port " + config.name + " gets no queues: " + dpdk_error(rc));
  // A device that cannot change its MTU has the one it has; what is sent is cut to ours in any case.
  rte_eth_dev_set_mtu(port.id, config.mtu);
  rc = rte_eth_dev_start(port.id);
  if (rc != 0) fail("port " + config.name + " does not start: " + dpdk_error(rc));
  rte_ether_addr mac{};
  rte_eth_macaddr_get(port.id, &mac);
  port.mac = load_mac(mac.addr_bytes);
  // Solicited-node groups of neighbour discovery must come through.
  rte_eth_allmulticast_enable(port.id);
  plane.ports.push_back(port);
}

// One device with a queue pair for each core that does crypto.
void start_crypto(const Config& config, Plane& plane, unsigned pairs, Started& started) {
  std::string name = config.crypto + "0";
  int id = rte_cryptodev_get_dev_id(name.c_str());
  if (id < 0) fail("the crypto device " + name + " did not start; is the driver installed?");
  plane.crypto_device = static_cast<uint8_t>(id);
  rte_cryptodev_info info{};
  rte_cryptodev_info_get(plane.crypto_device, &info);
  if (info.max_nb_queue_pairs < pairs) {
    fail(name + " has " + std::to_string(info.max_nb_queue_pairs) + " queue pairs, and " + std::to_string(pairs) +
         " cores need one each");
  }
  rte_cryptodev_config conf{};
  conf.nb_queue_pairs = static_cast<uint16_t>(pairs);
  conf.socket_id = static_cast<int>(rte_socket_id());
  conf.ff_disable = RTE_CRYPTODEV_FF_ASYMMETRIC_CRYPTO | RTE_CRYPTODEV_FF_SECURITY;
  if (rte_cryptodev_configure(plane.crypto_device, &conf) != 0) fail(name + " cannot be configured");
  // No cache: sessions are wiped in the pool after use, so nothing may hold them in between.
  rte_mempool* sessions = rte_cryptodev_sym_session_pool_create(
      "sessions", config.sas, rte_cryptodev_sym_get_private_session_size(plane.crypto_device), 0, 0, conf.socket_id);
  if (sessions == nullptr) fail("no memory for " + std::to_string(config.sas) + " SAs: " + dpdk_error(rte_errno));
  rte_cryptodev_qp_conf pair{};
  pair.nb_descriptors = kCryptoDescriptors;
  pair.mp_session = sessions;
  for (uint16_t q = 0; q < pairs; q++) {
    if (rte_cryptodev_queue_pair_setup(plane.crypto_device, q, &pair, conf.socket_id) != 0) {
      fail(name + " gets no queue pair " + std::to_string(q));
    }
  }
  if (rte_cryptodev_start(plane.crypto_device) != 0) fail(name + " does not start");
  started.sessions = std::make_unique<DeviceSessions>(plane.crypto_device, sessions);
  started.crypto_device = config.crypto;
}

void fill_tables(const Config& config, Plane& plane) {
  auto must = [](const Outcome& outcome) {
    if (!outcome.done()) fail(outcome.reason);
  };
  for (size_t i = 0; i < plane.ports.size(); i++) {
    for (const auto& a : plane.ports[i].addresses) {
      auto port = static_cast<uint16_t>(i);
      must(plane.routes->put(a.address, a.length, port, {}));
      plane.own.add(a.address);
    }
  }
  for (const RouteConfig& r : config.routes) {
    uint16_t port = 0;
    if (r.gateway.family != 0) {
      const Route* way = plane.routes->find(r.gateway.family, r.gateway.bits);
      if (way == nullptr || way->gateway.family != 0) {
        fail("the gateway " + r.gateway.text() + " is on no link of this router");
      }
      port = way->port;
    } else {
      auto found = std::find_if(plane.ports.begin(), plane.ports.end(), [&](const Port& p) { return p.name == r.port; });
      port = static_cast<uint16_t>(found - plane.ports.begin());
    }
    must(plane.routes->put(r.prefix, r.length, port, r.gateway));
  }
  for (const NeighbourConfig& n : config.neighbours) {
    auto found = std::find_if(plane.ports.begin(), plane.ports.end(), [&](const Port& p) { return p.name == n.port; });
    if (plane.neighbours->add_static(static_cast<uint16_t>(found - plane.ports.begin()), n.address, n.mac) == nullptr) {
      fail("there are too many static neighbours");
    }
  }
}

uint32_t random32() {
  uint32_t value = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) != 1) return 0;  // too low for an SPI: tried again
  return value;
}

uint64_t random64() {
  uint64_t value = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) != 1) fail("OpenSSL has no random numbers");
  return value;
}

}  // namespace

void start_eal(const std::string& program, const Config& config) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), config.eal.begin(), config.eal.end());
  for (const std::string& device : config.devices) words.push_back("--vdev=" + device);
  words.push_back("--vdev=" + config.crypto + "0");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
    fail("DPDK does not start: " + dpdk_error(rte_errno) + "; the lines above say why");
  }
}

Started start_plane(const Config& config, Plane& plane) {
  Started started;
  plane.forwarding_cores = config.forwarding_cores;
  plane.crypto_cores = config.crypto_cores;
  plane.idle_us = config.idle_us;
  plane.ike_ports = config.ike_ports;
  plane.hz = rte_get_tsc_hz();
  if (plane.secret == 0) plane.secret = random64();
  unsigned cores = plane.forwarding_cores + plane.crypto_cores;
  if (rte_lcore_count() < cores + 1) {
    fail(std::to_string(cores) + " cores forward or do crypto, and one more is needed for control, but DPDK was given " +
         std::to_string(rte_lcore_count()) + "; add them with eal -l, or --lcores where they share CPUs");
  }
  auto socket = static_cast<int>(rte_socket_id());
  plane.packets = rte_pktmbuf_pool_create("packets", config.buffers, 256, RTE_ALIGN(sizeof(Meta), RTE_MBUF_PRIV_ALIGN),
                                          static_cast<uint16_t>(config.buffer_octets + RTE_PKTMBUF_HEADROOM), socket);
  if (plane.packets == nullptr) {
    fail("no memory for " + std::to_string(config.buffers) + " packet buffers: " + dpdk_error(rte_errno) +
         "; give DPDK more with eal -m, or set buffers lower");
  }
  for (size_t i = 0; i < kSlowKinds; i++) {
    plane.slow[i] = rte_ring_create(("slow" + std::to_string(i)).c_str(), kSlowRing, socket, RING_F_SC_DEQ);
    if (plane.slow[i] == nullptr) fail("no memory for rings");
  }
  plane.notes = rte_ring_create_elem("notes", sizeof(Note), kNotes, socket, RING_F_SC_DEQ);
  if (plane.notes == nullptr) fail("no memory for rings");
  for (size_t i = 0; i < config.ports.size(); i++) start_port(config.ports[i], plane, static_cast<uint16_t>(i));

  // Queue pairs: one for each crypto core, or, when there is none, for each forwarding core.
  start_crypto(config, plane, plane.crypto_cores > 0 ? plane.crypto_cores : plane.forwarding_cores, started);

  plane.grace = std::make_unique<QsbrGrace>(cores);
  plane.control_reclaimer = std::make_unique<Reclaimer>(*plane.grace);
  plane.slow_reclaimer = std::make_unique<Reclaimer>(*plane.grace);
  plane.outbound = std::make_unique<Spd>(config.policies, *plane.control_reclaimer);
  plane.inbound = std::make_unique<Spd>(config.policies, *plane.control_reclaimer);
  plane.sad = std::make_unique<Sad>(config.sas, *plane.control_reclaimer, *started.sessions, random32);
  plane.routes = std::make_unique<Routes>(kMostRoutes, *plane.control_reclaimer);
  plane.neighbours = std::make_unique<Neighbours>(kMostNeighbours, *plane.slow_reclaimer);
  fill_tables(config, plane);
  for (unsigned i = 0; i < cores; i++) {
    unsigned pair = i < plane.forwarding_cores ? (plane.crypto_cores > 0 ? 0 : i) : i - plane.forwarding_cores;
    plane.workers.push_back(std::make_unique<Worker>(plane, static_cast<uint16_t>(i), static_cast<uint16_t>(pair)));
  }
  for (size_t i = 0; i < plane.ports.size(); i++) {
    plane.workers[plane.ports[i].owner]->add_port(static_cast<uint16_t>(i));
  }
  return started;
}

void launch_workers(Plane& plane) {
  size_t next = 0;
  unsigned lcore;
  RTE_LCORE_FOREACH_WORKER(lcore) {
    if (next == plane.workers.size()) break;
    rte_eal_remote_launch(
        [](void* worker) {
          static_cast<Worker*>(worker)->run();
          return 0;
        },
        plane.workers[next++].get(), lcore);
  }
}

void stop_plane(Plane& plane) {
  plane.stop.store(true);
  rte_eal_mp_wait_lcore();
  for (const Port& port : plane.ports) {
    rte_eth_dev_stop(port.id);
    rte_eth_dev_close(port.id);
  }
  // No reader is left: everything goes, and with it every key.
  plane.sad->flush("");
  plane.control_reclaimer->drain();
}

}  // namespace kw
