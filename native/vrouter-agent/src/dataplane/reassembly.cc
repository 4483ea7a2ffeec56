#include "dataplane/reassembly.h"

#include <algorithm>
#include <stdexcept>

#include "base/address.h"
#include "dataplane/meta.h"

namespace kw {
namespace {

constexpr uint32_t kBuckets = 1024;
constexpr uint32_t kPerBucket = 16;
constexpr uint64_t kPatience = 5;  // seconds

}  // namespace

Reassembly::Reassembly(uint32_t packets, uint64_t hz, int socket, uint64_t secret)
    : hz_(hz),
      packets_(std::min(packets, kBuckets * kPerBucket / 4)),
      secret_(secret),
      table_(rte_ip_frag_table_create(kBuckets, kPerBucket, packets_, hz * kPatience, socket)) {
  if (table_ == nullptr) throw std::runtime_error("no memory for fragments");
}

Reassembly::~Reassembly() { rte_ip_frag_table_destroy(table_); }

rte_mbuf* Reassembly::add(rte_mbuf* m, const IpView& view, uint64_t now) {
  // The library writes behind the end of a full row, and one fragment may end two packets of eight.
  if (row_.cnt > RTE_IP_FRAG_DEATH_ROW_MBUF_LEN / 2) make_room();
  uint32_t& brought = brought_by(view, now);
  uint32_t headers = view.family == 4 ? view.header_length : 48;
  bool too_many = now < short_until_ && brought >= std::max(packets_ / 4, 4u);
  if (too_many || view.length <= headers || (view.family == 6 && view.fragment_header_at != 40)) {
    row_.row[row_.cnt++] = m;
    return nullptr;
  }
  rte_mbuf* whole = nullptr;
  for (unsigned tries = 0;; tries++) {
    uint32_t before = row_.cnt;
    whole = into_table(m, view, now);
    // Alone on the row, and nothing is wrong with it: there was no room.
    if (whole != nullptr || row_.cnt != before + 1 || row_.row[before] != m) break;
    short_until_ = now + hz_;
    // More than one does not help: its neighbours in the table are in the way, and are not at their end.
    if (tries == 1) return nullptr;
    row_.cnt--;
    if (!let_go_of_oldest()) {
      row_.row[row_.cnt++] = m;
      return nullptr;
    }
  }
  if (whole == nullptr) {
    brought++;
    if (waits_since_.size() == size_t{packets_} * RTE_LIBRTE_IP_FRAG_MAX_FRAG) waits_since_.pop_front();
    waits_since_.push_back(now);
  } else {
    brought -= std::min<uint32_t>(brought, whole->nb_segs - 1u);
  }
  return whole;
}

rte_mbuf* Reassembly::into_table(rte_mbuf* m, const IpView& view, uint64_t now) {
  uint8_t* ip = octets(m);
  m->l2_len = 0;
  if (view.family == 4) {
    m->l3_len = view.header_length;
    return rte_ipv4_frag_reassemble_packet(table_, &row_, m, now, reinterpret_cast<rte_ipv4_hdr*>(ip));
  }
  m->l3_len = 48;
  return rte_ipv6_frag_reassemble_packet(table_, &row_, m, now, reinterpret_cast<rte_ipv6_hdr*>(ip),
                                         reinterpret_cast<rte_ipv6_fragment_ext*>(ip + 40));
}

// Puts on the row what has waited longest. False: nothing waits.
bool Reassembly::let_go_of_oldest() {
  if (row_.cnt > RTE_IP_FRAG_DEATH_ROW_MBUF_LEN / 2) make_room();
  uint32_t before = row_.cnt;
  while (row_.cnt == before && !waits_since_.empty()) {
    // To the library it is as late as when the time of this one is over. It may have become a packet long ago.
    rte_ip_frag_table_del_expired_entries(table_, &row_, waits_since_.front() + hz_ * kPatience + 1);
    waits_since_.pop_front();
  }
  return row_.cnt != before;
}

// By a hash, so that nobody chooses addresses that share a victim's count. One host may have a whole /64.
uint32_t& Reassembly::brought_by(const IpView& view, uint64_t now) {
  if (now / hz_ != second_) {
    second_ = now / hz_;
    brought_.fill(0);
  }
  return brought_[mix(secret_ ^ mix(view.source.hi)) % kSources];
}

void Reassembly::make_room() {
  buried_ += row_.cnt;
  rte_ip_frag_free_death_row(&row_, 4);
}

}  // namespace kw
