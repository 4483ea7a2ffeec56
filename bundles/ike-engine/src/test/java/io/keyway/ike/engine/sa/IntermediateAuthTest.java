package io.keyway.ike.engine.sa;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.IkeSaKeys;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.PayloadType;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/**
 * IntAuth of RFC 9242 section 3.3.1, for two exchanges that each bring a KE payload and change the
 * keys. The answer was worked out with Python's hmac from the text of the RFC: header with adjusted
 * lengths, generic header of SK, inner payloads; SK_pi and SK_pr are octets of 07 and 08 in the
 * first exchange, 09 and 0a in the second.
 */
class IntermediateAuthTest {
  private static final IkeCrypto CRYPTO = IkeCrypto.create(new SecureRandom());

  private static SecretBytes octets(int length, int value) {
    byte[] all = new byte[length];
    Arrays.fill(all, (byte) value);
    return SecretBytes.wrap(all);
  }

  private static SaCrypto keys(int skPi, int skPr) {
    IkeProposal proposal =
        new IkeProposal(
            "p",
            EncryptionAlgorithm.AES_GCM_16_128,
            IntegrityAlgorithm.NONE,
            PrfAlgorithm.PRF_HMAC_SHA2_256,
            KeyExchangeMethod.X25519);
    return new SaCrypto(
        CRYPTO,
        proposal,
        new IkeSaKeys(
            octets(32, 1),
            SecretBytes.empty(),
            SecretBytes.empty(),
            octets(20, 2),
            octets(20, 3),
            octets(32, skPi),
            octets(32, skPr)),
        true);
  }

  private static IkeHeader header(boolean response, int messageId) {
    return IkeHeader.of(
        0x0102030405060708L,
        0x1112131415161718L,
        ExchangeType.IKE_INTERMEDIATE,
        !response,
        response,
        messageId);
  }

  @Test
  void chainsBothDirectionsUnderTheKeysOfEachExchange() {
    byte[] fromInitiator = HexFormat.of().parseHex("0000000c00240000aabbccdd");
    byte[] fromResponder = HexFormat.of().parseHex("0000000c0024000011223344");
    IntermediateAuth auth = new IntermediateAuth();
    SaCrypto first = keys(7, 8);
    auth.add(header(false, 1), ClearPart.NONE, PayloadType.KE, fromInitiator, first);
    auth.add(header(true, 1), ClearPart.NONE, PayloadType.KE, fromResponder, first);
    SaCrypto second = keys(9, 10);
    auth.add(header(false, 2), ClearPart.NONE, PayloadType.KE, fromInitiator, second);
    auth.add(header(true, 2), ClearPart.NONE, PayloadType.KE, fromResponder, second);
    assertThat(HexFormat.of().formatHex(auth.octets()))
        .isEqualTo(
            "cdde0de5c0728ef5f08ae688655642c0ef4dadb44ba720d387b34d07231d77b6"
                + "150de84707b0a90619cbde04764b963758220ed40cdd99c41995716d96cd7f23"
                + "00000003");
  }

  @Test
  void isNothingWithoutExchanges() {
    assertThat(new IntermediateAuth().octets()).isEmpty();
  }
}
