package io.keyway.ike.crypto;

import static io.keyway.ike.crypto.TestCrypto.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.SkOpenResult.Opened;
import io.keyway.ike.crypto.SkOpenResult.Reason;
import io.keyway.ike.crypto.SkOpenResult.Rejected;
import io.keyway.ike.crypto.TestCrypto.Installation;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SkProtectionTest {
  private static final AtomicLong IVS = new AtomicLong(1);
  private static final byte[] PREFIX = hex("00".repeat(28) + "29000040");

  /** Every algorithm on every installation. */
  static Stream<Arguments> all() {
    List<Arguments> cases = new ArrayList<>();
    for (Installation on : TestCrypto.installations().toList()) {
      for (EncryptionAlgorithm e : EncryptionAlgorithm.values()) {
        for (IntegrityAlgorithm i : IntegrityAlgorithm.values()) {
          if (e.aead() == (i == IntegrityAlgorithm.NONE) && on.crypto().flaw(e).isEmpty()) {
            cases.add(Arguments.of(on, e, i));
          }
        }
      }
    }
    return cases.stream();
  }

  private static SecretBytes counting(int octets) {
    byte[] key = new byte[octets];
    for (int i = 0; i < octets; i++) {
      key[i] = (byte) (i + 1);
    }
    return SecretBytes.wrap(key);
  }

  private static SkProtection protection(
      IkeCrypto crypto, EncryptionAlgorithm e, IntegrityAlgorithm i) {
    try (SecretBytes ek = counting(e.keyMaterialOctets());
        SecretBytes ik = counting(i.keyOctets())) {
      // Providers of ChaCha20 remember the last nonce, and this key is in all tests.
      long firstIv = e == EncryptionAlgorithm.CHACHA20_POLY1305 ? IVS.getAndAdd(1000) : 0;
      return crypto.skProtection(e, i, ek, ik, firstIv);
    }
  }

  private static byte[] message(byte[] body) {
    return ByteBuffer.allocate(PREFIX.length + body.length).put(PREFIX).put(body).array();
  }

  @ParameterizedTest
  @MethodSource("all")
  void opensWhatItSealed(Installation on, EncryptionAlgorithm e, IntegrityAlgorithm i) {
    try (SkProtection sender = protection(on.crypto(), e, i);
        SkProtection receiver = protection(TestCrypto.portable(), e, i)) {
      for (int length : new int[] {0, 1, 14, 15, 16, 17, 255, 1400}) {
        byte[] plain = new byte[length];
        Arrays.fill(plain, (byte) 0xa5);
        byte[] body = sender.seal(PREFIX, plain);
        assertThat(body).hasSize(sender.bodyOctets(length));
        SkOpenResult result = receiver.open(message(body), PREFIX.length);
        assertThat(result).isInstanceOf(Opened.class);
        assertThat(((Opened) result).plaintext()).isEqualTo(plain);
        assertThat(result.toString()).isEqualTo("Opened[" + length + " octets]");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void rejectsAnyChangedOctet(Installation on, EncryptionAlgorithm e, IntegrityAlgorithm i) {
    try (SkProtection sender = protection(on.crypto(), e, i)) {
      byte[] message = message(sender.seal(PREFIX, new byte[20]));
      for (int at = 0; at < message.length; at++) {
        byte[] changed = message.clone();
        changed[at] ^= 0x10;
        assertThat(sender.open(changed, PREFIX.length))
            .as("octet %d", at)
            .isEqualTo(new Rejected(Reason.BAD_INTEGRITY));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void rejectsTruncation(Installation on, EncryptionAlgorithm e, IntegrityAlgorithm i) {
    try (SkProtection sender = protection(on.crypto(), e, i)) {
      byte[] message = message(sender.seal(PREFIX, new byte[20]));
      for (int length = PREFIX.length; length < message.length; length++) {
        assertThat(sender.open(Arrays.copyOf(message, length), PREFIX.length))
            .as("length %d", length)
            .isInstanceOf(Rejected.class);
      }
      assertThat(sender.open(new byte[3], 32)).isEqualTo(new Rejected(Reason.BAD_LENGTH));
    }
  }

  /** The layout of RFC 5282, rebuilt here with the JCA alone. */
  @Test
  void gcmNonceIsSaltThenIvAndPrefixIsAssociatedData() throws Exception {
    EncryptionAlgorithm e = EncryptionAlgorithm.AES_GCM_16_256;
    try (SkProtection sender = protection(TestCrypto.full(), e, IntegrityAlgorithm.NONE);
        SecretBytes key = counting(36)) {
      byte[] raw = key.read(byte[]::clone);
      for (long iv = 0; iv < 3; iv++) {
        byte[] body = sender.seal(PREFIX, new byte[] {1, 2, 3});
        assertThat(ByteBuffer.wrap(body).getLong()).isEqualTo(iv);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        byte[] nonce = ByteBuffer.allocate(12).put(raw, 32, 4).putLong(iv).array();
        cipher.init(
            Cipher.DECRYPT_MODE,
            new SecretKeySpec(raw, 0, 32, "AES"),
            new GCMParameterSpec(128, nonce));
        cipher.updateAAD(PREFIX);
        assertThat(cipher.doFinal(body, 8, body.length - 8)).isEqualTo(new byte[] {1, 2, 3, 0});
      }
    }
  }

  /** The layout of RFC 7296 section 3.14, rebuilt here with the JCA alone. */
  @Test
  void cbcChecksEverythingBeforeTheIcvAndPadsToTheBlock() throws Exception {
    try (SkProtection sender =
            protection(
                TestCrypto.full(),
                EncryptionAlgorithm.AES_CBC_128,
                IntegrityAlgorithm.HMAC_SHA2_384_192);
        SecretBytes ek = counting(16);
        SecretBytes ik = counting(48)) {
      byte[] body = sender.seal(PREFIX, new byte[] {1, 2, 3});
      assertThat(body).hasSize(16 + 16 + 24);
      Mac mac = Mac.getInstance("HmacSHA384");
      mac.init(new SecretKeySpec(ik.read(byte[]::clone), "HMAC"));
      mac.update(PREFIX);
      mac.update(body, 0, 32);
      assertThat(Arrays.copyOfRange(body, 32, 56)).isEqualTo(Arrays.copyOf(mac.doFinal(), 24));
      Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(ek.read(byte[]::clone), "AES"),
          new IvParameterSpec(body, 0, 16));
      byte[] padded = cipher.doFinal(body, 16, 16);
      assertThat(Arrays.copyOf(padded, 3)).isEqualTo(new byte[] {1, 2, 3});
      assertThat(padded[15]).isEqualTo((byte) 12);
      assertThat(Arrays.copyOf(body, 16))
          .isNotEqualTo(Arrays.copyOf(sender.seal(PREFIX, padded), 16));
    }
  }

  /** A peer may pad as much as it likes, up to 255 octets, with any values. */
  @Test
  void acceptsLongPaddingAndRejectsImpossiblePadding() throws Exception {
    byte[] raw = counting(36).read(byte[]::clone);
    try (SkProtection receiver =
        protection(
            TestCrypto.full(), EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE)) {
      byte[] padded = new byte[4 + 200 + 1];
      new SecureRandom().nextBytes(padded);
      padded[padded.length - 1] = (byte) 200;
      assertThat(((Opened) receiver.open(sealRaw(raw, padded), PREFIX.length)).plaintext())
          .isEqualTo(Arrays.copyOf(padded, 4));
      padded[padded.length - 1] = (byte) 205;
      assertThat(receiver.open(sealRaw(raw, padded), PREFIX.length))
          .isEqualTo(new Rejected(Reason.BAD_PADDING));
    }
  }

  private static byte[] sealRaw(byte[] raw, byte[] padded) throws Exception {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] nonce = ByteBuffer.allocate(12).put(raw, 32, 4).putLong(77).array();
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(raw, 0, 32, "AES"),
        new GCMParameterSpec(128, nonce));
    cipher.updateAAD(PREFIX);
    byte[] sealed = cipher.doFinal(padded);
    return message(ByteBuffer.allocate(8 + sealed.length).putLong(77).put(sealed).array());
  }

  @Test
  void neverUsesAnIvTwiceAndStopsWhenTheyEnd() {
    EncryptionAlgorithm e = EncryptionAlgorithm.AES_GCM_16_128;
    try (SecretBytes key = counting(20);
        SkProtection sender =
            TestCrypto.full()
                .skProtection(e, IntegrityAlgorithm.NONE, key, SecretBytes.empty(), -2L)) {
      assertThat(sender.nextIv()).isEqualTo(-2);
      assertThat(ByteBuffer.wrap(sender.seal(PREFIX, new byte[1])).getLong()).isEqualTo(-2);
      assertThat(ByteBuffer.wrap(sender.seal(PREFIX, new byte[1])).getLong()).isEqualTo(-1);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> sender.seal(PREFIX, new byte[1]))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("rekeyed");
      }
    }
  }

  @Test
  void manyThreadsGetDistinctIvs() throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try (SkProtection shared =
        protection(
            TestCrypto.full(), EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE)) {
      List<Callable<List<byte[]>>> jobs = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        jobs.add(
            () -> {
              List<byte[]> bodies = new ArrayList<>();
              for (int n = 0; n < 200; n++) {
                bodies.add(shared.seal(PREFIX, new byte[n]));
              }
              return bodies;
            });
      }
      Set<Long> ivs = new HashSet<>();
      for (var job : workers.invokeAll(jobs)) {
        List<byte[]> bodies = job.get();
        for (int n = 0; n < bodies.size(); n++) {
          ivs.add(ByteBuffer.wrap(bodies.get(n)).getLong());
          assertThat(((Opened) shared.open(message(bodies.get(n)), PREFIX.length)).plaintext())
              .isEqualTo(new byte[n]);
        }
      }
      assertThat(ivs).hasSize(1600);
      assertThat(shared.nextIv()).isEqualTo(1600);
    } finally {
      workers.shutdownNow();
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void refusesToWorkAfterTheKeysAreWiped(
      Installation on, EncryptionAlgorithm e, IntegrityAlgorithm i) {
    SkProtection closed = protection(on.crypto(), e, i);
    byte[] message = message(closed.seal(PREFIX, new byte[4]));
    closed.close();
    assertThatThrownBy(() -> closed.seal(PREFIX, new byte[1]))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> closed.open(message, PREFIX.length))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesKeysOfTheWrongLengthAndOddCombinations() {
    IkeCrypto crypto = TestCrypto.full();
    try (SecretBytes key = counting(32)) {
      assertThatThrownBy(
              () ->
                  crypto.skProtection(
                      EncryptionAlgorithm.AES_GCM_16_256,
                      IntegrityAlgorithm.NONE,
                      key,
                      SecretBytes.empty()))
          .hasMessageContaining("36 octets");
      assertThatThrownBy(
              () ->
                  crypto.skProtection(
                      EncryptionAlgorithm.AES_CBC_256,
                      IntegrityAlgorithm.HMAC_SHA2_512_256,
                      key,
                      key))
          .hasMessageContaining("64 octets");
      assertThatThrownBy(
              () ->
                  crypto.skProtection(
                      EncryptionAlgorithm.AES_CBC_256, IntegrityAlgorithm.NONE, key, key))
          .hasMessageContaining("do not go together");
    }
  }

  /** RFC 5282 section 3 with RFC 4309: a 3-octet salt, and CCM as SP 800-38C builds it. */
  @ParameterizedTest
  @EnumSource(names = {"AES_CCM_8_128", "AES_CCM_12_192", "AES_CCM_16_256"})
  void ccmIsThatOfTheStandard(EncryptionAlgorithm e) throws Exception {
    try (SkProtection sender = protection(TestCrypto.full(), e, IntegrityAlgorithm.NONE);
        SecretBytes key = counting(e.keyMaterialOctets())) {
      byte[] raw = key.read(byte[]::clone);
      byte[] body = sender.seal(PREFIX, new byte[] {1, 2, 3});
      byte[] nonce = ByteBuffer.allocate(11).put(raw, e.keyBits() / 8, 3).put(body, 0, 8).array();
      Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(raw, 0, e.keyBits() / 8, "AES"));
      byte[] mac = ccmMac(aes, nonce, e.tagOctets());
      byte[] first = aes.doFinal(counter(nonce, 0));
      byte[] second = aes.doFinal(counter(nonce, 1));
      byte[] expected = new byte[4 + e.tagOctets()];
      byte[] plain = {1, 2, 3, 0};
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (byte) (i < 4 ? plain[i] ^ second[i] : mac[i - 4] ^ first[i - 4]);
      }
      assertThat(Arrays.copyOfRange(body, 8, body.length)).isEqualTo(expected);
    }
  }

  /** CBC-MAC over B_0, the prefix with its length, and the four octets of payload. */
  private static byte[] ccmMac(Cipher aes, byte[] nonce, int tag) throws Exception {
    ByteBuffer blocks = ByteBuffer.allocate(16 + 48 + 16);
    blocks.put((byte) (0x40 | (tag - 2) / 2 << 3 | 3)).put(nonce).putInt(4);
    blocks.putShort((short) PREFIX.length).put(PREFIX);
    blocks.position(64);
    blocks.put(new byte[] {1, 2, 3, 0});
    byte[] mac = new byte[16];
    for (int at = 0; at < blocks.capacity(); at += 16) {
      for (int i = 0; i < 16; i++) {
        mac[i] ^= blocks.get(at + i);
      }
      mac = aes.doFinal(mac);
    }
    return mac;
  }

  private static byte[] counter(byte[] nonce, int i) {
    return ByteBuffer.allocate(16).put((byte) 3).put(nonce).putInt(i).array();
  }

  /** RFC 7634 section 2: salt, then IV, is the nonce; the prefix is the associated data. */
  @Test
  void chachaNonceIsSaltThenIv() throws Exception {
    EncryptionAlgorithm e = EncryptionAlgorithm.CHACHA20_POLY1305;
    try (SkProtection sender = protection(TestCrypto.full(), e, IntegrityAlgorithm.NONE);
        SecretBytes key = counting(36)) {
      byte[] raw = key.read(byte[]::clone);
      byte[] body = sender.seal(PREFIX, new byte[] {1, 2, 3});
      Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
      byte[] nonce = ByteBuffer.allocate(12).put(raw, 32, 4).put(body, 0, 8).array();
      cipher.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(raw, 0, 32, "ChaCha20"),
          new IvParameterSpec(nonce));
      cipher.updateAAD(PREFIX);
      assertThat(cipher.doFinal(body, 8, body.length - 8)).isEqualTo(new byte[] {1, 2, 3, 0});
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NULL", "AES_GMAC_256"})
  void ikeMessagesAreAlwaysEncrypted(EncryptionAlgorithm e) {
    IntegrityAlgorithm i =
        e.aead() ? IntegrityAlgorithm.NONE : IntegrityAlgorithm.HMAC_SHA2_256_128;
    assertThatThrownBy(() -> protection(TestCrypto.full(), e, i))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(TestCrypto.full().flaw(e)).isPresent();
  }

  @ParameterizedTest
  @MethodSource("all")
  void opensAMessageThatComesTwice(Installation on, EncryptionAlgorithm e, IntegrityAlgorithm i) {
    try (SkProtection protection = protection(on.crypto(), e, i)) {
      byte[] message = message(protection.seal(PREFIX, new byte[20]));
      assertThat(protection.open(message, PREFIX.length)).isInstanceOf(Opened.class);
      assertThat(protection.open(message, PREFIX.length)).isInstanceOf(Opened.class);
    }
  }
}
