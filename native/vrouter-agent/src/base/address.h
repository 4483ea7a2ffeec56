// IP addresses as the tables keep them: numbers of 128 bits, an IPv4 address in the highest 32. A prefix
// is then the same mask for both families, and one lookup serves both.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace kw {

struct Bits128 {
  uint64_t hi = 0;
  uint64_t lo = 0;

  friend bool operator==(const Bits128& a, const Bits128& b) { return a.hi == b.hi && a.lo == b.lo; }
  friend bool operator!=(const Bits128& a, const Bits128& b) { return !(a == b); }
  friend bool operator<(const Bits128& a, const Bits128& b) { return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo; }
  friend bool operator<=(const Bits128& a, const Bits128& b) { return !(b < a); }
};

// The first `length` bits, 0..128.
inline Bits128 mask_of(unsigned length) {
  if (length == 0) return {0, 0};
  if (length <= 64) return {~0ULL << (64 - length), 0};
  if (length >= 128) return {~0ULL, ~0ULL};
  return {~0ULL, ~0ULL << (128 - length)};
}

inline Bits128 masked(const Bits128& a, unsigned length) {
  Bits128 m = mask_of(length);
  return {a.hi & m.hi, a.lo & m.lo};
}

inline uint64_t load_be64(const uint8_t* p) {
  uint64_t v;
  std::memcpy(&v, p, 8);
  return __builtin_bswap64(v);
}

inline uint32_t load_be32(const uint8_t* p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}

inline uint16_t load_be16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }

inline void store_be64(uint8_t* p, uint64_t v) {
  v = __builtin_bswap64(v);
  std::memcpy(p, &v, 8);
}

inline void store_be32(uint8_t* p, uint32_t v) {
  v = __builtin_bswap32(v);
  std::memcpy(p, &v, 4);
}

inline void store_be16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}

// family is 4, 6, or 0 for "none".
struct Address {
  uint8_t family = 0;
  Bits128 bits;

  static Address v4(const uint8_t* octets) { return {4, {static_cast<uint64_t>(load_be32(octets)) << 32, 0}}; }
  static Address v6(const uint8_t* octets) { return {6, {load_be64(octets), load_be64(octets + 8)}}; }

  // 4 or 16 octets in network order; empty for any other length.
  static std::optional<Address> of_octets(std::string_view octets);
  // Text of either family.
  static std::optional<Address> parse(const std::string& text);

  unsigned width() const { return family == 4 ? 32 : 128; }
  unsigned size() const { return family == 4 ? 4 : 16; }
  void store(uint8_t* to) const {
    if (family == 4) {
      store_be32(to, static_cast<uint32_t>(bits.hi >> 32));
    } else {
      store_be64(to, bits.hi);
      store_be64(to + 8, bits.lo);
    }
  }
  std::string octets() const;
  std::string text() const;

  friend bool operator==(const Address& a, const Address& b) { return a.family == b.family && a.bits == b.bits; }
  friend bool operator!=(const Address& a, const Address& b) { return !(a == b); }
};

// The last address of a prefix in the numbering above.
inline Bits128 last_of(const Bits128& first, unsigned length, uint8_t family) {
  Bits128 all = mask_of(family == 4 ? 32 : 128);
  Bits128 net = mask_of(length);
  return {first.hi | (all.hi & ~net.hi), first.lo | (all.lo & ~net.lo)};
}

// Bits that two addresses of a family have in common at the front.
inline unsigned common_prefix(const Bits128& a, const Bits128& b, uint8_t family) {
  unsigned width = family == 4 ? 32 : 128;
  uint64_t hi = a.hi ^ b.hi;
  if (hi != 0) {
    unsigned n = static_cast<unsigned>(__builtin_clzll(hi));
    return n < width ? n : width;
  }
  if (width <= 64) return width;
  uint64_t lo = a.lo ^ b.lo;
  return lo == 0 ? 128 : 64 + static_cast<unsigned>(__builtin_clzll(lo));
}

// A mixer with full avalanche (finalizer of splitmix64).
inline uint64_t mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

inline uint64_t mix(uint64_t seed, const Bits128& b) {
  // One long multiplication whose halves meet: every bit of the address reaches the low bits that choose a bucket.
  auto product = static_cast<unsigned __int128>(b.hi ^ seed ^ 0x5851f42d4c957f2dULL) *
                 (b.lo ^ (seed << 32 | seed >> 32) ^ 0x9e3779b97f4a7c15ULL);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace kw
