package io.keyway.it.fuzz;

import java.util.function.Consumer;

/** All targets, by the name of their part of the corpus. */
public enum Target {
  MESSAGE(MessageTarget.class, MessageTarget::fuzzerTestOneInput),
  SA(SaTarget.class, SaTarget::fuzzerTestOneInput),
  TS(TsTarget.class, TsTarget::fuzzerTestOneInput),
  CP(CpTarget.class, CpTarget::fuzzerTestOneInput),
  CERT(CertTarget.class, CertTarget::fuzzerTestOneInput),
  EAP(EapTarget.class, EapTarget::fuzzerTestOneInput),
  SMALL(SmallTarget.class, SmallTarget::fuzzerTestOneInput),
  SEALED(SealedTarget.class, SealedTarget::fuzzerTestOneInput),
  INNER(InnerTarget.class, InnerTarget::fuzzerTestOneInput),
  PUBLIC_VALUE(PublicValueTarget.class, PublicValueTarget::fuzzerTestOneInput),
  X509(X509Target.class, X509Target::fuzzerTestOneInput),
  REASSEMBLY(ReassemblyTarget.class, ReassemblyTarget::fuzzerTestOneInput),
  ENGINE(EngineTarget.class, EngineTarget::fuzzerTestOneInput),
  EAP_METHODS(EapMethodsTarget.class, EapMethodsTarget::fuzzerTestOneInput),
  EAP_TLS(EapTlsTarget.class, EapTlsTarget::fuzzerTestOneInput),
  TICKET(TicketTarget.class, TicketTarget::fuzzerTestOneInput);

  private final Class<?> type;
  private final Consumer<byte[]> entry;

  Target(Class<?> type, Consumer<byte[]> entry) {
    this.type = type;
    this.entry = entry;
  }

  /** The class that the fuzzer is pointed to. */
  public Class<?> type() {
    return type;
  }

  /** Directory below {@code corpus/}. */
  public String directory() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /** Runs the target on one input. */
  public void run(byte[] input) {
    entry.accept(input);
  }
}
