package io.keyway.ike.crypto;

import static io.keyway.ike.crypto.TestCrypto.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.PrfAlgorithm;
import org.junit.jupiter.api.Test;

/** Answers worked out with Python's hmac by trying the 4-octet keys from 0 on (RFC 8019). */
class PuzzleTest {
  private static final byte[] STRING = hex("fdbcfa5a430d7201282358a2a034de0013cfe2ae");

  private final Prf prf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_256);

  @Test
  void findsTheFirstFourKeys() {
    Puzzle eight = new Puzzle(prf, STRING, 8);
    assertThat(eight.step(0x200)).isFalse();
    assertThatThrownBy(eight::solution).isInstanceOf(IllegalStateException.class);
    assertThat(eight.step(0x200)).isTrue();
    assertThat(hex(eight.solution())).isEqualTo("00000116000002090000028f000002d0");
    Puzzle twelve = new Puzzle(prf, STRING, 12);
    assertThat(twelve.step(0x10000)).isTrue();
    assertThat(hex(twelve.solution())).isEqualTo("0000044a0000068d0000107a00002be2");
  }

  @Test
  void acceptsHarderThanAskedAndNothingElse() {
    byte[] twelve = hex("0000044a0000068d0000107a00002be2");
    assertThat(Puzzle.isSolved(prf, twelve, STRING, 12)).isTrue();
    assertThat(Puzzle.isSolved(prf, twelve, STRING, 3)).isTrue();
    assertThat(Puzzle.isSolved(prf, hex("00000116000002090000028f000002d0"), STRING, 12)).isFalse();
    assertThat(Puzzle.isSolved(prf, twelve, hex("00"), 12)).isFalse();
    assertThat(Puzzle.isSolved(prf, hex("0000044a".repeat(4)), STRING, 12)).isFalse();
    assertThat(Puzzle.isSolved(prf, hex("0000044a0000068d0000107a"), STRING, 12)).isFalse();
    assertThat(Puzzle.isSolved(prf, new byte[0], STRING, 1)).isFalse();
    assertThat(Puzzle.isSolved(prf, new byte[4 * 33], STRING, 1)).isFalse();
  }
}
