package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.crypto.KeyExchange;

/**
 * An IKE_SA_INIT request that was sent; a cookie or another group makes another one.
 *
 * @param packet as it went over the wire, which AUTH will cover
 * @param initiation our half of the key exchange
 */
record InitOffer(
    byte[] packet, KeyExchangeMethod group, KeyExchange.Initiation initiation, Path path) {
  /** Never the key. */
  @Override
  public String toString() {
    return "InitOffer[" + group + ", " + packet.length + " octets]";
  }
}
