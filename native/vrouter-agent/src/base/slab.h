// Room for objects that come by the ten thousand and stay long, or whose alignment is larger than a pointer's.
//
// glibc cuts such objects out of larger pieces one by one, and what it cuts off lies between them for ever, in lists that each
// later request walks through: the 40 000th SA cost three times what the first one did. Here each type has blocks of its own.
#pragma once

#include <cstddef>
#include <mutex>
#include <new>
#include <vector>

// A sanitizer sees who uses what is gone only where memory really goes.
#if defined(__SANITIZE_ADDRESS__)
#define KW_NO_SLABS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KW_NO_SLABS
#endif
#endif

namespace kw {

// Pieces of one size. Blocks are kept to the end of the process: as much as was in use at once.
template <size_t kSize, size_t kAlign>
class Slab {
 public:
  static void* take() {
#ifdef KW_NO_SLABS
    return ::operator new(kSize, std::align_val_t{kAlign});
#endif
    Slab& slab = instance();
    std::lock_guard<std::mutex> lock(slab.mutex_);
    if (slab.free_ == nullptr) slab.grow();
    Piece* piece = slab.free_;
    slab.free_ = piece->next;
    return piece;
  }
  static void give(void* object) noexcept {
#ifdef KW_NO_SLABS
    return ::operator delete(object, std::align_val_t{kAlign});
#endif
    Slab& slab = instance();
    std::lock_guard<std::mutex> lock(slab.mutex_);
    slab.free_ = new (object) Piece{slab.free_};
  }

 private:
  union Piece {
    Piece* next;
    alignas(kAlign) unsigned char room[kSize];
  };
  static constexpr size_t kPieces = kSize < 256 ? 256 : 64;

  // Never ended, as objects may outlive whatever ends with the process.
  static Slab& instance() {
    static Slab* slab = new Slab;
    return *slab;
  }
  void grow() {
    auto* block = static_cast<Piece*>(::operator new(sizeof(Piece) * kPieces, std::align_val_t{alignof(Piece)}));
    blocks_.push_back(block);
    for (size_t i = kPieces; i-- > 0;) free_ = new (&block[i]) Piece{free_};
  }

  std::mutex mutex_;
  Piece* free_ = nullptr;
  std::vector<Piece*> blocks_;  // so that a leak checker knows them
};

// For std::allocate_shared and containers of nodes.
template <typename T>
struct SlabAllocator {
  using value_type = T;
  SlabAllocator() = default;
  template <typename U>
  SlabAllocator(const SlabAllocator<U>&) {}
  T* allocate(size_t n) {
    if (n != 1) return static_cast<T*>(::operator new(sizeof(T) * n, std::align_val_t{alignof(T)}));
    return static_cast<T*>(Slab<sizeof(T), alignof(T)>::take());
  }
  void deallocate(T* object, size_t n) noexcept {
    if (n != 1) return ::operator delete(object, std::align_val_t{alignof(T)});
    Slab<sizeof(T), alignof(T)>::give(object);
  }
  friend bool operator==(const SlabAllocator&, const SlabAllocator&) { return true; }
  friend bool operator!=(const SlabAllocator&, const SlabAllocator&) { return false; }
};

}  // namespace kw
