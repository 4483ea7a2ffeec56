package io.keyway.shell.yaml;

/** What the model says where the file is silent; the same values as in module keyway-ipsec. */
final class Defaults {

  static final long IKE_REKEY_SECONDS = 14_400;
  static final long IKE_REAUTH_SECONDS = 0;
  static final long DPD_SECONDS = 30;
  static final long CHILD_REKEY_SECONDS = 3_600;
  static final int REPLAY_WINDOW = 64;
  static final int IKE_PORT = 500;

  private Defaults() {}

  /** Where the end of an SA is not given: a tenth after the rekey. */
  static long life(long rekey) {
    return rekey == 0
        ? 0
        : rekey > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : rekey + Math.max(1, rekey / 10);
  }
}
