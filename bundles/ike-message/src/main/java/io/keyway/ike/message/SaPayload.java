package io.keyway.ike.message;

import java.util.List;

/** SA (RFC 7296 section 3.3): proposals in order of preference. */
public record SaPayload(List<Proposal> proposals) implements Payload {
  public SaPayload {
    proposals = List.copyOf(proposals);
  }

  @Override
  public int payloadType() {
    return PayloadType.SA;
  }
}
