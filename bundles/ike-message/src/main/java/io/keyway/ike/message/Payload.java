package io.keyway.ike.message;

import java.util.List;
import java.util.Optional;

/** One payload. The set is closed; what is not known here arrives as {@link UnknownPayload}. */
public sealed interface Payload
    permits AuthPayload,
        CertificatePayload,
        CertificateRequestPayload,
        ConfigurationPayload,
        DeletePayload,
        EapPayload,
        EncryptedFragmentPayload,
        EncryptedPayload,
        IdPayload,
        KePayload,
        NoncePayload,
        NotifyPayload,
        PuzzleSolutionPayload,
        SaPayload,
        TsPayload,
        UnknownPayload,
        VendorIdPayload {

  /** The number that the payload before this one carries as "next payload". */
  int payloadType();

  /** The first payload of a class in a chain. */
  static <P extends Payload> Optional<P> first(List<Payload> payloads, Class<P> type) {
    for (Payload payload : payloads) {
      if (type.isInstance(payload)) {
        return Optional.of(type.cast(payload));
      }
    }
    return Optional.empty();
  }
}
