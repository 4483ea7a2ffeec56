// The Internet checksum (RFC 1071), for headers that we write ourselves.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/address.h"

namespace kw {

inline uint64_t sum16(const uint8_t* data, size_t length, uint64_t sum = 0) {
  // Words of 32 bits do as well: the sum is one of remainders of 0xffff.
  while (length >= 4) {
    sum += load_be32(data);
    data += 4;
    length -= 4;
  }
  while (length > 1) {
    sum += load_be16(data);
    data += 2;
    length -= 2;
  }
  if (length == 1) sum += static_cast<uint64_t>(*data) << 8;
  return sum;
}

inline uint16_t fold(uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// Whether the checksum of an IPv4 header of `length` octets is right. The sum is that of any order of octets, and few wide
// loads are faster than many narrow ones (RFC 1071 section 2). It is right where the sum, which is not 0, is a multiple of
// 0xffff: then its product with the inverse of 0xffff modulo 2^64 is the quotient, and else more than any quotient.
inline bool ipv4_checksum_holds(const uint8_t* ip, size_t length) {
  if (length != 20) return fold(sum16(ip, length)) == 0;
  uint64_t a, b;
  uint32_t c;
  std::memcpy(&a, ip, 8);
  std::memcpy(&b, ip + 8, 8);
  std::memcpy(&c, ip + 16, 4);
  uint64_t sum = (a & 0xffffffff) + (a >> 32) + (b & 0xffffffff) + (b >> 32) + c;
  return sum != 0 && sum * 0xfffefffefffeffffULL <= ~0ULL / 0xffff;
}

// Writes the checksum of an IPv4 header of `length` octets.
inline void write_ipv4_checksum(uint8_t* ip, size_t length) {
  store_be16(ip + 10, 0);
  store_be16(ip + 10, fold(sum16(ip, length)));
}

// Changes one 16-bit word that a checksum covers (RFC 1624, equation 3).
inline void adjust_checksum(uint8_t* checksum, uint16_t before, uint16_t now) {
  uint64_t sum = static_cast<uint16_t>(~load_be16(checksum));
  sum += static_cast<uint16_t>(~before);
  sum += now;
  store_be16(checksum, fold(sum));
}

// Sum of the pseudo header of UDP and ICMPv6 (RFC 8200 section 8.1, RFC 768).
inline uint64_t pseudo_header(const uint8_t* ip, uint8_t protocol, uint32_t length) {
  bool v4 = ip[0] >> 4 == 4;
  uint64_t sum = v4 ? sum16(ip + 12, 8) : sum16(ip + 8, 32);
  return sum + protocol + (length >> 16) + (length & 0xffff);
}

}  // namespace kw
