package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every transform with charon, set up and rekeyed, with the keys of both ends compared. */
@Interop
class AlgorithmsIT {

  private static Peers peers(Lab lab, String ike, String esp) {
    return Peers.start(
        lab,
        c -> c.connection("proposals", ike).child("esp_proposals", esp),
        c -> c.connection("proposals", ike).child("esp_proposals", esp));
  }

  @ParameterizedTest
  @CsvSource({
    "modp2048, KEYWAY", "modp2048, CHARON",
    "modp3072, KEYWAY", "modp3072, CHARON",
    "ecp256, KEYWAY", "ecp256, CHARON",
    "ecp384, KEYWAY", "ecp384, CHARON",
    "ecp521, KEYWAY", "ecp521, CHARON",
    "x25519, KEYWAY", "x25519, CHARON",
    "modp4096, KEYWAY", "modp6144, CHARON",
    "modp8192, KEYWAY", "modp8192, CHARON",
    "x448, KEYWAY", "x448, CHARON",
  })
  void everyGroupForIkeAndForPerfectForwardSecrecy(String group, Side initiator, Lab lab) {
    Peers peers = peers(lab, "aes256gcm16-prfsha384-" + group, "aes256gcm16-" + group);

    List<SaKeys> first = peers.up(initiator);
    peers.rekeyChild(initiator);
    List<SaKeys> second = peers.agreed(4);
    peers.rekeyIke(initiator);

    assertThat(second).doesNotContainAnyElementsOf(first);
    peers.awaitOnly(second);
  }

  @ParameterizedTest
  @CsvSource({
    "aes128gcm16-prfsha256, KEYWAY",
    "aes192gcm16-prfsha384, CHARON",
    "aes256gcm16-prfsha512, KEYWAY",
    "aes128-sha256-prfsha256, CHARON",
    "aes128-sha256-prfsha256, KEYWAY",
    "aes192-sha384-prfsha384, KEYWAY",
    "aes192-sha384-prfsha384, CHARON",
    "aes256-sha512-prfsha512, CHARON",
    "aes256-sha512-prfsha512, KEYWAY",
    "aes256-sha256-prfsha512, CHARON",
    "chacha20poly1305-prfsha256, KEYWAY",
    "chacha20poly1305-prfsha256, CHARON",
    "aes128ccm16-prfsha256, KEYWAY",
    "aes192ccm12-prfsha384, CHARON",
    "aes256ccm8-prfsha512, KEYWAY",
  })
  void everyProtectionOfIkeMessages(String words, Side initiator, Lab lab) {
    Peers peers = peers(lab, words + "-x25519", "aes128gcm16-x25519");

    peers.up(initiator);
    peers.rekeyIke(initiator);
    peers.rekeyChild(initiator);

    peers.awaitOnly(peers.agreed(4));
  }

  @ParameterizedTest
  @CsvSource({
    "aes128gcm16-noesn, 20, 40, 0, 0, false, KEYWAY",
    "aes192gcm16-esn, 20, 56, 0, 0, true, CHARON",
    "aes256gcm16-esn, 20, 72, 0, 0, true, KEYWAY",
    "aes128-sha256-noesn, 12, 32, 12, 64, false, CHARON",
    "aes192-sha384-esn, 12, 48, 13, 96, true, KEYWAY",
    "aes256-sha512-noesn, 12, 64, 14, 128, false, CHARON",
    "aes256-sha256-esn, 12, 64, 12, 64, true, CHARON",
    "aes256-sha256-x25519-esn, 12, 64, 12, 64, true, KEYWAY",
    "aes256ccm16-noesn, 16, 70, 0, 0, false, KEYWAY",
    "aes128ccm8-x448-noesn, 14, 38, 0, 0, false, CHARON",
    "chacha20poly1305-esn, 28, 72, 0, 0, true, KEYWAY",
    "chacha20poly1305-noesn, 28, 72, 0, 0, false, CHARON",
    "null-sha256-noesn, 11, 0, 12, 64, false, KEYWAY",
    "null-sha512-esn, 11, 0, 14, 128, true, CHARON",
    "aes256gmac-noesn, 21, 72, 0, 0, false, KEYWAY",
  })
  void everyProtectionOfPackets(
      String words,
      int encryption,
      int encryptionDigits,
      int integrity,
      int integrityDigits,
      boolean esn,
      Side initiator,
      Lab lab) {
    Peers peers = peers(lab, "aes128gcm16-prfsha256-x25519", words);

    List<SaKeys> first = peers.up(initiator);
    peers.rekeyChild(initiator == Side.KEYWAY ? Side.CHARON : Side.KEYWAY);
    List<SaKeys> second = peers.agreed(4);

    for (List<SaKeys> pair : List.of(first, second)) {
      assertThat(pair).extracting(SaKeys::encryption).containsOnly(encryption);
      assertThat(pair).extracting(k -> k.encryptionKey().length()).containsOnly(encryptionDigits);
      assertThat(pair).extracting(SaKeys::integrity).containsOnly(integrity);
      assertThat(pair).extracting(k -> k.integrityKey().length()).containsOnly(integrityDigits);
      assertThat(pair).extracting(SaKeys::esn).containsOnly(esn);
    }
    assertThat(second).doesNotContainAnyElementsOf(first);
  }
}
