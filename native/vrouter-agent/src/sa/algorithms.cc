#include "sa/algorithms.h"

#include <cstddef>

namespace kw {
namespace {

struct Integrity {
  uint16_t id;
  uint8_t key, icv;
  const char* name;
};

// Keys of RFC 2404 and RFC 4868.
constexpr Integrity kIntegrity[] = {{kAuthHmacSha1_96, 20, 12, "hmac-sha1-96"},
                                    {kAuthHmacSha2_256_128, 32, 16, "hmac-sha2-256-128"},
                                    {kAuthHmacSha2_384_192, 48, 24, "hmac-sha2-384-192"},
                                    {kAuthHmacSha2_512_256, 64, 32, "hmac-sha2-512-256"}};

std::vector<Suite> build() {
  std::vector<Suite> suites;
  for (uint8_t key : {16, 24, 32}) {
    suites.push_back({kEncrAesGcm16, kAuthNone, key, 4, 0, 8, 16, 4, true, "aes-gcm-16"});
    // RFC 4543 puts the high half of an extended sequence number in the middle of what is authenticated;
    // librte_ipsec appends it. The two do not meet, so they do not go together here.
    suites.push_back({kEncrNullAesGmac, kAuthNone, key, 4, 0, 8, 16, 4, false, "null-aes-gmac"});
    for (const auto& i : kIntegrity) suites.push_back({kEncrAesCbc, i.id, key, 0, i.key, 16, i.icv, 16, true, "aes-cbc"});
  }
  suites.push_back({kEncrChaCha20Poly1305, kAuthNone, 32, 4, 0, 8, 16, 4, true, "chacha20-poly1305"});
  for (const auto& i : kIntegrity) suites.push_back({kEncrNull, i.id, 0, 0, i.key, 0, i.icv, 4, true, "null"});
  return suites;
}

}  // namespace

const std::vector<Suite>& all_suites() {
  static const std::vector<Suite> suites = build();
  return suites;
}

const Suite* find_suite(uint32_t encryption, uint32_t integrity, size_t encryption_octets, size_t integrity_octets) {
  for (const Suite& s : all_suites()) {
    if (s.encryption == encryption && s.integrity == integrity &&
        static_cast<size_t>(s.key) + s.salt == encryption_octets && s.integrity_key == integrity_octets) {
      return &s;
    }
  }
  return nullptr;
}

const char* encryption_name(uint32_t id) {
  for (const Suite& s : all_suites()) {
    if (s.encryption == id) return s.name;
  }
  return nullptr;
}

const char* integrity_name(uint32_t id) {
  if (id == kAuthNone) return "none";
  for (const auto& i : kIntegrity) {
    if (i.id == id) return i.name;
  }
  return nullptr;
}

}  // namespace kw
