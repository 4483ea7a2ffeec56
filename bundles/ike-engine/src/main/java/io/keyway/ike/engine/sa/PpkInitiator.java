package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.PpkSettings;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A post-quantum pre-shared key as initiator (RFC 8784 section 3). It is mixed into the keys right
 * before our AUTH is made, which with EAP is the AUTH at its end; the peer's answer shows whether
 * it stays.
 */
final class PpkInitiator {
  private final IkeSa sa;
  private final PpkSettings settings;
  private boolean tried;
  private boolean mixed;
  private boolean told;
  private boolean settled;

  PpkInitiator(IkeSa sa) {
    this.sa = sa;
    settings = sa.config().authentication().ppk();
  }

  /** USE_PPK for IKE_SA_INIT. */
  static Optional<NotifyPayload> announce(ConnectionConfig config) {
    return config.authentication().ppk().own().map(key -> NotifyPayload.of(NotifyType.USE_PPK));
  }

  /**
   * Why we cannot go on after IKE_SA_INIT, as it stands behind "peer X". A USE_PPK that the peer
   * sends although we have no key to announce satisfies nothing.
   */
  static Optional<String> flaw(ConnectionConfig config, IkeMessage response) {
    PpkSettings settings = config.authentication().ppk();
    boolean agreed = settings.own().isPresent() && response.has(NotifyType.USE_PPK);
    if (!settings.required() || agreed) {
      return Optional.empty();
    }
    return Optional.of(
        settings.own().isPresent()
            ? " uses no post-quantum pre-shared key (RFC 8784), which is required here; configure"
                + " PPK '"
                + settings.own().get().id()
                + "' there, or set ppk required false here"
            : " needs a post-quantum pre-shared key, and all that are configured here are patterns"
                + " for the peers that call us; add one with its full id");
  }

  /**
   * Mixes the key in where the peer takes one, at the first AUTH of ours. Any other outcome than
   * done ends the IKE SA: a key that is required is not there.
   */
  CompletableFuture<Outcome> mix() {
    Optional<PpkSettings.Ppk> own = settings.own();
    if (tried || !sa.handshake().usePpk || own.isEmpty()) {
      return CompletableFuture.completedFuture(Outcome.ok());
    }
    tried = true;
    String id = own.get().id();
    return PpkKeys.fetch(sa, id)
        .thenApply(
            result -> {
              if (!result.done()) {
                if (settings.required()) {
                  return result.outcome();
                }
                IkeLog.IKE.warn(sa, "going on without PPK '{}': {}", id, result.outcome().reason());
                return Outcome.ok();
              }
              try (SecretBytes ppk = result.value().get()) {
                if (!sa.isDead()) {
                  sa.crypto().mix(ppk, id);
                  mixed = true;
                }
              }
              return Outcome.ok();
            });
  }

  /** Whether the keys are mixed now. */
  boolean isMixed() {
    return mixed;
  }

  /** Whether the peer may yet go on without it, for which it needs a second AUTH. */
  boolean isOptional() {
    return mixed && !told && !settings.required();
  }

  /**
   * What goes with our AUTH.
   *
   * @param plain our AUTH with the keys as they were before; there when the key is optional
   */
  List<Payload> payloads(Optional<AuthPayload> plain) {
    List<Payload> payloads = new ArrayList<>();
    if (mixed && !told) {
      told = true;
      payloads.add(PpkKeys.identity(sa.crypto().ppkId()));
      plain.ifPresent(auth -> payloads.add(NotifyPayload.of(NotifyType.NO_PPK_AUTH, auth.data())));
    }
    return payloads;
  }

  /**
   * Goes by what the peer did, before its AUTH is looked at.
   *
   * @return why the peer cannot be taken for authenticated
   */
  Optional<String> settle(IkeMessage response) {
    boolean used = response.has(NotifyType.PPK_IDENTITY);
    if (!told) {
      return used
          ? Optional.of("peer " + sa.path().peer() + " uses a PPK that we did not name")
          : Optional.empty();
    }
    if (settled) {
      return Optional.empty();
    }
    settled = true;
    if (used) {
      PpkKeys.used(sa);
      return Optional.empty();
    }
    String id = sa.crypto().ppkId();
    sa.crypto().unmix();
    mixed = false;
    if (settings.required()) {
      return Optional.of(
          "peer " + sa.path().peer() + " does without PPK '" + id + "', which is required here");
    }
    IkeLog.IKE.warn(sa, "the peer does not have PPK '{}'; the IKE SA goes on without any", id);
    sa.ctx().counters().count("ike-ppk-not-used");
    return Optional.empty();
  }
}
