package io.keyway.ike.message;

import java.util.List;

/**
 * TSi or TSr (RFC 7296 section 3.13).
 *
 * @param initiator true for TSi
 */
public record TsPayload(boolean initiator, List<Selector> selectors) implements Payload {
  public TsPayload {
    selectors = List.copyOf(selectors);
  }

  @Override
  public int payloadType() {
    return initiator ? PayloadType.TS_I : PayloadType.TS_R;
  }
}
