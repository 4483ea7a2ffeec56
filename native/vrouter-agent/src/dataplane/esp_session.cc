#include "dataplane/esp_session.h"

#include <netinet/in.h>
#include <openssl/crypto.h>
#include <rte_cryptodev.h>
#include <rte_errno.h>
#include <rte_malloc.h>

#include <cstring>

#include "dataplane/meta.h"

namespace kw {
namespace {

struct Transforms {
  rte_crypto_sym_xform first{}, second{};
  ~Transforms() {
    // They point at keys, and hold nothing of them; still, nothing is left on the stack.
    OPENSSL_cleanse(&first, sizeof first);
    OPENSSL_cleanse(&second, sizeof second);
  }
};

rte_crypto_auth_algorithm hmac_of(uint16_t id) {
  switch (id) {
    case kAuthHmacSha1_96:
      return RTE_CRYPTO_AUTH_SHA1_HMAC;
    case kAuthHmacSha2_256_128:
      return RTE_CRYPTO_AUTH_SHA256_HMAC;
    case kAuthHmacSha2_384_192:
      return RTE_CRYPTO_AUTH_SHA384_HMAC;
    default:
      return RTE_CRYPTO_AUTH_SHA512_HMAC;
  }
}

void fill(const SaConfig& c, const KeyMaterial& keys, Transforms& t) {
  const Suite& s = *c.suite;
  bool out = c.direction == Direction::kOutbound;
  const auto* key = reinterpret_cast<const uint8_t*>(keys.encryption.data());
  if (s.encryption == kEncrAesGcm16 || s.encryption == kEncrChaCha20Poly1305) {
    t.first.type = RTE_CRYPTO_SYM_XFORM_AEAD;
    auto& a = t.first.aead;
    a.op = out ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT;
    a.algo = s.encryption == kEncrAesGcm16 ? RTE_CRYPTO_AEAD_AES_GCM : RTE_CRYPTO_AEAD_CHACHA20_POLY1305;
    a.key = {key, s.key};
    a.iv.offset = kIvOffset;
    a.iv.length = 12;
    a.digest_length = s.icv;
    a.aad_length = c.esn ? 12 : 8;  // RFC 4106 section 5
    return;
  }
  if (s.encryption == kEncrNullAesGmac) {
    t.first.type = RTE_CRYPTO_SYM_XFORM_AUTH;
    auto& a = t.first.auth;
    a.op = out ? RTE_CRYPTO_AUTH_OP_GENERATE : RTE_CRYPTO_AUTH_OP_VERIFY;
    a.algo = RTE_CRYPTO_AUTH_AES_GMAC;
    a.key = {key, s.key};
    a.iv.offset = kIvOffset;
    a.iv.length = 12;
    a.digest_length = s.icv;
    return;
  }
  rte_crypto_sym_xform& cipher = out ? t.first : t.second;
  rte_crypto_sym_xform& auth = out ? t.second : t.first;
  t.first.next = &t.second;
  cipher.type = RTE_CRYPTO_SYM_XFORM_CIPHER;
  cipher.cipher.op = out ? RTE_CRYPTO_CIPHER_OP_ENCRYPT : RTE_CRYPTO_CIPHER_OP_DECRYPT;
  cipher.cipher.algo = s.encryption == kEncrAesCbc ? RTE_CRYPTO_CIPHER_AES_CBC : RTE_CRYPTO_CIPHER_NULL;
  cipher.cipher.key = {key, s.key};
  cipher.cipher.iv.offset = kIvOffset;
  cipher.cipher.iv.length = s.iv;
  auth.type = RTE_CRYPTO_SYM_XFORM_AUTH;
  auth.auth.op = out ? RTE_CRYPTO_AUTH_OP_GENERATE : RTE_CRYPTO_AUTH_OP_VERIFY;
  auth.auth.algo = hmac_of(s.integrity);
  auth.auth.key = {reinterpret_cast<const uint8_t*>(keys.integrity.data()), s.integrity_key};
  auth.auth.digest_length = s.icv;
}

// The outer header that goes before each packet; addresses, TOS, DF and checksum are written per packet, as an
// SA may move.
size_t outer_template(const SaConfig& c, uint8_t* header) {
  std::memset(header, 0, 40);
  if (c.outer.local.family == 4) {
    header[0] = 0x45;
    header[8] = kHopLimit;
    header[9] = kProtoEsp;
    c.outer.local.store(header + 12);
    c.outer.remote.store(header + 16);
    return 20;
  }
  header[0] = 0x60;
  header[6] = kProtoEsp;
  header[7] = kHopLimit;
  c.outer.local.store(header + 8);
  c.outer.remote.store(header + 24);
  return 40;
}

}  // namespace

EspSession* DeviceSessions::open(const SaConfig& c, const KeyMaterial& keys, Outcome& outcome) {
  const Suite& s = *c.suite;
  Transforms transforms;
  fill(c, keys, transforms);

  uint8_t header[40];
  rte_ipsec_sa_prm prm{};
  prm.crypto_xform = &transforms.first;
  auto& x = prm.ipsec_xform;
  x.spi = c.spi;
  if (s.salt == 4) std::memcpy(&x.salt, keys.encryption.data() + s.key, 4);
  x.options.esn = c.esn ? 1 : 0;
  if (c.direction == Direction::kOutbound && c.first_sequence > 1) x.esn.value = c.first_sequence;
  x.direction = c.direction == Direction::kOutbound ? RTE_SECURITY_IPSEC_SA_DIR_EGRESS
                                                    : RTE_SECURITY_IPSEC_SA_DIR_INGRESS;
  x.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
  x.replay_win_sz = c.direction == Direction::kInbound ? ReplayWindow::reach(c.replay_window) : 0;
  if (c.mode == Mode::kTunnel) {
    x.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
    x.tunnel.type = c.outer.local.family == 4 ? RTE_SECURITY_IPSEC_TUNNEL_IPV4 : RTE_SECURITY_IPSEC_TUNNEL_IPV6;
    prm.tun.hdr_len = static_cast<uint8_t>(outer_template(c, header));
    prm.tun.hdr_l3_off = 0;
    // One SA may carry both families: the trailer is put right per packet (esp.cc).
    prm.tun.next_proto = IPPROTO_IPIP;
    prm.tun.hdr = header;
  } else {
    x.mode = RTE_SECURITY_IPSEC_SA_MODE_TRANSPORT;
    prm.trs.proto = c.inner_family() == 4 ? IPPROTO_IPIP : IPPROTO_IPV6;
  }

  int size = rte_ipsec_sa_size(&prm);
  if (size < 0) {
    outcome = Outcome::refused("the ESP library refuses this SA (a replay window of " +
                               std::to_string(c.replay_window) + "?)");
    return nullptr;
  }
  auto* session = static_cast<EspSession*>(rte_zmalloc("esp", sizeof(EspSession), 64));
  auto* sa = static_cast<rte_ipsec_sa*>(rte_zmalloc("esp_sa", static_cast<size_t>(size), 64));
  rte_cryptodev_sym_session* crypto =
      session != nullptr && sa != nullptr ? static_cast<rte_cryptodev_sym_session*>(
                rte_cryptodev_sym_session_create(device_, &transforms.first, pool_))
          : nullptr;
  int rc = 0;
  if (crypto != nullptr) {
    session->ipsec.sa = sa;
    session->ipsec.type = RTE_SECURITY_ACTION_TYPE_NONE;
    session->ipsec.crypto.ses = crypto;
    session->ipsec.crypto.dev_id = device_;
    session->sa_octets = static_cast<uint32_t>(size);
    rc = rte_ipsec_sa_init(sa, &prm, static_cast<uint32_t>(size));
    if (rc >= 0) rc = rte_ipsec_session_prepare(&session->ipsec);
    if (rc >= 0) {
      rte_cryptodev_info info{};
      rte_cryptodev_info_get(device_, &info);
      rte_ipsec_session now = session->ipsec;
      now.type = RTE_SECURITY_ACTION_TYPE_CPU_CRYPTO;
      bool synchronous = s.encryption == kEncrAesGcm16 && (info.feature_flags & RTE_CRYPTODEV_FF_SYM_CPU_CRYPTO) != 0 &&
                         rte_ipsec_session_prepare(&now) == 0;
      if (synchronous) session->at_once = now;
      return session;
    }
    close(session);
    outcome = Outcome::refused("the ESP library refuses this SA: error " + std::to_string(-rc));
    return nullptr;
  }
  int error = rte_errno;
  bool memory = session == nullptr || sa == nullptr || error == ENOMEM;
  rte_free(session);
  rte_free(sa);
  outcome = memory ? Outcome::full("no memory for another SA; start the agent with more")
                   : Outcome::refused(std::string("the crypto device cannot do ") + s.name);
  return nullptr;
}

void DeviceSessions::close(EspSession* session) {
  auto* crypto = session->ipsec.crypto.ses;
  rte_cryptodev_sym_session_free(device_, crypto);
  // It went back to a pool that only this thread takes from; its key schedule must not stay behind.
  OPENSSL_cleanse(crypto, pool_->elt_size);
  OPENSSL_cleanse(session->ipsec.sa, session->sa_octets);
  rte_free(session->ipsec.sa);
  OPENSSL_cleanse(session, sizeof *session);
  rte_free(session);
}

bool DeviceSessions::can(const Suite& s) const {
  rte_cryptodev_sym_capability_idx index{};
  if (s.encryption == kEncrAesGcm16 || s.encryption == kEncrChaCha20Poly1305) {
    index.type = RTE_CRYPTO_SYM_XFORM_AEAD;
    index.algo.aead = s.encryption == kEncrAesGcm16 ? RTE_CRYPTO_AEAD_AES_GCM : RTE_CRYPTO_AEAD_CHACHA20_POLY1305;
    auto* cap = rte_cryptodev_sym_capability_get(device_, &index);
    return cap != nullptr && rte_cryptodev_sym_capability_check_aead(cap, s.key, s.icv, 8, 12) == 0;
  }
  index.type = RTE_CRYPTO_SYM_XFORM_AUTH;
  bool gmac = s.encryption == kEncrNullAesGmac;
  index.algo.auth = gmac ? RTE_CRYPTO_AUTH_AES_GMAC : hmac_of(s.integrity);
  auto* auth = rte_cryptodev_sym_capability_get(device_, &index);
  if (auth == nullptr) return false;
  if (rte_cryptodev_sym_capability_check_auth(auth, gmac ? s.key : s.integrity_key, s.icv, gmac ? 12 : 0) != 0) {
    return false;
  }
  if (gmac) return true;
  index.type = RTE_CRYPTO_SYM_XFORM_CIPHER;
  index.algo.cipher = s.encryption == kEncrAesCbc ? RTE_CRYPTO_CIPHER_AES_CBC : RTE_CRYPTO_CIPHER_NULL;
  auto* cipher = rte_cryptodev_sym_capability_get(device_, &index);
  return cipher != nullptr && rte_cryptodev_sym_capability_check_cipher(cipher, s.key, s.iv) == 0;
}

std::vector<const Suite*> DeviceSessions::suites() const {
  std::vector<const Suite*> result;
  for (const Suite& s : all_suites()) {
    if (can(s)) result.push_back(&s);
  }
  return result;
}

}  // namespace kw
