package io.keyway.api.sa;

/** RFC 4301 section 3.2. */
public enum IpsecMode {
  TUNNEL,
  TRANSPORT
}
