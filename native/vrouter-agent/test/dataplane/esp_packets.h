// What a peer sends: ESP by AES-128-GCM with the key that the tests give their SAs.
#pragma once

#include <openssl/evp.h>

#include <string>

#include "packet/arrival.h"
#include "rig/rig.h"

namespace kw {

inline const std::string kKey = "0123456789abcdefsalt";

// An IPv4 packet of 60 octets from one host to another.
inline rig::Octets host_packet(const char* from, const char* to, uint8_t ttl = 64) {
  rig::Octets ip(60);
  ip[0] = 0x45;
  store_be16(&ip[2], 60);
  ip[8] = ttl;
  ip[9] = kProtoUdp;
  Address::parse(from)->store(&ip[12]);
  Address::parse(to)->store(&ip[16]);
  write_ipv4_checksum(ip.data(), 20);
  return ip;
}

// ESP for the router, in tunnel mode, with an IPv4 packet inside. `from_port` other than 0: in UDP.
inline rig::Octets esp_packet(uint32_t spi, const rig::Octets& packet, uint64_t number, bool esn, uint16_t from_port = 0) {
  rig::Octets inner = packet;
  inner.insert(inner.end(), {1, 2, 2, kProtoIpv4});

  auto low = static_cast<uint32_t>(number);
  rig::Octets esp(16 + inner.size() + 16);
  store_be32(&esp[0], spi);
  store_be32(&esp[4], low);
  store_be32(&esp[8], static_cast<uint32_t>(number >> 32));
  store_be32(&esp[12], low);
  rig::Octets aad(esp.begin(), esp.begin() + 4);
  if (esn) aad.insert(aad.end(), esp.begin() + 8, esp.begin() + 12);
  aad.insert(aad.end(), esp.begin() + 4, esp.begin() + 8);
  rig::Octets nonce(kKey.begin() + 16, kKey.end());
  nonce.insert(nonce.end(), esp.begin() + 8, esp.begin() + 16);
  EVP_CIPHER_CTX* c = EVP_CIPHER_CTX_new();
  int n = 0;
  EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), nullptr, reinterpret_cast<const uint8_t*>(kKey.data()), nonce.data());
  EVP_EncryptUpdate(c, nullptr, &n, aad.data(), static_cast<int>(aad.size()));
  EVP_EncryptUpdate(c, &esp[16], &n, inner.data(), static_cast<int>(inner.size()));
  EVP_EncryptFinal_ex(c, &esp[16 + inner.size()], &n);
  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, &esp[16 + inner.size()]);
  EVP_CIPHER_CTX_free(c);

  rig::Octets ip(from_port != 0 ? 28 : 20);
  ip[0] = 0x45;
  store_be16(&ip[2], static_cast<uint16_t>(ip.size() + esp.size()));
  ip[8] = 64;
  ip[9] = from_port != 0 ? kProtoUdp : kProtoEsp;
  Address::parse("192.0.2.2")->store(&ip[12]);
  Address::parse("192.0.2.1")->store(&ip[16]);
  write_ipv4_checksum(ip.data(), 20);
  if (from_port != 0) {
    store_be16(&ip[20], from_port);
    store_be16(&ip[22], 4500);
    store_be16(&ip[24], static_cast<uint16_t>(8 + esp.size()));
  }
  ip.insert(ip.end(), esp.begin(), esp.end());
  return ip;
}

}  // namespace kw
