package io.keyway.api.key;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Secret octets with an owner who wipes them. Not serializable, never printed, compared in constant
 * time.
 *
 * <p>Ownership is a convention that every signature states: who receives a {@code SecretBytes} with
 * the words "ownership passes" must close it; everybody else only looks.
 *
 * <p>Thread-safety: reads may be concurrent; a {@link #close()} that races a read makes the reader
 * see either the secret or an {@link IllegalStateException}, never a mixture that is used as a key.
 */
public final class SecretBytes implements AutoCloseable {

  private final byte[] octets;
  private boolean wiped;

  private SecretBytes(byte[] octets) {
    this.octets = octets;
  }

  /** Copies {@code source}; the caller still owns, and should wipe, its array. */
  public static SecretBytes copyOf(byte[] source) {
    return new SecretBytes(source.clone());
  }

  /** Copies {@code length} octets of {@code source} from {@code offset}. */
  public static SecretBytes copyOf(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    return new SecretBytes(Arrays.copyOfRange(source, offset, offset + length));
  }

  /** Takes the array itself: the caller must not touch it any more. */
  public static SecretBytes wrap(byte[] source) {
    return new SecretBytes(Objects.requireNonNull(source, "source"));
  }

  /** No octets; what an absent integrity key of an AEAD looks like. */
  public static SecretBytes empty() {
    return new SecretBytes(new byte[0]);
  }

  /** Length in octets; allowed after a wipe. */
  public int length() {
    return octets.length;
  }

  /**
   * Lends the octets to {@code reader} without a copy. The reader must not keep or change them.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  public synchronized <T> T read(Function<byte[], T> reader) {
    requireAlive();
    return reader.apply(octets);
  }

  /** As {@link #read}, for readers with nothing to return. */
  public synchronized void use(Consumer<byte[]> reader) {
    requireAlive();
    reader.accept(octets);
  }

  /** A copy of {@code length} octets from {@code offset} that the caller owns and must close. */
  public synchronized SecretBytes slice(int offset, int length) {
    requireAlive();
    return copyOf(octets, offset, length);
  }

  /** A copy of the whole that the caller owns and must close. */
  public SecretBytes copy() {
    return slice(0, octets.length);
  }

  /** Copies everything to {@code target} at {@code offset}; the caller wipes the target. */
  public synchronized void copyTo(byte[] target, int offset) {
    requireAlive();
    System.arraycopy(octets, 0, target, offset, octets.length);
  }

  /** True after {@link #close()}. */
  public synchronized boolean isWiped() {
    return wiped;
  }

  /** Overwrites the octets with zeros; idempotent. */
  @Override
  public synchronized void close() {
    Arrays.fill(octets, (byte) 0);
    wiped = true;
  }

  private void requireAlive() {
    if (wiped) {
      throw new IllegalStateException("the secret was wiped already");
    }
  }

  /** Constant-time comparison of contents; a wiped secret equals only itself. */
  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof SecretBytes that) || isWiped() || that.isWiped()) {
      return false;
    }
    byte[] theirs = that.read(byte[]::clone);
    try {
      return read(mine -> MessageDigest.isEqual(mine, theirs));
    } finally {
      Arrays.fill(theirs, (byte) 0);
    }
  }

  /** By length only: a content hash would be a fingerprint of the secret. */
  @Override
  public int hashCode() {
    return octets.length;
  }

  /** Never the content. */
  @Override
  public String toString() {
    return "SecretBytes[" + octets.length + " octets]";
  }
}
