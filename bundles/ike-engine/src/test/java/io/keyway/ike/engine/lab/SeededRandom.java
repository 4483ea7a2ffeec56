package io.keyway.ike.engine.lab;

import java.security.SecureRandom;
import java.util.Random;

/** The same numbers in every run, so that a test that fails once fails again. */
final class SeededRandom extends SecureRandom {
  private static final long serialVersionUID = 1L;

  private final Random numbers;

  SeededRandom(long seed) {
    numbers = new Random(seed);
  }

  @Override
  public void nextBytes(byte[] bytes) {
    numbers.nextBytes(bytes);
  }
}
