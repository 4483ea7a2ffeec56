package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.eap.EapConversation;
import io.keyway.ike.engine.eap.EapMethods;
import io.keyway.ike.engine.eap.EapName;
import io.keyway.ike.engine.eap.EapPeer;
import io.keyway.ike.engine.eap.EapServer;
import io.keyway.ike.engine.resume.Standing;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One run of IKE_AUTH: what we prove and what the peer proves, each in one round or more (RFC
 * 4739). Futures complete on any thread.
 */
public final class AuthSession implements AutoCloseable {
  private final Supplier<CompletableFuture<List<Payload>>> requests;
  private final EapRounds eapRounds;
  private final List<AuthenticationRound> ours;
  private final List<AuthenticationRound> theirs;
  private final List<Optional<Authenticator>> local;
  private final List<Optional<Authenticator>> remote;
  private final List<EapConversation> conversations = new ArrayList<>();

  AuthSession(
      Supplier<CompletableFuture<List<Payload>>> requests,
      EapRounds eapRounds,
      List<AuthenticationRound> ours,
      List<AuthenticationRound> theirs,
      List<Optional<Authenticator>> local,
      List<Optional<Authenticator>> remote) {
    this.requests = requests;
    this.eapRounds = eapRounds;
    this.ours = ours;
    this.theirs = theirs;
    this.local = local;
    this.remote = remote;
  }

  /** What we prove, in order. */
  public List<AuthenticationRound> ours() {
    return ours;
  }

  /** What the peer proves, in order. */
  public List<AuthenticationRound> theirs() {
    return theirs;
  }

  /** Whether either side has more than one round, which both must support (RFC 4739). */
  public boolean hasFurtherRounds() {
    return ours.size() > 1 || theirs.size() > 1;
  }

  /** Whether nothing but EAP proves who the responder is (RFC 5998). */
  public boolean isEapOnly() {
    return isEap(ours.get(0)) && isEap(theirs.get(0));
  }

  public static boolean isEap(AuthenticationRound round) {
    return round.method() == Method.EAP;
  }

  /** Our proof of a round that is not EAP. */
  public CompletableFuture<Result<Proof>> prove(int round, Claim claim) {
    return local.get(round).orElseThrow().prove(claim);
  }

  /** The peer's proof of a round that is not EAP. */
  public CompletableFuture<Outcome> verify(int round, Evidence evidence) {
    return remote.get(round).orElseThrow().verify(evidence);
  }

  /** Makes the methods of one round of EAP. */
  interface EapRounds {
    /** Methods for a round, with who the responder says it is. */
    EapMethods methods(AuthenticationRound round, Supplier<Optional<Identity>> responder);
  }

  /**
   * Our side of a round that is EAP, as initiator.
   *
   * @param responder who the peer says it is, asked when a method wants to know
   */
  public EapPeer eapPeer(int round, EapName name, Supplier<Optional<Identity>> responder) {
    EapMethods methods = eapRounds.methods(ours.get(round), responder);
    EapPeer peer = new EapPeer(ours.get(round).eap(), methods, name, isEapOnly());
    conversations.add(peer);
    return peer;
  }

  /** Our side of a round of the peer that is EAP, as responder. */
  public EapServer eapServer(int round, Optional<EapName> ikeName, int identifier) {
    EapMethods methods = eapRounds.methods(theirs.get(round), Optional::empty);
    EapServer server =
        new EapServer(theirs.get(round).eap(), methods, ikeName, isEapOnly(), identifier);
    conversations.add(server);
    return server;
  }

  /** What we ask the peer for in IKE_AUTH as initiator. */
  public CompletableFuture<List<Payload>> requests() {
    return requests.get();
  }

  /** Stands for what the peer proved itself with, once it did. */
  public Standing standing() {
    return Marks.standing(
        remote.stream().map(r -> r.map(Authenticator::mark).orElse(new byte[0])).toList());
  }

  /** Wipes what was fetched for this run; idempotent. */
  @Override
  public void close() {
    Stream.concat(local.stream(), remote.stream())
        .flatMap(Optional::stream)
        .forEach(Authenticator::close);
    conversations.forEach(EapConversation::close);
  }
}
