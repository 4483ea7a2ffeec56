package io.keyway.api;

/** The end of a subscription: closing it stops the calls; idempotent. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
  @Override
  void close();
}
