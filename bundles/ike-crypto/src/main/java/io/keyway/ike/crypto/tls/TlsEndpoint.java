package io.keyway.ike.crypto.tls;

import io.keyway.api.key.SecretBytes;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * One end of a TLS handshake (1.3 or 1.2) in which both sides show certificates, without a socket.
 * No resumption, no renegotiation, no application data but the octet by which EAP-TLS confirms its
 * end (RFC 9190 section 2.1.1). Public-key work is done in the calls, so they belong on threads
 * that may take their time.
 */
public final class TlsEndpoint implements AutoCloseable {
  /** Where it stands. */
  public enum State {
    HANDSHAKE,
    /** Both sides proved themselves, and what is to be sent may still be sent. */
    DONE,
    FAILED
  }

  private final TlsProtocol protocol;
  private final boolean client;
  private final Session session;
  private State state = State.HANDSHAKE;
  private String reason = "";

  private TlsEndpoint(TlsProtocol protocol, boolean client, Session session) {
    this.protocol = protocol;
    this.client = client;
    this.session = session;
  }

  /**
   * Who begins.
   *
   * @param modern whether TLS 1.3 may be spoken
   */
  public static TlsEndpoint client(
      SecureRandom random, TlsIdentity own, TlsJudge judge, boolean modern) throws IOException {
    Session session = new Session(new BcTlsCrypto(random), own, judge, modern);
    ClientProtocol protocol = new ClientProtocol();
    protocol.connect(new ClientSide(session));
    return new TlsEndpoint(protocol, true, session);
  }

  /** Who answers. */
  public static TlsEndpoint server(
      SecureRandom random, TlsIdentity own, TlsJudge judge, boolean modern) throws IOException {
    Session session = new Session(new BcTlsCrypto(random), own, judge, modern);
    TlsServerProtocol protocol = new TlsServerProtocol();
    protocol.accept(new ServerSide(session));
    return new TlsEndpoint(protocol, false, session);
  }

  /** Takes octets of the peer. What is to be sent then waits in {@link #output()}. */
  public synchronized void receive(byte[] octets) {
    if (state == State.FAILED) {
      return;
    }
    try {
      protocol.offerInput(octets);
      advance();
    } catch (TlsFatalAlertReceived e) {
      fail(
          "the peer ended TLS with alert '"
              + AlertDescription.getText(e.getAlertDescription())
              + "'");
    } catch (TlsFatalAlert e) {
      fail(
          session
              .rejection()
              .map(TlsJudge.Rejection::reason)
              .orElse("TLS failed: " + message(e, e.getAlertDescription())));
    } catch (IOException | RuntimeException e) {
      fail("TLS failed: " + e.getClass().getSimpleName());
    }
  }

  private static String message(TlsFatalAlert e, short alert) {
    // Its own words, or those of a check of ours; neither quotes octets.
    return e.getMessage() == null ? AlertDescription.getText(alert) : e.getMessage();
  }

  private void advance() throws IOException {
    if (state != State.HANDSHAKE || !session.isComplete()) {
      if (state == State.DONE && protocol.getAvailableInputBytes() > 0) {
        throw new TlsFatalAlert(AlertDescription.unexpected_message, "data after the end of TLS");
      }
      return;
    }
    if (!session.isModern()) {
      state = State.DONE;
    } else if (!client) {
      protocol.writeApplicationData(new byte[] {0}, 0, 1);
      state = State.DONE;
    } else if (protocol.getAvailableInputBytes() > 0) {
      byte[] confirmation = new byte[2];
      int octets = protocol.readInput(confirmation, 0, confirmation.length);
      if (octets != 1 || confirmation[0] != 0) {
        throw new TlsFatalAlert(AlertDescription.unexpected_message, "data instead of the end");
      }
      state = State.DONE;
    }
  }

  private void fail(String why) {
    state = State.FAILED;
    reason = why;
  }

  /** What is to be sent now: records of a flight, or of an alert; each octet once. */
  public synchronized byte[] output() {
    byte[] octets = new byte[protocol.getAvailableOutputBytes()];
    protocol.readOutput(octets, 0, octets.length);
    return octets;
  }

  public synchronized State state() {
    return state;
  }

  /** Why it failed; nothing secret. */
  public synchronized String reason() {
    return reason;
  }

  /** Such as {@code TLS 1.3}; empty before it is agreed on. */
  public synchronized String version() {
    return session.version();
  }

  /**
   * Whether the peer cannot know any key yet, so that an alert goes in clear. True of a client of
   * TLS 1.2 until its last flight leaves.
   */
  public synchronized boolean alertsInClear() {
    return client && !session.isModern();
  }

  /** The MSK, once; empty before {@link State#DONE}. The caller owns it. */
  public synchronized Optional<SecretBytes> takeKey() {
    return state == State.DONE ? session.takeKey() : Optional.empty();
  }

  /** Forgets everything; idempotent. */
  @Override
  public synchronized void close() {
    session.takeKey().ifPresent(SecretBytes::close);
    if (state != State.FAILED) {
      fail("it was closed");
    }
    try {
      protocol.close();
    } catch (IOException e) {
      // Nobody is there to be told.
    }
  }
}
