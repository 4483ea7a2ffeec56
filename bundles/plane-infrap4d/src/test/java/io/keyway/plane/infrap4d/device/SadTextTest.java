package io.keyway.plane.infrap4d.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.plane.infrap4d.settings.Quirks;
import io.keyway.protocol.gnmi.sad.IPsecMode;
import io.keyway.protocol.gnmi.sad.IPsecSADBConfig;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Our octets against protobuf's own text parser. */
class SadTextTest {

  private static SaInsert sa(Direction direction, EncryptionAlgorithm algorithm) {
    byte[] key = new byte[algorithm.keyMaterialOctets()];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (0xF0 + i);
    }
    return new SaInsert(
        new SaRef(0x10203, direction),
        0xC1010203L,
        true,
        64,
        IpsecMode.TUNNEL,
        algorithm,
        1000,
        2000,
        SecretBytes.wrap(key));
  }

  private static IPsecSADBConfig parsed(SaInsert sa, Quirks quirks) throws Exception {
    IPsecSADBConfig.Builder builder = IPsecSADBConfig.newBuilder();
    TextFormat.merge(new String(SadText.write(sa, quirks), StandardCharsets.US_ASCII), builder);
    return builder.build();
  }

  @Test
  void everyFieldIsWhatTheReferenceClientSends() throws Exception {
    SaInsert sa = sa(Direction.INBOUND, EncryptionAlgorithm.AES_GCM_16_256);
    IPsecSADBConfig config = parsed(sa, Quirks.DEFAULT);
    assertThat(config.getOffloadId()).isEqualTo(0x10203);
    assertThat(config.getDirection()).isTrue();
    assertThat(config.getReqId()).isEqualTo(2);
    assertThat(Integer.toUnsignedLong(config.getSpi())).isEqualTo(0xC1010203L);
    assertThat(config.getExtSeqNum()).isTrue();
    assertThat(config.getAntiReplayWindowSize()).isEqualTo(64);
    assertThat(config.getMode()).isEqualTo(IPsecMode.IPSEC_MODE_TRANSPORT);
    assertThat(config.getEspPayload().getEncryption().getEncryptionAlgorithm()).isZero();
    assertThat(config.getEspPayload().getEncryption().getKeyLen()).isEqualTo(36);
    assertThat(config.getSaHardLifetime().getBytes()).isEqualTo(2000);
    assertThat(config.getSaSoftLifetime().getBytes()).isEqualTo(1000);
    String key = config.getEspPayload().getEncryption().getKey();
    assertThat(key).matches("([0-9A-F]{2}:){35}[0-9A-F]{2}");
    assertThat(HexFormat.ofDelimiter(":").withUpperCase().parseHex(key))
        .isEqualTo(sa.key().read(byte[]::clone));
  }

  @Test
  void quirksChangeWhatTheyName() throws Exception {
    Quirks other =
        new Quirks(
            false,
            false,
            Quirks.AlgorithmNumbers.IKEV2,
            false,
            true,
            9,
            true,
            Quirks.TunnelRows.BOTH);
    SaInsert sa = sa(Direction.INBOUND, EncryptionAlgorithm.AES_GCM_16_128);
    IPsecSADBConfig config = parsed(sa, other);
    assertThat(config.getDirection()).isFalse();
    assertThat(config.getReqId()).isEqualTo(9);
    assertThat(config.getMode()).isEqualTo(IPsecMode.IPSEC_MODE_TUNNEL);
    assertThat(config.getEspPayload().getEncryption().getEncryptionAlgorithm()).isEqualTo(20);
    assertThat(config.getEspPayload().getEncryption().getKeyLen()).isEqualTo(16);
    assertThat(GnmiPaths.insert(sa.ref(), other).getElem(2).getKeyMap())
        .containsEntry("offload-id", "66051")
        .containsEntry("direction", "0");
  }

  @Test
  void pathsAreCompleteAndADeleteAlwaysNamesBothKeys() {
    SaRef out = new SaRef(5, Direction.OUTBOUND);
    assertThat(GnmiPaths.insert(out, Quirks.DEFAULT).getElem(2).getKeyMap())
        .containsOnly(java.util.Map.entry("name", "*"));
    assertThat(GnmiPaths.delete(out, Quirks.DEFAULT).getElemList())
        .extracting(e -> e.getName())
        .containsExactly("ipsec-offload", "sad", "sad-entry", "config");
    assertThat(GnmiPaths.delete(out, Quirks.DEFAULT).getElem(2).getKeyMap())
        .containsOnly(
            java.util.Map.entry("offload-id", "5"), java.util.Map.entry("direction", "0"));
  }

  @Test
  void theFirstOctetsOfARequestHoldNoKey() {
    // gRPC's frame logger prints the first 64 octets of a frame at debug level.
    SaInsert sa = sa(Direction.INBOUND, EncryptionAlgorithm.AES_GCM_16_256);
    String text = new String(SadText.write(sa, Quirks.DEFAULT), StandardCharsets.US_ASCII);
    assertThat(text.indexOf("F0:F1")).isGreaterThan(64);
    assertThat(sa.toString()).doesNotContainIgnoringCase("f0f1").contains("0xc1010203");
  }
}
