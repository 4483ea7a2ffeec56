package io.keyway.ike.engine.osgi;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the native IKEv2 engine (PID {@code io.keyway.ike.engine}). */
@ObjectClassDefinition(
    name = "Keyway native IKEv2 engine",
    description = "Times and bounds of the engine. A change restarts the engine.")
@interface IkeEngineConfig {

  @AttributeDefinition(
      name = "workers",
      description = "Threads that negotiate; 0 stands for the number of processors",
      min = "0",
      max = "256")
  int workers() default 0;

  @AttributeDefinition(
      name = "retransmit-first",
      description = "Milliseconds until a request is sent for the second time",
      min = "50",
      max = "60000")
  int retransmit_first() default 2000;

  @AttributeDefinition(
      name = "retransmit-base",
      description = "Every further wait is longer by this factor",
      min = "1")
  double retransmit_base() default 1.8;

  @AttributeDefinition(
      name = "transmissions",
      description = "Transmissions of a request before the peer counts as dead",
      min = "1",
      max = "20")
  int transmissions() default 6;

  @AttributeDefinition(
      name = "half-open-timeout",
      description = "Seconds that a peer has to continue after IKE_SA_INIT",
      min = "1",
      max = "600")
  int half_open_timeout() default 30;

  @AttributeDefinition(
      name = "cookie-threshold",
      description = "Half-open IKE SAs from which on peers must return a cookie; 0: always",
      min = "0")
  int cookie_threshold() default 32;

  @AttributeDefinition(
      name = "half-open-limit",
      description = "Half-open IKE SAs above which first messages are dropped",
      min = "1")
  int half_open_limit() default 10000;

  @AttributeDefinition(
      name = "half-open-per-address",
      description =
          "Half-open IKE SAs of one address (IPv6: one /64) above which its first messages are"
              + " dropped; from a quarter of it on they need a cookie",
      min = "4")
  int half_open_per_address() default 256;

  @AttributeDefinition(
      name = "puzzle-threshold",
      description = "Half-open IKE SAs from which on a cookie comes with a puzzle (RFC 8019)",
      min = "0")
  int puzzle_threshold() default 1000;

  @AttributeDefinition(
      name = "hardest-puzzle",
      description = "Zero bits of a puzzle that are demanded, and solved for a peer, at most",
      min = "10",
      max = "24")
  int hardest_puzzle() default 18;

  @AttributeDefinition(
      name = "garbage-threshold",
      description =
          "Half-open IKE SAs that got a message under other keys than theirs, from which on puzzles"
              + " are demanded, also in IKE_AUTH (RFC 8019 section 7.2); 0: always",
      min = "0")
  int garbage_threshold() default 50;

  @AttributeDefinition(
      name = "plane-timeout",
      description = "Seconds for one call of SAD or SPD",
      min = "1",
      max = "120")
  int plane_timeout() default 10;

  @AttributeDefinition(
      name = "nat-port",
      description = "UDP port for IKE once a NAT is found",
      min = "1",
      max = "65535")
  int nat_port() default 4500;

  @AttributeDefinition(
      name = "nat-keepalive",
      description =
          "Seconds without a datagram after which a NAT in front of us is kept open; 0: never",
      min = "0",
      max = "3600")
  int nat_keepalive() default 20;

  @AttributeDefinition(
      name = "path-return",
      description =
          "Seconds between looks whether the preferred addresses of an IKE SA with MOBIKE work again;"
              + " 0: never",
      min = "0",
      max = "86400")
  int path_return() default 60;

  @AttributeDefinition(
      name = "address-poll",
      description =
          "Milliseconds between looks at the addresses of this machine, so that IKE SAs with MOBIKE"
              + " follow when they change; 0: never",
      min = "0",
      max = "60000")
  int address_poll() default 1000;

  @AttributeDefinition(
      name = "fragment-size-ipv4",
      description =
          "Octets of the longest IPv4 packet that IKE sends, headers included; what is longer goes"
              + " in fragments of IKE's own where the peer takes them",
      min = "576",
      max = "65535")
  int fragment_size_ipv4() default 1280;

  @AttributeDefinition(
      name = "fragment-size-ipv6",
      description = "The same for IPv6",
      min = "1280",
      max = "65535")
  int fragment_size_ipv6() default 1280;

  @AttributeDefinition(
      name = "message-trace",
      description =
          "Connections whose decrypted messages are logged, without keys; * for all. For a while"
              + " only: ipsec:trace")
  String[] message_trace() default {};
}
