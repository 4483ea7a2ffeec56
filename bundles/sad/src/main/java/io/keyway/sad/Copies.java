package io.keyway.sad;

import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SecurityAssociation;

/** Copies of records with one thing changed. */
final class Copies {

  private Copies() {}

  static SecurityAssociation withEndpoints(SecurityAssociation sa, Endpoints endpoints) {
    return new SecurityAssociation(
        sa.id(),
        sa.child(),
        sa.lease(),
        sa.encryption(),
        sa.integrity(),
        sa.esn(),
        sa.replayWindow(),
        sa.mode(),
        endpoints,
        sa.selectors(),
        sa.lifetime());
  }

  static SecurityAssociation withInstance(SecurityAssociation sa, String instance) {
    ChildId child = sa.child();
    return withChild(
        sa,
        new ChildId(
            new Owner(child.owner().name(), instance),
            child.uid(),
            child.connection(),
            child.peer()));
  }

  static SecurityAssociation withPeer(SecurityAssociation sa, String peer) {
    return withChild(sa, sa.child().with(peer));
  }

  private static SecurityAssociation withChild(SecurityAssociation sa, ChildId child) {
    return new SecurityAssociation(
        sa.id(),
        child,
        sa.lease(),
        sa.encryption(),
        sa.integrity(),
        sa.esn(),
        sa.replayWindow(),
        sa.mode(),
        sa.endpoints(),
        sa.selectors(),
        sa.lifetime());
  }
}
