package io.keyway.ike.crypto;

import static io.keyway.ike.crypto.TestCrypto.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * Session resumption (RFC 5723 section 5.1). The numbers were worked out with Python's hmac from
 * the formulas of the RFC alone: SKEYSEED = prf(SK_d, "Resumption" | Ni | Nr), then prf+ as in RFC
 * 7296 section 2.14, and AUTH = prf(SK_px, message | other nonce | prf(SK_px, ID body)). SK_d is 00
 * to 1f, Ni a0 to af twice, Nr 50 to 5f twice, the ticket "ticket-of-a-peer".
 */
class ResumptionTest {
  private static final byte[] NI = hex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf".repeat(2));
  private static final byte[] NR = hex("505152535455565758595a5b5c5d5e5f".repeat(2));
  private static final String REQUEST =
      "112233445566778800000000000000002820260800000000000000582900002"
          + "4a0a1a2a3a4a5a6a7a8a9aaabacadaeafa0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
          + "000000180000401d7469636b65742d6f662d612d70656572";
  private static final String RESPONSE =
      "112233445566778899aabbccddeeff00282026200000000000000040"
          + "00000024505152535455565758595a5b5c5d5e5f505152535455565758595a5b5c5d5e5f";

  private static IkeSaKeys keys(Prf prf) {
    try (SecretBytes skD =
        TestCrypto.secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")) {
      return KeySchedule.resumedIkeSa(
          prf,
          skD,
          EncryptionAlgorithm.AES_GCM_16_256,
          IntegrityAlgorithm.NONE,
          NI,
          NR,
          0x1122334455667788L,
          0x99aabbccddeeff00L);
    }
  }

  private static byte[] id(String name) {
    return hex("02000000" + hex(name.getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void keysComeOfTheOldSkDAndTheNewNonces() {
    Prf prf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_256);
    try (IkeSaKeys keys = keys(prf)) {
      assertThat(hex(keys.skD()))
          .isEqualTo("0440fec64ba013cd3138027a71825fccae2827531767913c3dc05461bdfaff49");
      assertThat(keys.skAi().length()).isZero();
      assertThat(hex(keys.skEi()))
          .isEqualTo("a9f1c02bac65336d4682730f28f43aa28f8e143e7ff80e386b8afb3b273a80354fff42b4");
      assertThat(hex(keys.skEr()))
          .isEqualTo("f61dd2d8d12991811baa02a670c5fe87eb9590bff35ecda13bf10120a83a9f1813ffac0b");
      assertThat(hex(keys.skPi()))
          .isEqualTo("aaf5f98f47f3186c1ea0318c90f7f7959e0c00913509cf8416bb8324ad10eda3");
      assertThat(hex(keys.skPr()))
          .isEqualTo("7a9264dd364685c1fb986d49396339b5ffd7a4b27ec92a0557eedfb5a4089415");
    }
  }

  @Test
  void authIsThePrfUnderSkPAlone() {
    Prf prf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_256);
    try (IkeSaKeys keys = keys(prf)) {
      SignedOctets ofInitiator =
          SignedOctets.of(prf, keys.skPi(), hex(REQUEST), NR, id("site-7.example.org"));
      SignedOctets ofResponder =
          SignedOctets.of(prf, keys.skPr(), hex(RESPONSE), NI, id("gw.example.org"));
      assertThat(hex(ResumeAuth.compute(prf, keys.skPi(), ofInitiator)))
          .isEqualTo("2e45264b7efe0ac502f73d0c0b2ba92eb8d6937b53e3bb88a5f2650edd3dfad6");
      assertThat(hex(ResumeAuth.compute(prf, keys.skPr(), ofResponder)))
          .isEqualTo("2349728221b890740e022fa5303f5317f34d8639b590520bd244ef47be963bdf");
    }
  }
}
