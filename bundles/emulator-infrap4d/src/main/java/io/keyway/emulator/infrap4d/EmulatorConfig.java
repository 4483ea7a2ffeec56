package io.keyway.emulator.infrap4d;

import io.keyway.emulator.infrap4d.wire.Prefix;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One emulated device.
 *
 * @param name for logs and status
 * @param site its port of the wire; differs from that of every other device there
 * @param wire name of the wire
 * @param listen addresses of both services; each service answers on each
 * @param control loopback address of the control interface, if it is wanted
 * @param tls absent: plaintext, on loopback only
 * @param captureDirectory where a capture of the wire starts with the device, if one should
 * @param addresses outer addresses that frames of the wire are routed to this device by; empty: all
 *     that nobody else claims
 * @param idOffset added to the ids of the reference program
 * @param pipelineAtStart whether the pipeline is set when the device starts
 * @param cryptoFunction whether the fixed function is configured that SAD and SPIs live in
 * @param sadCapacity entries in the SAD
 */
public record EmulatorConfig(
    String name,
    String site,
    String wire,
    List<InetSocketAddress> listen,
    Optional<InetSocketAddress> control,
    Optional<TlsFiles> tls,
    Optional<Path> captureDirectory,
    List<Prefix> addresses,
    Quirks quirks,
    int idOffset,
    boolean pipelineAtStart,
    boolean cryptoFunction,
    int sadCapacity) {
  /** Entries of the SAD unless said otherwise; no limit of the real one is published. */
  public static final int DEFAULT_SAD_CAPACITY = 65_536;

  public EmulatorConfig {
    listen = List.copyOf(listen);
    addresses = List.copyOf(addresses);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("an emulator needs at least one address to listen on");
    }
    for (InetSocketAddress address : listen) {
      if (address.isUnresolved()) {
        throw new IllegalArgumentException("listen address " + address + " does not resolve");
      }
      if (tls.isEmpty() && !address.getAddress().isLoopbackAddress()) {
        throw new IllegalArgumentException(
            "listen address "
                + address
                + " is not loopback: keys would cross the network in plaintext; give TLS files");
      }
    }
    control.ifPresent(
        c -> {
          if (c.isUnresolved() || !c.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(
                "control address " + c + " is not loopback: it has no authentication");
          }
        });
  }

  /** A plaintext device on free loopback ports with everything at its default. */
  public static EmulatorConfig onLoopback(String site, String wire) {
    InetSocketAddress free = new InetSocketAddress("127.0.0.1", 0);
    return new EmulatorConfig(
        site,
        site,
        wire,
        List.of(free),
        Optional.of(free),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Quirks.DEFAULT,
        0,
        true,
        true,
        DEFAULT_SAD_CAPACITY);
  }

  /** A copy with other quirks. */
  public EmulatorConfig with(Quirks other) {
    return copy(c -> c.quirks = other);
  }

  /** A copy with an id offset. */
  public EmulatorConfig withIdOffset(int offset) {
    return copy(c -> c.idOffset = offset);
  }

  /** A copy with or without a pipeline at the start. */
  public EmulatorConfig withPipelineAtStart(boolean set) {
    return copy(c -> c.pipelineAtStart = set);
  }

  /** A copy without the fixed function for cryptography. */
  public EmulatorConfig withoutCryptoFunction() {
    return copy(c -> c.cryptoFunction = false);
  }

  /** A copy with a small SAD. */
  public EmulatorConfig withSadCapacity(int entries) {
    return copy(c -> c.sadCapacity = entries);
  }

  /** A copy with TLS. */
  public EmulatorConfig with(TlsFiles files) {
    return copy(c -> c.tls = Optional.of(files));
  }

  /** A copy with outer addresses. */
  public EmulatorConfig withAddresses(String... prefixes) {
    return copy(c -> c.addresses = Arrays.stream(prefixes).map(Prefix::parse).toList());
  }

  /** What may differ in a copy. */
  private final class Copy {
    private Optional<TlsFiles> tls = EmulatorConfig.this.tls;
    private List<Prefix> addresses = EmulatorConfig.this.addresses;
    private Quirks quirks = EmulatorConfig.this.quirks;
    private int idOffset = EmulatorConfig.this.idOffset;
    private boolean pipelineAtStart = EmulatorConfig.this.pipelineAtStart;
    private boolean cryptoFunction = EmulatorConfig.this.cryptoFunction;
    private int sadCapacity = EmulatorConfig.this.sadCapacity;
  }

  private EmulatorConfig copy(Consumer<Copy> change) {
    Copy copy = new Copy();
    change.accept(copy);
    return new EmulatorConfig(
        name,
        site,
        wire,
        listen,
        control,
        copy.tls,
        captureDirectory,
        copy.addresses,
        copy.quirks,
        copy.idOffset,
        copy.pipelineAtStart,
        copy.cryptoFunction,
        copy.sadCapacity);
  }
}
