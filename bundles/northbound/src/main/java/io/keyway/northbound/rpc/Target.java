package io.keyway.northbound.rpc;

/** What terminate and rekey are about. */
public sealed interface Target {

  record Tunnel(String name) implements Target {}

  record IkeSa(String uid) implements Target {}

  record ChildSa(String uid) implements Target {}
}
