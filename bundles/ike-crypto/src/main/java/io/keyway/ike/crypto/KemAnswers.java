package io.keyway.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.SHAKEDigest;

/**
 * Known answers of ML-KEM. Inputs are the first octets of SHAKE-128 of nothing, as in the
 * accumulated test vectors that implementations share; the answers are kept as digests because they
 * have kilobytes.
 */
final class KemAnswers {
  private static final int SEED = 64;
  private static final int MESSAGE = 32;

  private KemAnswers() {}

  static void mlKem(MlKemExchange exchange) throws GeneralSecurityException {
    String[] expected =
        switch (exchange.method()) {
          case ML_KEM_512 ->
              new String[] {
                "3b579ac9c190941e3707125a17cb438ab1dca04ad322734a2bef90e2a58621eb",
                "3062d260b1193714211994e0aeabf2e38a91d36ff3ca38eeb6a4238d1c6b1435",
                "221d7d86011659313c83ce3fd0ab26797ef217e11d1f0bc76e7952fbe52a0a58"
              };
          case ML_KEM_768 ->
              new String[] {
                "8618cc44e3666926126254c7ac0763f182bab474712e3d4b4eb11c18cc1cac87",
                "6049f31260f9d729e0e893513f55968b2404b68cd58e12e1b1240e3827748b03",
                "fe627621fe296186fce32243dd554bdda38971b47f18461f21323782dfe5ff89"
              };
          default ->
              new String[] {
                "f2355b2979a10c3199f318228ba77471fcd968e4eff94d65e811047a0aaf829a",
                "b43b890fe5e212a1f053bfee253200855620102d3d4d14b278e90b4f8393d08c",
                "36d825ed3e168eb7551c83b63c38454e31d94d33da9c3bc766244ce4d4cb640c"
              };
        };
    byte[] stream = new byte[SEED + MESSAGE];
    new SHAKEDigest(128).doFinal(stream, 0, stream.length);
    try (KeyExchange.Initiation initiation = exchange.initiate(Arrays.copyOf(stream, SEED))) {
      require(sha256(initiation.publicValue()), expected[0], "key generation", exchange);
      KeyAgreementResult made =
          exchange.respond(
              initiation.publicValue(), Arrays.copyOfRange(stream, SEED, stream.length));
      if (!(made instanceof KeyAgreementResult.Agreed agreed)) {
        throw new GeneralSecurityException(made.toString());
      }
      require(sha256(agreed.publicValue()), expected[1], "encapsulation", exchange);
      require(KnownAnswers.secret(agreed), expected[2], "encapsulated secret", exchange);
      byte[] opened = KnownAnswers.secret(initiation.complete(agreed.publicValue()));
      require(opened, expected[2], "decapsulation", exchange);
    }
    KnownAnswers.consistency(exchange);
  }

  private static byte[] sha256(byte[] octets) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(octets);
  }

  private static void require(byte[] answer, String expected, String what, KeyExchange exchange)
      throws GeneralSecurityException {
    if (!Arrays.equals(answer, HexFormat.of().parseHex(expected))) {
      throw new GeneralSecurityException(
          "wrong answer for " + what + " of " + exchange.method().keyword());
    }
  }
}
