package io.keyway.ike.engine.eap;

import io.keyway.api.Outcome;
import io.keyway.api.ike.EapSettings;
import io.keyway.ike.crypto.tls.TlsEndpoint;
import io.keyway.ike.message.Octets;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * EAP-TLS, both sides (RFC 5216; RFC 9190 for TLS 1.3): a TLS handshake in pieces, each piece
 * acknowledged. Public-key work runs on {@code blocking}.
 */
final class EapTls implements EapMethod {
  /** A fatal alert in clear: the certificate was revoked (RFC 5246 section 7.2). */
  private static final byte[] REVOKED = {21, 3, 3, 0, 2, 2, 44};

  private final boolean server;
  private final TlsParties parties;
  private final Executor blocking;
  private TlsParty party;
  private boolean closed;
  private boolean asked;
  private byte[] sending = {};
  private int sent;
  private ByteArrayOutputStream receiving = new ByteArrayOutputStream();
  private Optional<Integer> announced = Optional.empty();
  private Optional<String> failure = Optional.empty();

  EapTls(boolean server, TlsParties parties, Executor blocking) {
    this.server = server;
    this.parties = parties;
    this.blocking = blocking;
  }

  @Override
  public EapSettings.Type type() {
    return EapSettings.Type.TLS;
  }

  @Override
  public CompletableFuture<EapStep> start(int identifier) {
    return open().thenApply(p -> p.isPresent() ? failed(p.get()) : send(EapTlsData.BEGIN));
  }

  private CompletableFuture<Optional<String>> open() {
    return parties
        .open(server)
        .thenApply(
            result -> {
              synchronized (this) {
                result.value().ifPresent(opened -> party = opened);
                if (closed) {
                  result.value().ifPresent(opened -> opened.tls().close());
                }
              }
              return result.done() ? Optional.empty() : Optional.of(result.outcome().reason());
            });
  }

  @Override
  public CompletableFuture<EapStep> process(EapPacket packet) {
    Optional<EapTlsData> data = EapTlsData.decode(packet.data());
    if (failure.isPresent()) {
      // The alert was told; whatever the peer says to it, it is over.
      return now(failed(failure.get()));
    }
    if (data.isEmpty()) {
      return now(failed("the peer sent a malformed EAP-TLS packet"));
    }
    if (party == null) {
      return data.get().start() && !server
          ? open().thenCompose(p -> p.isPresent() ? now(failed(p.get())) : talk(new byte[0]))
          : now(failed("the peer goes on with EAP-TLS before it began"));
    }
    return take(data.get());
  }

  private CompletableFuture<EapStep> take(EapTlsData data) {
    if (sent < sending.length) {
      return now(
          data.isEmpty() ? piece() : failed("the peer does not let us finish an EAP-TLS message"));
    }
    if (data.isEmpty() && receiving.size() == 0) {
      return now(acknowledged());
    }
    if (announced.isPresent() && data.length().isPresent() && !announced.equals(data.length())) {
      return now(failed("the peer tells two lengths of one EAP-TLS message"));
    }
    announced = announced.or(data::length);
    receiving.writeBytes(data.piece());
    if (receiving.size() > announced.orElse(EapTlsData.LONGEST) || data.start()) {
      return now(failed("the peer sent an EAP-TLS message longer than it may be"));
    }
    if (data.more()) {
      return now(
          data.piece().length == 0
              ? failed("the peer sent an empty piece of an EAP-TLS message")
              : send(EapTlsData.EMPTY));
    }
    byte[] message = receiving.toByteArray();
    if (announced.filter(told -> told != message.length).isPresent()) {
      return now(failed("the peer sent an EAP-TLS message shorter than it told"));
    }
    receiving = new ByteArrayOutputStream();
    announced = Optional.empty();
    return talk(message);
  }

  /** The peer has nothing more to say: as server, that is how it ends. */
  private EapStep acknowledged() {
    return server && party.tls().state() == TlsEndpoint.State.DONE
        ? done(Optional.empty())
        : failed("the peer broke EAP-TLS off");
  }

  private CompletableFuture<EapStep> talk(byte[] message) {
    TlsEndpoint tls = party.tls();
    try {
      return CompletableFuture.supplyAsync(
              () -> {
                if (message.length > 0) {
                  tls.receive(message);
                }
                return tls.output();
              },
              blocking)
          .thenCompose(this::judge)
          .exceptionally(e -> failed("EAP-TLS failed: " + cause(e).getClass().getSimpleName()));
    } catch (RejectedExecutionException e) {
      return now(failed("too many handshakes are under way; try again"));
    }
  }

  private static Throwable cause(Throwable e) {
    return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
  }

  /** Nothing of ours leaves before it is known whether the peer's certificate was revoked. */
  private CompletableFuture<EapStep> judge(byte[] output) {
    if (asked || !party.hasJudged() || party.tls().state() == TlsEndpoint.State.FAILED) {
      return now(next(output));
    }
    asked = true;
    return party
        .revocation()
        .thenApply(outcome -> outcome.done() ? next(output) : revoked(outcome));
  }

  private EapStep revoked(Outcome why) {
    if (server) {
      return failed(why.reason());
    }
    return new EapStep.Retry(
        party.tls().alertsInClear() ? EapTlsData.piece(REVOKED, 0) : EapTlsData.EMPTY,
        why.reason());
  }

  private EapStep next(byte[] output) {
    TlsEndpoint tls = party.tls();
    if (tls.state() == TlsEndpoint.State.FAILED) {
      String reason = "authentication failed: EAP-TLS: " + tls.reason();
      if (output.length == 0) {
        return server ? failed(reason) : new EapStep.Retry(EapTlsData.EMPTY, reason);
      }
      failure = Optional.of(reason);
      // The alert first; then the server ends it.
      Octets alert = EapTlsData.piece(output, 0);
      return server ? send(alert) : new EapStep.Retry(alert, reason);
    }
    if (output.length > 0) {
      sending = output;
      sent = 0;
      return piece();
    }
    if (tls.state() == TlsEndpoint.State.DONE) {
      return done(server ? Optional.empty() : Optional.of(EapTlsData.EMPTY));
    }
    return server ? failed("the peer's EAP-TLS message is not whole") : send(EapTlsData.EMPTY);
  }

  private EapStep piece() {
    Octets data = EapTlsData.piece(sending, sent);
    sent = Math.min(sending.length, sent + EapTlsData.PIECE);
    return send(data);
  }

  private EapStep done(Optional<Octets> last) {
    return new EapStep.Done(last, party.tls().takeKey());
  }

  private static EapStep send(Octets data) {
    return new EapStep.Send(data);
  }

  private static EapStep failed(String reason) {
    return new EapStep.Failed(reason, false);
  }

  private static CompletableFuture<EapStep> now(EapStep step) {
    return CompletableFuture.completedFuture(step);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (party != null) {
      party.tls().close();
    }
  }
}
