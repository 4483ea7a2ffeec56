package io.keyway.ike.engine.eap;

import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.ike.message.Octets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The initiator's side of EAP. */
public final class EapPeer extends EapConversation {
  private final EapSettings settings;
  private final EapMethods methods;
  private final EapName name;
  private final List<Type> acceptable;
  private int refusedType;
  private Octets lastRequest = Octets.EMPTY;
  private Octets lastAnswer = Octets.EMPTY;
  private boolean done;
  private boolean refused;
  private String refusal = "";

  /**
   * For one round.
   *
   * @param name what we answer when we are asked
   * @param alone whether nothing but EAP proves who the responder is (RFC 5998)
   */
  public EapPeer(EapSettings settings, EapMethods methods, EapName name, boolean alone) {
    this.settings = settings;
    this.methods = methods;
    this.name = name;
    acceptable = settings.acceptable(alone);
  }

  /** A packet of the server. */
  public CompletableFuture<EapAnswer> process(Octets octets) {
    Optional<EapPacket> decoded = EapPacket.decode(octets);
    if (tooMany()) {
      return fail("the peer's EAP conversation does not end");
    }
    if (decoded.isEmpty()) {
      return fail("the peer sent a malformed EAP packet");
    }
    EapPacket packet = decoded.get();
    return switch (packet.code()) {
      case EapPacket.REQUEST -> request(packet, octets);
      case EapPacket.SUCCESS ->
          done
              ? now(new EapAnswer.Success(Octets.EMPTY))
              : fail("the peer tells of EAP success before " + methodName() + " is finished");
      case EapPacket.FAILURE -> {
        refused = true;
        yield fail(refusal());
      }
      default -> fail("the peer answers EAP, where it has to ask");
    };
  }

  /** Whether the server ended it, and so knows. */
  public boolean isRefused() {
    return refused;
  }

  /** Why the server refuses us, as far as it can be told. */
  public String refusal() {
    if (!refusal.isEmpty()) {
      return refusal;
    }
    if (method().isEmpty() && refusedType != 0) {
      return "the peer insists on EAP type "
          + refusedType
          + ", and we accept "
          + EapServer.words(acceptable)
          + " here; agree on a method on both ends";
    }
    return "authentication failed: the peer refused our EAP identity '"
        + name
        + "' or its password ("
        + methodName()
        + ", EAP-Failure); check eap-identity and eap-secret here, and the users of the peer";
  }

  private CompletableFuture<EapAnswer> request(EapPacket packet, Octets octets) {
    if (octets.equals(lastRequest)) {
      // A repetition is answered as before (RFC 3748 section 4.1).
      return now(new EapAnswer.Packet(lastAnswer));
    }
    lastRequest = octets;
    if (packet.type() == EapPacket.NOTIFICATION) {
      return now(packet(packet.response(EapPacket.NOTIFICATION, Octets.EMPTY)));
    }
    if (packet.type() == EapPacket.IDENTITY) {
      return method().isPresent()
          ? fail("the peer asks for our EAP identity in the middle of " + methodName())
          : now(packet(packet.response(EapPacket.IDENTITY, Octets.copyOf(name.octets()))));
    }
    Optional<Type> type = acceptable.stream().filter(t -> t.number() == packet.type()).findFirst();
    if (method().isPresent() && type.filter(method().get().type()::equals).isEmpty()) {
      return fail("the peer changed from " + methodName() + " to EAP type " + packet.type());
    }
    if (type.isEmpty()) {
      refusedType = packet.type();
      return now(packet(packet.response(EapPacket.NAK, numbers(acceptable))));
    }
    if (done) {
      return fail("the peer goes on with " + methodName() + " after its end");
    }
    if (method().isEmpty()) {
      use(methods.peer(type.get(), settings, name));
    }
    return method().orElseThrow().process(packet).thenApply(step -> answer(packet, step));
  }

  private static Octets numbers(List<Type> types) {
    byte[] numbers = new byte[types.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (byte) types.get(i).number();
    }
    return Octets.copyOf(numbers);
  }

  private EapAnswer answer(EapPacket request, EapStep step) {
    int type = request.type();
    if (step instanceof EapStep.Send send) {
      return packet(request.response(type, send.data()));
    }
    if (step instanceof EapStep.Retry retry) {
      refusal = retry.reason();
      return packet(request.response(type, retry.data()));
    }
    if (step instanceof EapStep.Done end) {
      keep(end.key());
      done = true;
      return packet(request.response(type, end.last().orElse(Octets.EMPTY)));
    }
    EapStep.Failed failed = (EapStep.Failed) step;
    return new EapAnswer.Failure(Octets.EMPTY, failed.reason(), failed.guess());
  }

  private EapAnswer packet(EapPacket packet) {
    lastAnswer = packet.encode();
    return new EapAnswer.Packet(lastAnswer);
  }

  private static CompletableFuture<EapAnswer> fail(String reason) {
    return now(new EapAnswer.Failure(Octets.EMPTY, reason, false));
  }

  private static CompletableFuture<EapAnswer> now(EapAnswer answer) {
    return CompletableFuture.completedFuture(answer);
  }
}
