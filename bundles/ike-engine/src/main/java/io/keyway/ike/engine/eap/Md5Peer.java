package io.keyway.ike.engine.eap;

import io.keyway.api.ike.EapSettings;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** EAP-MD5 as peer. */
final class Md5Peer implements EapMethod {
  private final OwnPassword own;

  Md5Peer(OwnPassword own) {
    this.own = own;
  }

  @Override
  public EapSettings.Type type() {
    return EapSettings.Type.MD5;
  }

  @Override
  public CompletableFuture<EapStep> start(int identifier) {
    throw new IllegalStateException("only a server starts");
  }

  @Override
  public CompletableFuture<EapStep> process(EapPacket packet) {
    Optional<byte[]> challenge = Md5.value(packet.data());
    if (challenge.isEmpty()) {
      return CompletableFuture.completedFuture(
          new EapStep.Failed("the peer sent a malformed EAP-MD5 challenge", false));
    }
    return own.with(
        password ->
            new EapStep.Done(
                Optional.of(Md5.data(Md5.answer(packet.identifier(), password, challenge.get()))),
                Optional.empty()));
  }

  @Override
  public void close() {
    // Nothing is kept.
  }
}
