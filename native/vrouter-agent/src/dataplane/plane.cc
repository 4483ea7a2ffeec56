#include "dataplane/plane.h"

#include <rte_malloc.h>
#include <rte_ring_elem.h>

#include <stdexcept>

#include "dataplane/worker.h"

namespace kw {

QsbrGrace::QsbrGrace(unsigned readers) {
  size_t size = rte_rcu_qsbr_get_memsize(readers);
  state_ = static_cast<rte_rcu_qsbr*>(rte_zmalloc("rcu", size, RTE_CACHE_LINE_SIZE));
  if (state_ == nullptr || rte_rcu_qsbr_init(state_, readers) != 0) {
    throw std::runtime_error("no memory for the cores' reader states");
  }
}

QsbrGrace::~QsbrGrace() { rte_free(state_); }

void Plane::tell(const Note& note) {
  if (rte_ring_enqueue_elem(notes, const_cast<Note*>(&note), sizeof note) != 0) {
    lost_notes.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace kw
