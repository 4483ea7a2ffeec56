// The combinations of algorithms that an SA may have, with the lengths that go with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kw {

// Transform ids of the IKEv2 registries.
enum : uint16_t {
  kEncrNull = 11,
  kEncrAesCbc = 12,
  kEncrAesGcm16 = 20,
  kEncrNullAesGmac = 21,
  kEncrChaCha20Poly1305 = 28,
  kAuthNone = 0,
  kAuthHmacSha1_96 = 2,
  kAuthHmacSha2_256_128 = 12,
  kAuthHmacSha2_384_192 = 13,
  kAuthHmacSha2_512_256 = 14,
};

struct Suite {
  uint16_t encryption;
  uint16_t integrity;
  uint8_t key;            // octets, without the salt
  uint8_t salt;           // octets behind the key
  uint8_t integrity_key;  // octets
  uint8_t iv;             // octets on the wire
  uint8_t icv;            // octets on the wire
  uint8_t align;          // of what is encrypted, with padding
  bool esn;               // goes with extended sequence numbers
  const char* name;
};

// Everything that can be asked for; whether a crypto device can do it is another question.
const std::vector<Suite>& all_suites();

// Finds by ids and key lengths (`encryption_octets` with the salt). Null: there is no such combination.
const Suite* find_suite(uint32_t encryption, uint32_t integrity, size_t encryption_octets, size_t integrity_octets);

// For messages: what was wrong with ids or lengths.
const char* encryption_name(uint32_t id);
const char* integrity_name(uint32_t id);

}  // namespace kw
