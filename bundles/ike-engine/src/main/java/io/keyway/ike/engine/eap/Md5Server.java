package io.keyway.ike.engine.eap;

import io.keyway.api.Result;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.key.SecretBytes;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** EAP-MD5 as server. */
final class Md5Server implements EapMethod {
  private final UserPassword user;
  private final byte[] challenge = new byte[Md5.CHALLENGE];

  Md5Server(UserPassword user, SecureRandom random) {
    this.user = user;
    random.nextBytes(challenge);
  }

  @Override
  public EapSettings.Type type() {
    return EapSettings.Type.MD5;
  }

  @Override
  public CompletableFuture<EapStep> start(int identifier) {
    return CompletableFuture.completedFuture(new EapStep.Send(Md5.data(challenge)));
  }

  @Override
  public CompletableFuture<EapStep> process(EapPacket packet) {
    Optional<byte[]> given = Md5.value(packet.data());
    if (given.isEmpty()) {
      return CompletableFuture.completedFuture(
          new EapStep.Failed("the peer sent a malformed EAP-MD5 response", false));
    }
    return user.find().thenApply(found -> compare(packet.identifier(), given.get(), found));
  }

  private EapStep compare(int identifier, byte[] given, Result<UserPassword.Found> found) {
    if (!found.done()) {
      return new EapStep.Failed(found.outcome().reason(), false);
    }
    try (SecretBytes password = found.value().get().password()) {
      boolean right = MessageDigest.isEqual(Md5.answer(identifier, password, challenge), given);
      return right && found.value().get().problem().isEmpty()
          ? new EapStep.Done(Optional.empty(), Optional.empty())
          : new EapStep.Failed(user.wrong(found.value().get()), true);
    }
  }

  @Override
  public void close() {
    // Nothing is kept.
  }
}
