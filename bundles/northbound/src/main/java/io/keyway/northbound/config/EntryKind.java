package io.keyway.northbound.config;

import java.util.Arrays;
import java.util.Optional;

/** The lists of the configuration. */
public enum EntryKind {
  IKE_POLICY("ike-policies", "ike-policy"),
  CHILD_POLICY("child-policies", "child-policy"),
  GATEWAY("gateways", "gateway"),
  POOL("pools", "pool"),
  TUNNEL("tunnels", "tunnel"),
  POLICY("policies", "policy"),
  DATA_PLANE("data-planes", "data-plane");

  private final String container;
  private final String list;

  EntryKind(String container, String list) {
    this.container = container;
    this.list = list;
  }

  /** Name of the container around the list. */
  public String container() {
    return container;
  }

  /** Name of the list, whose key is {@code name}. */
  public String list() {
    return list;
  }

  /** As {@code IntentObject.list()} has it, such as {@code tunnels/tunnel}. */
  public String path() {
    return container + "/" + list;
  }

  public static Optional<EntryKind> ofPath(String path) {
    return Arrays.stream(values()).filter(kind -> kind.path().equals(path)).findFirst();
  }
}
