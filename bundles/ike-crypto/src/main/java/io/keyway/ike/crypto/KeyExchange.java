package io.keyway.ike.crypto;

import io.keyway.api.crypto.KeyExchangeMethod;

/**
 * A key exchange method (transform type 4) in the shape that fits Diffie-Hellman and key
 * encapsulation alike: the responder needs the initiator's value before it can make its own. Safe
 * for many threads. Calls take from tens of microseconds to milliseconds.
 */
public interface KeyExchange {

  /** Which method this is. */
  KeyExchangeMethod method();

  /** Starts as initiator, with a fresh key pair. */
  Initiation initiate();

  /** Answers as responder, with a fresh key pair. */
  KeyAgreementResult respond(byte[] initiatorPublicValue);

  /** The initiator's half of an exchange, until the answer is there. */
  interface Initiation extends AutoCloseable {

    /** Data for our KE payload; the same array content at every call. */
    byte[] publicValue();

    /**
     * Computes the shared secret. May be called again with another value (an answer that was not
     * genuine must not spoil the exchange).
     *
     * @throws IllegalStateException after {@link #close()}
     */
    KeyAgreementResult complete(byte[] responderPublicValue);

    /** Drops the private key. */
    @Override
    void close();
  }
}
