// Tables that one writer changes while many readers look things up, without a lock on either side.
//
// A reader may go on using what it found until it says that it is quiescent. So what was taken out of a table
// is not freed but retired, and freed when every reader has been quiescent since.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace kw {

// Who knows when all readers have moved on.
class Grace {
 public:
  virtual ~Grace() = default;
  // Begins a period; whoever looks something up from now on does not count.
  virtual uint64_t begin() = 0;
  // Whether every reader was quiescent since.
  virtual bool passed(uint64_t token) = 0;
};

// Frees what was retired. Used by the writer only.
class Reclaimer {
 public:
  explicit Reclaimer(Grace& grace) : grace_(grace) {}
  ~Reclaimer() { drain(); }

  // `free` returns false while the object is still busy elsewhere (packets of it in a crypto device); it is
  // then asked again later.
  void retire(std::function<bool()> free) { items_.push_back({grace_.begin(), std::move(free)}); }

  template <typename T>
  void retire_delete(T* object) {
    retire([object] {
      delete object;
      return true;
    });
  }

  // Frees what can be freed now; returns how many things wait on.
  size_t poll() {
    size_t look = items_.size();
    while (look-- > 0 && grace_.passed(items_.front().token)) {
      Item item = std::move(items_.front());
      items_.pop_front();
      if (!item.free()) items_.push_back({grace_.begin(), std::move(item.free)});
    }
    return items_.size();
  }

  // Frees everything at once; only when no reader is left.
  void drain() {
    for (auto& item : items_) item.free();
    items_.clear();
  }

  size_t waiting() const { return items_.size(); }

 private:
  struct Item {
    uint64_t token;
    std::function<bool()> free;
  };
  Grace& grace_;
  std::deque<Item> items_;
};

// A hash table of chains. Node has `std::atomic<Node*> next` and `uint64_t hash`. The number of buckets never
// changes, so a change costs the same whatever the table holds, and readers never see a table being rebuilt.
template <typename Node>
class RcuHash {
 public:
  // Room for about `expected` nodes with short chains.
  explicit RcuHash(size_t expected) {
    size_t buckets = 16;
    while (buckets < expected) buckets *= 2;
    mask_ = buckets - 1;
    heads_ = std::make_unique<std::atomic<Node*>[]>(buckets);
    for (size_t i = 0; i < buckets; i++) heads_[i].store(nullptr, std::memory_order_relaxed);
  }

  Node* first(uint64_t hash) const { return heads_[hash & mask_].load(std::memory_order_acquire); }
  static Node* after(const Node* node) { return node->next.load(std::memory_order_acquire); }

  void prefetch(uint64_t hash) const { __builtin_prefetch(&heads_[hash & mask_]); }

  void insert(Node* node) {
    auto& head = heads_[node->hash & mask_];
    node->next.store(head.load(std::memory_order_relaxed), std::memory_order_relaxed);
    head.store(node, std::memory_order_release);
  }

  // The node keeps its own link, so a reader that stands on it finds its way on.
  bool remove(Node* node) {
    std::atomic<Node*>* link = &heads_[node->hash & mask_];
    for (Node* at = link->load(std::memory_order_relaxed); at != nullptr; at = link->load(std::memory_order_relaxed)) {
      if (at == node) {
        link->store(node->next.load(std::memory_order_relaxed), std::memory_order_release);
        return true;
      }
      link = &at->next;
    }
    return false;
  }

 private:
  size_t mask_;
  std::unique_ptr<std::atomic<Node*>[]> heads_;
};

}  // namespace kw
