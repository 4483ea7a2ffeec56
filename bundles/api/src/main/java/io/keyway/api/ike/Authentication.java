package io.keyway.api.ike;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How both sides prove who they are; not necessarily in the same way, and perhaps in several rounds
 * (RFC 4739), of which this is the first.
 *
 * @param method how we prove it
 * @param remoteMethod how the peer must prove it
 * @param localId what we say we are; empty stands for the local address
 * @param remoteId what the peer must say it is; empty stands for its address, or anything when the
 *     address is not configured either
 * @param secret pre-shared key, by its name in the secret store; empty when neither side uses one;
 *     it may end in {@code *} ({@link io.keyway.api.store.SecretName}), which stands for the peer's
 *     identity
 * @param certificates what goes with certificates on either side
 * @param eap what goes with EAP on either side
 * @param extras what there may be besides
 * @param furtherLocal what we prove after the first round, in order
 * @param furtherRemote what the peer must prove after the first round, in order
 */
public record Authentication(
    Method method,
    Method remoteMethod,
    Optional<Identity> localId,
    Optional<Identity> remoteId,
    String secret,
    CertificateSettings certificates,
    EapSettings eap,
    Extras extras,
    List<AuthenticationRound> furtherLocal,
    List<AuthenticationRound> furtherRemote) {

  /**
   * What goes with any method.
   *
   * @param remotePattern who the peer may be instead of one {@code remoteId}
   * @param ppk post-quantum pre-shared keys that are mixed into the keys
   */
  public record Extras(Optional<IdentityPattern> remotePattern, PpkSettings ppk) {
    public static final Extras NONE = new Extras(Optional.empty(), PpkSettings.NONE);

    public Extras {
      Objects.requireNonNull(remotePattern, "remotePattern");
      Objects.requireNonNull(ppk, "ppk");
    }
  }

  /** Methods of the northbound model. */
  public enum Method {
    PRE_SHARED_KEY,
    CERTIFICATE,
    EAP
  }

  public Authentication {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(remoteMethod, "remoteMethod");
    Objects.requireNonNull(localId, "localId");
    Objects.requireNonNull(remoteId, "remoteId");
    Objects.requireNonNull(secret, "secret");
    Objects.requireNonNull(certificates, "certificates");
    Objects.requireNonNull(eap, "eap");
    Objects.requireNonNull(extras, "extras");
    furtherLocal = List.copyOf(furtherLocal);
    furtherRemote = List.copyOf(furtherRemote);
  }

  /** One round, without EAP. */
  public Authentication(
      Method method,
      Method remoteMethod,
      Optional<Identity> localId,
      Optional<Identity> remoteId,
      String secret,
      CertificateSettings certificates) {
    this(
        method,
        remoteMethod,
        localId,
        remoteId,
        secret,
        certificates,
        EapSettings.NONE,
        Extras.NONE,
        List.of(),
        List.of());
  }

  /** The same method on both sides, without certificates. */
  public Authentication(
      Method method, Optional<Identity> localId, Optional<Identity> remoteId, String secret) {
    this(method, method, localId, remoteId, secret, CertificateSettings.NONE);
  }

  /** The same with EAP. */
  public Authentication withEap(EapSettings settings) {
    return new Authentication(
        method,
        remoteMethod,
        localId,
        remoteId,
        secret,
        certificates,
        settings,
        extras,
        furtherLocal,
        furtherRemote);
  }

  /** The same with these rounds after the first. */
  public Authentication withRounds(
      List<AuthenticationRound> local, List<AuthenticationRound> remote) {
    return new Authentication(
        method, remoteMethod, localId, remoteId, secret, certificates, eap, extras, local, remote);
  }

  /** The same with post-quantum pre-shared keys. */
  public Authentication with(PpkSettings keys) {
    return new Authentication(
        method,
        remoteMethod,
        localId,
        remoteId,
        secret,
        certificates,
        eap,
        new Extras(extras.remotePattern(), keys),
        furtherLocal,
        furtherRemote);
  }

  /** The same for many peers. */
  public Authentication with(IdentityPattern peers) {
    return new Authentication(
        method,
        remoteMethod,
        localId,
        Optional.empty(),
        secret,
        certificates,
        eap,
        new Extras(Optional.of(peers), extras.ppk()),
        furtherLocal,
        furtherRemote);
  }

  /** Who the peer may be instead of one {@link #remoteId}. */
  public Optional<IdentityPattern> remotePattern() {
    return extras.remotePattern();
  }

  /** Post-quantum pre-shared keys. */
  public PpkSettings ppk() {
    return extras.ppk();
  }

  /** Everything that we prove, in order. */
  public List<AuthenticationRound> localRounds() {
    return all(new AuthenticationRound(method, localId, secret, certificates, eap), furtherLocal);
  }

  /** Everything that the peer must prove, in order. */
  public List<AuthenticationRound> remoteRounds() {
    return all(
        new AuthenticationRound(remoteMethod, remoteId, secret, certificates, eap), furtherRemote);
  }

  private static List<AuthenticationRound> all(
      AuthenticationRound first, List<AuthenticationRound> further) {
    List<AuthenticationRound> all = new ArrayList<>();
    all.add(first);
    all.addAll(further);
    return List.copyOf(all);
  }

  /** Whether either side uses this method in any round. */
  public boolean uses(Method one) {
    return localRounds().stream().anyMatch(r -> r.method() == one)
        || remoteRounds().stream().anyMatch(r -> r.method() == one);
  }
}
