#include "dataplane/worker.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace kw {
namespace {

constexpr unsigned kInboxSize = 4096;
constexpr unsigned kOps = 1024;

}  // namespace

Worker::Worker(Plane& plane, uint16_t index, uint16_t queue_pair)
    : plane_(plane), index_(index), queue_pair_(queue_pair), transmit_(plane.ports.size()) {
  std::string number = std::to_string(index);
  int socket = static_cast<int>(rte_socket_id());
  inbox_ = rte_ring_create(("inbox" + number).c_str(), kInboxSize, socket, RING_F_SC_DEQ);
  rte_mempool* pool = rte_crypto_op_pool_create(("ops" + number).c_str(), RTE_CRYPTO_OP_TYPE_SYMMETRIC, kOps, 0,
                                                kIvOctets, socket);
  if (inbox_ == nullptr || pool == nullptr) throw std::runtime_error("no memory for core " + number);
  ops_.resize(kOps);
  if (rte_crypto_op_bulk_alloc(pool, RTE_CRYPTO_OP_TYPE_SYMMETRIC, ops_.data(), kOps) == 0) {
    throw std::runtime_error("no memory for the crypto operations of core " + number);
  }
  // Up to eight fragments wait for each packet; an eighth of all buffers is what strangers may hold that way.
  fragments_ = std::make_unique<Reassembly>(std::max<uint32_t>(plane.packets->size / 64, 16), plane.hz, socket,
                                              plane.secret);
}

Worker::~Worker() {
  fragments_.reset();
  rte_ring_free(inbox_);
}

void Worker::run() {
  rte_rcu_qsbr* rcu = plane_.grace->state();
  rte_rcu_qsbr_thread_register(rcu, index_);
  rte_rcu_qsbr_thread_online(rcu, index_);
  unsigned idle = 0;
  while (!plane_.stop.load(std::memory_order_relaxed)) {
    bool busy = poll();
    rte_rcu_qsbr_quiescent(rcu, index_);
    if (busy) {
      counters_.busy_polls.add();
      idle = 0;
      continue;
    }
    counters_.idle_polls.add();
    // A core that sleeps must not hold up those who wait for its readers.
    if (plane_.idle_us != 0 && ++idle > 64) {
      rte_rcu_qsbr_thread_offline(rcu, index_);
      usleep(plane_.idle_us);
      rte_rcu_qsbr_thread_online(rcu, index_);
    }
  }
  rte_rcu_qsbr_thread_offline(rcu, index_);
  rte_rcu_qsbr_thread_unregister(rcu, index_);
}

bool Worker::poll() {
  rte_mbuf* packets[kBurst];
  unsigned work = 0;
  now_ = rte_rdtsc();
  outbound_flows_.begin(*plane_.outbound);
  inbound_flows_.begin(*plane_.inbound);
  // Both only ever rise, so their sum tells when one of them did.
  ways_version_ = plane_.routes->version() + plane_.neighbours->version();
  for (uint16_t port : ports_) {
    uint16_t n = rte_eth_rx_burst(plane_.ports[port].id, 0, packets, kBurst);
    work += n;
    counters_.received.add(n);
    receive(packets, n, port);
  }
  unsigned n = rte_ring_sc_dequeue_burst(inbox_, reinterpret_cast<void**>(packets), kBurst, nullptr);
  work += n;
  for (unsigned i = 0; i < n; i++) from_inbox(packets[i]);

  // What was decrypted may have to be encrypted again.
  while (pending_count_ != 0) flush_esp();
  if (in_device_ != 0) {
    work++;
    while (collect() == kBurst) {
    }
    while (pending_count_ != 0) flush_esp();
  }
  settle();
  for (uint16_t port : ports_) flush(port);
  bury();
  return work != 0;
}

void Worker::from_inbox(rte_mbuf* m) {
  Meta& meta = meta_of(m);
  switch (meta.job) {
    case Job::kEsp: {
      Sa* sa = plane_.sad->by_ref(meta.sa);
      if (sa == nullptr) return drop(m, Drop::kNoSa);
      return esp(m, sa);
    }
    case Job::kSend:
      return send_later(m);
    case Job::kFrame:
      return transmit(m, meta.port);
    case Job::kForward:
    case Job::kOriginate: {
      IpView view;
      if (parse_ip(octets(m), rte_pktmbuf_data_len(m), view) != IpError::kNone) return drop(m, Drop::kIpHeader);
      if (meta.job == Job::kForward) return forward(m, view.family, view.destination);
      return leave(m, view, Origin::kRouter);
    }
  }
  drop(m, Drop::kIpHeader);
}

// Fragments that will never be a packet.
void Worker::bury() {
  if (unsigned n = fragments_->bury()) counters_.drops[static_cast<unsigned>(Drop::kReassembly)].add(n);
}

void Worker::settle() {
  if (tally_.of == nullptr) return;
  tally_.of->add(index_, tally_.packets, tally_.bytes);
  tally_ = {};
}

void Worker::drop(rte_mbuf* m, Drop reason) {
  counters_.drops[static_cast<unsigned>(reason)].add();
  rte_pktmbuf_free(m);
}

void Worker::to_slow_path(rte_mbuf* m, Slow why) {
  meta_of(m).slow = why;
  SlowKind kind = kind_of(why, meta_of(m).came_clear);
  if (rte_ring_mp_enqueue(plane_.slow[static_cast<size_t>(kind)], m) != 0) return drop(m, Drop::kSlowRing);
  counters_.slow.add();
}

void Worker::to_worker(uint16_t worker, rte_mbuf* m) {
  if (!plane_.workers[worker]->accept(m)) drop(m, Drop::kRing);
}

void Worker::flush(uint16_t port_index) {
  TransmitQueue& queue = transmit_[port_index];
  if (queue.count == 0) return;
  uint16_t sent = rte_eth_tx_burst(plane_.ports[port_index].id, 0, queue.packets, static_cast<uint16_t>(queue.count));
  counters_.sent.add(sent);
  for (unsigned i = sent; i < queue.count; i++) drop(queue.packets[i], Drop::kTransmit);
  queue.count = 0;
}

}  // namespace kw
