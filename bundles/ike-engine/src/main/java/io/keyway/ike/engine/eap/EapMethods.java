package io.keyway.ike.engine.eap;

import io.keyway.api.ike.EapSettings;

/** Makes methods. May be used from any thread; never blocks. */
public interface EapMethods {

  /** For the initiator of an IKE SA, under the name that it gave. */
  EapMethod peer(EapSettings.Type type, EapSettings settings, EapName user);

  /** For the responder, with the name that the peer gave. */
  EapMethod server(EapSettings.Type type, EapSettings settings, EapName user);
}
