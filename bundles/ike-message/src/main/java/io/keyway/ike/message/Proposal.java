package io.keyway.ike.message;

import java.util.ArrayList;
import java.util.List;

/**
 * One proposal substructure (RFC 7296 section 3.3.1).
 *
 * @param number from 1; an answer repeats the number that it accepts
 * @param spi empty in the first IKE SA, 8 octets for an IKE rekey, 4 for ESP
 */
public record Proposal(int number, int protocolId, Octets spi, List<Transform> transforms) {
  public Proposal {
    transforms = List.copyOf(transforms);
  }

  /** All transforms of a type, in order of preference. */
  public List<Transform> ofType(int type) {
    List<Transform> found = new ArrayList<>();
    for (Transform transform : transforms) {
      if (transform.type() == type) {
        found.add(transform);
      }
    }
    return found;
  }

  /** The same with another number and SPI. */
  public Proposal with(int newNumber, Octets newSpi) {
    return new Proposal(newNumber, protocolId, newSpi, transforms);
  }
}
