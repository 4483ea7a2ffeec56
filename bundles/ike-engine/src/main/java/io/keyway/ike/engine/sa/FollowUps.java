package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The additional key exchanges after CREATE_CHILD_SA (RFC 9370 section 2.2.4), the initiator's
 * side. The exchange itself stays the task's: until the last answer is there, nothing is decided.
 */
final class FollowUps implements AutoCloseable {
  private final Deque<KeyExchangeMethod> left;
  private final List<SecretBytes> secrets = new ArrayList<>();
  private Octets link = Octets.EMPTY;
  private KeyExchange.Initiation initiation;

  FollowUps(List<KeyExchangeMethod> methods) {
    left = new ArrayDeque<>(methods);
  }

  /** Takes the link to the next exchange from a response; false when it lacks one that is due. */
  boolean goesOn(IkeMessage response) {
    Optional<NotifyPayload> next = response.notification(NotifyType.ADDITIONAL_KEY_EXCHANGE);
    next.ifPresent(notify -> link = notify.data());
    return left.isEmpty() || next.isPresent();
  }

  boolean isDone() {
    return left.isEmpty();
  }

  void build(IkeSa sa, List<Payload> request) {
    KeyExchangeMethod method = left.getFirst();
    initiation = sa.ctx().crypto().keyExchange(method).initiate();
    request.add(new KePayload(method.ianaId(), Octets.copyOf(initiation.publicValue())));
    request.add(NotifyPayload.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link));
  }

  /** Takes an answer; returns what is wrong with it. */
  Optional<String> process(IkeSa sa, IkeMessage response) {
    KeyExchangeMethod method = left.removeFirst();
    KePayload ke = response.first(KePayload.class).orElse(null);
    if (ke == null || ke.group() != method.ianaId() || !goesOn(response)) {
      return Optional.of("its answer to the key exchange " + method.keyword() + " lacks payloads");
    }
    KeyAgreementResult result = initiation.complete(ke.publicValue().toArray());
    initiation.close();
    if (result instanceof KeyAgreementResult.Agreed agreed) {
      secrets.add(agreed.sharedSecret());
      sa.ctx().counters().count("ike-additional-key-exchanges");
      return Optional.empty();
    }
    return Optional.of(((KeyAgreementResult.Refused) result).reason());
  }

  /** Only to be looked at. */
  List<SecretBytes> secrets() {
    return List.copyOf(secrets);
  }

  @Override
  public void close() {
    if (initiation != null) {
      initiation.close();
    }
    secrets.forEach(SecretBytes::close);
  }
}
