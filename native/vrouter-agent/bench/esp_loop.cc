// esp-loop EAL-ARGUMENTS -- outbound|inbound KEY TUNNELS: librte_ipsec and nothing around it.
//
// The ceiling beside which `./keyway bench vrouter` holds the agent: takes bursts from port 0, runs them through
// librte_ipsec and the first crypto device, and sends them to port 1, on one core, for ever. It looks at nothing:
// no header is checked, no policy and no route looked up, no lifetime counted, no outer checksum computed. Packets must be
// those of the benchmark: IPv4 without options, UDP inside; tunnel T has the inner destination 10.2.T.x and SPI
// 0x1000 + T. KEY is that of AES-GCM-256 with its salt, 72 hexadecimal digits, the same for all tunnels.
#include <rte_cryptodev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

// DPDK keeps the symmetric part of a crypto operation behind an array of length 0, which GCC takes at its word.
#pragma GCC diagnostic ignored "-Warray-bounds"

#include <rte_ipsec.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include <netinet/in.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr unsigned kBurst = 32;
constexpr unsigned kBuffers = 8192, kOps = 1024, kDescriptors = 2048;
constexpr unsigned kMostTunnels = 256;
constexpr uint16_t kIvOffset = sizeof(rte_crypto_op) + sizeof(rte_crypto_sym_op);
constexpr uint32_t kFirstSpi = 0x1000;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "esp-loop: %s\n", what.c_str());
  std::exit(1);
}

void check(int result, const char* what) {
  if (result < 0) fail(std::string(what) + ": " + rte_strerror(-result));
}

void start_port(uint16_t port, rte_mempool* pool) {
  rte_eth_conf conf{};
  check(rte_eth_dev_configure(port, 1, 1, &conf), "a port cannot be configured");
  check(rte_eth_rx_queue_setup(port, 0, 512, 0, nullptr, pool), "no receive queue");
  check(rte_eth_tx_queue_setup(port, 0, 512, 0, nullptr), "no transmit queue");
  check(rte_eth_dev_start(port), "a port does not start");
}

rte_mempool* start_crypto(unsigned sessions) {
  rte_cryptodev_config conf{};
  conf.nb_queue_pairs = 1;
  conf.ff_disable = RTE_CRYPTODEV_FF_ASYMMETRIC_CRYPTO | RTE_CRYPTODEV_FF_SECURITY;
  check(rte_cryptodev_configure(0, &conf), "the crypto device cannot be configured");
  rte_mempool* pool = rte_cryptodev_sym_session_pool_create(
      "sessions", sessions, rte_cryptodev_sym_get_private_session_size(0), 0, 0, 0);
  if (pool == nullptr) fail("no memory for sessions");
  rte_cryptodev_qp_conf pair{};
  pair.nb_descriptors = kDescriptors;
  pair.mp_session = pool;
  check(rte_cryptodev_queue_pair_setup(0, 0, &pair, 0), "no queue pair");
  check(rte_cryptodev_start(0), "the crypto device does not start");
  return pool;
}

rte_ipsec_session* open_session(rte_mempool* pool, bool outbound, const uint8_t* key, unsigned tunnel) {
  rte_crypto_sym_xform xform{};
  xform.type = RTE_CRYPTO_SYM_XFORM_AEAD;
  xform.aead.op = outbound ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT;
  xform.aead.algo = RTE_CRYPTO_AEAD_AES_GCM;
  xform.aead.key = {key, 32};
  xform.aead.iv = {kIvOffset, 12};
  xform.aead.digest_length = 16;
  xform.aead.aad_length = 8;

  const uint8_t header[20] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, IPPROTO_ESP, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2};
  rte_ipsec_sa_prm prm{};
  prm.crypto_xform = &xform;
  prm.ipsec_xform.spi = kFirstSpi + tunnel;
  std::memcpy(&prm.ipsec_xform.salt, key + 32, 4);
  prm.ipsec_xform.direction = outbound ? RTE_SECURITY_IPSEC_SA_DIR_EGRESS : RTE_SECURITY_IPSEC_SA_DIR_INGRESS;
  prm.ipsec_xform.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
  prm.ipsec_xform.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
  prm.ipsec_xform.tunnel.type = RTE_SECURITY_IPSEC_TUNNEL_IPV4;
  prm.tun.hdr_len = sizeof header;
  prm.tun.next_proto = IPPROTO_IPIP;
  prm.tun.hdr = header;
  int size = rte_ipsec_sa_size(&prm);
  check(size, "an SA is refused");
  auto* sa = static_cast<rte_ipsec_sa*>(rte_zmalloc("sa", static_cast<size_t>(size), 64));
  auto* session = static_cast<rte_ipsec_session*>(rte_zmalloc("session", sizeof(rte_ipsec_session), 64));
  if (sa == nullptr || session == nullptr) fail("no memory for an SA");
  session->sa = sa;
  session->type = RTE_SECURITY_ACTION_TYPE_NONE;
  session->crypto.ses =
      static_cast<rte_cryptodev_sym_session*>(rte_cryptodev_sym_session_create(0, &xform, pool));
  session->crypto.dev_id = 0;
  if (session->crypto.ses == nullptr) fail("the crypto device cannot do AES-GCM-256");
  check(rte_ipsec_sa_init(sa, &prm, static_cast<uint32_t>(size)), "an SA does not start");
  check(rte_ipsec_session_prepare(session), "a session does not start");
  return session;
}

unsigned tunnel_of(const uint8_t* ip, bool outbound) { return outbound ? ip[18] : ip[23]; }

void send(rte_mbuf** packets, unsigned count) {
  static const uint8_t frame[14] = {2, 0, 0, 0, 0, 0xb, 2, 0, 0, 0, 0, 0xa, 8, 0};
  for (unsigned i = 0; i < count; i++) std::memcpy(rte_pktmbuf_prepend(packets[i], 14), frame, sizeof frame);
  uint16_t sent = rte_eth_tx_burst(1, 0, packets, static_cast<uint16_t>(count));
  if (sent < count) rte_pktmbuf_free_bulk(packets + sent, count - sent);
}

[[noreturn]] void loop(const std::vector<rte_ipsec_session*>& sessions, bool outbound, rte_crypto_op** free_ops) {
  rte_mbuf* packets[kBurst];
  rte_crypto_op* ops[kBurst];
  rte_ipsec_group groups[kBurst];
  unsigned free_count = kOps;
  while (true) {
    unsigned n = rte_eth_rx_burst(0, 0, packets, kBurst);
    for (unsigned i = 0; i < n; i++) rte_prefetch0(rte_pktmbuf_mtod(packets[i], void*));
    for (unsigned i = 0; i < n; i++) {
      rte_pktmbuf_adj(packets[i], 14);
      packets[i]->l2_len = 0;
      packets[i]->l3_len = 20;
    }
    for (unsigned at = 0; at < n;) {
      unsigned tunnel = tunnel_of(rte_pktmbuf_mtod(packets[at], uint8_t*), outbound);
      unsigned run = 1;
      while (at + run < n && tunnel_of(rte_pktmbuf_mtod(packets[at + run], uint8_t*), outbound) == tunnel) run++;
      for (unsigned i = 0; i < run; i++) ops[i] = free_ops[--free_count];
      const rte_ipsec_session* session = sessions[tunnel % sessions.size()];
      unsigned done = rte_ipsec_pkt_crypto_prepare(session, packets + at, ops, static_cast<uint16_t>(run));
      unsigned taken = rte_cryptodev_enqueue_burst(0, 0, ops, static_cast<uint16_t>(done));
      for (unsigned i = taken; i < run; i++) {
        rte_pktmbuf_free(packets[at + i]);
        free_ops[free_count++] = ops[i];
      }
      at += run;
    }
    unsigned m = rte_cryptodev_dequeue_burst(0, 0, ops, kBurst);
    if (m == 0) continue;
    unsigned parts = rte_ipsec_pkt_crypto_group(const_cast<const rte_crypto_op**>(ops), packets, groups,
                                                static_cast<uint16_t>(m));
    for (unsigned i = 0; i < m; i++) free_ops[free_count++] = ops[i];
    for (unsigned g = 0; g < parts; g++) {
      auto* session = static_cast<const rte_ipsec_session*>(groups[g].id.ptr);
      unsigned good = rte_ipsec_pkt_process(session, groups[g].m, static_cast<uint16_t>(groups[g].cnt));
      send(groups[g].m, good);
      for (unsigned i = good; i < groups[g].cnt; i++) rte_pktmbuf_free(groups[g].m[i]);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  int used = rte_eal_init(argc, argv);
  check(used < 0 ? -rte_errno : used, "DPDK does not start");
  argc -= used;
  argv += used;
  if (argc != 4) fail("wants EAL-ARGUMENTS -- outbound|inbound KEY TUNNELS");
  bool outbound = std::strcmp(argv[1], "outbound") == 0;
  unsigned tunnels = static_cast<unsigned>(std::atoi(argv[3]));
  uint8_t key[36];
  if (std::strlen(argv[2]) != 2 * sizeof key) fail("the key has 72 hexadecimal digits");
  for (unsigned i = 0; i < sizeof key; i++) {
    unsigned octet = 0;
    if (std::sscanf(argv[2] + 2 * i, "%2x", &octet) != 1) fail("the key has 72 hexadecimal digits");
    key[i] = static_cast<uint8_t>(octet);
  }
  if (tunnels < 1 || tunnels > kMostTunnels) fail("1 to 256 tunnels");

  rte_mempool* buffers = rte_pktmbuf_pool_create("packets", kBuffers, 256, 0, 2048 + RTE_PKTMBUF_HEADROOM, 0);
  rte_mempool* pool = rte_crypto_op_pool_create("ops", RTE_CRYPTO_OP_TYPE_SYMMETRIC, kOps, 0, 16, 0);
  if (buffers == nullptr || pool == nullptr) fail("no memory for packets");
  start_port(0, buffers);
  start_port(1, buffers);
  rte_mempool* keys = start_crypto(tunnels);
  std::vector<rte_ipsec_session*> sessions;
  for (unsigned i = 0; i < tunnels; i++) sessions.push_back(open_session(keys, outbound, key, i));
  rte_crypto_op* ops[kOps];
  if (rte_crypto_op_bulk_alloc(pool, RTE_CRYPTO_OP_TYPE_SYMMETRIC, ops, kOps) == 0) fail("no memory for operations");
  std::printf("ready\n");
  std::fflush(stdout);
  loop(sessions, outbound, ops);
}
