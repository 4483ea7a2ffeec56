package io.keyway.api.sa;

/**
 * One uninterrupted life of a data plane's contents. When a plane restarted, or we cannot rule it
 * out, the number grows, and no key of an earlier generation may ever be installed again.
 */
public record Generation(long number) implements Comparable<Generation> {

  /** Before the first contact. */
  public static final Generation NONE = new Generation(0);

  public Generation next() {
    return new Generation(number + 1);
  }

  @Override
  public int compareTo(Generation other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return Long.toString(number);
  }
}
